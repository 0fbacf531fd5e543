package cutover_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/cutover"
	"github.com/helm-ferry/ferry/internal/revision"
)

// TestOutsiders has somebody outside the release write to the old store after the alias has moved, while
// consumers write to the new one. Nothing of either is lost: it is copied, or named.
func TestOutsiders(t *testing.T) {
	w := newWorld(t)
	w.bucket("minio", "files")
	for _, key := range []string{"both", "deleted-late", "deleted-new", "kept", "late"} {
		w.put("minio", "files", key, "1")
	}
	if _, err := w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw")); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.upgrade("versitygw")
	w.put("versitygw", "files", "both", "new")
	w.remove("versitygw", "files", "deleted-new")
	w.put("minio", "files", "both", "old")
	w.put("minio", "files", "late", "2")
	w.put("minio", "files", "more", "3")
	w.remove("minio", "files", "deleted-late")
	ending, err := w.cutover("versitygw").BringBack(t.Context(), w.between(2, "minio", "versitygw"))
	if err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.holds("versitygw", "files", "both=new deleted-late=1 kept=1 late=2 more=3")
	late := ending.Late
	for _, row := range []struct {
		what      string
		got, want []string
	}{
		{"copied", late.Copied.First, []string{"files/late", "files/more"}},
		{"conflicts", late.Conflicts.First, []string{"files/both"}},
		{"deleted late", late.Deleted.First, []string{"files/deleted-late"}},
	} {
		if !slices.Equal(row.got, row.want) {
			t.Errorf("%s: %q, want %q", row.what, row.got, row.want)
		}
	}
	if !ending.Partial() || !strings.HasPrefix(ending.Verdict, "PARTIAL: ") {
		t.Errorf("the verdict is %s", ending.Verdict)
	}
	w.retires()
}

// retires drops the old store: refused while it holds what the new one does not have, and that is newer
// than the proof.
func (w *world) retires() {
	w.Helper()
	_, err := w.cutover("versitygw").Run(w.ctx(), w.dropping(3, "versitygw"))
	var refusal *cutover.Refusal
	if !errors.As(err, &refusal) || !strings.Contains(refusal.Reason, `proven to be on versitygw: "files/both":`) {
		w.Errorf("dropping minio with a conflict ends with %v", err)
	}
	w.remove("minio", "files", "both")
	verdict, err := w.cutover("versitygw").Run(w.ctx(), w.dropping(3, "versitygw"))
	if err != nil || !strings.HasPrefix(verdict, "PASS: ") {
		w.Errorf("dropping minio ends with %s, %v", verdict, err)
	}
}

// dropping is the situation of an upgrade that drops a store after its objects have moved.
func (w *world) dropping(number int, left string) hooks.Situation {
	w.Helper()
	s, err := hooks.Between(revision.History{
		InForce: &revision.Revision{Release: "shop", Namespace: w.client.Namespace, Number: number - 1, Status: "deployed", Manifest: w.manifest(left)},
		ToCome:  &revision.Revision{Release: "shop", Namespace: w.client.Namespace, Number: number, Status: "pending-upgrade", Manifest: w.manifest(left, left)},
	}, w.config(left))
	if err != nil {
		w.Fatal(err)
	}
	return s
}
