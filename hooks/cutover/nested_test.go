package cutover_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/hooks/cutover"
	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror/quirky"
)

// flat is a store whose keys are no paths: it holds a/b beside a, which no store does that keeps objects as
// files.
func flat(t *testing.T) testworld.S3 {
	t.Helper()
	url, err := quirky.New(quirky.Config{}).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return testworld.S3{Endpoint: url, Region: "us-east-1", AccessKey: quirky.AccessKey, SecretKey: quirky.SecretKey}
}

// TestNestedKeys moves objects inside of others to a store that cannot hold both, and back.
func TestNestedKeys(t *testing.T) {
	w := newWorld(t)
	w.stores["minio"] = flat(t)
	w.bucket("minio", "files")
	w.bucket("versitygw", "files")
	w.put("versitygw", "files", "a", "1") // an earlier pass has copied it: no luck decides which of the two comes first
	w.put("minio", "files", "a", "1")
	w.put("minio", "files", "c", "3")
	inside := func(step cutover.Step) {
		if step == cutover.StepStop {
			w.put("minio", "files", "a/b", "2")
		}
	}

	// a consumer writes it when nothing can be foreseen any more
	w.before = inside
	w.refused(w.cutover("versitygw"), "the second pass is not complete",
		`versitygw cannot hold an object beside others that lie in it as in a folder, and these are not there: "files/a/b"`,
		"name nested-keys in spec.migration.accept")
	w.before = nil
	w.refused(w.cutover("versitygw"), "nothing was stopped", `bucket files holds objects inside of others, and versitygw cannot hold both: "a/b"`,
		"name nested-keys in spec.migration.accept if one of each may be left behind, or rename them")

	// that nested keys are accepted excuses no other missing one
	w.spec = ", accept: [nested-keys]"
	w.before = func(step cutover.Step) {
		if step == cutover.StepVerify {
			w.remove("versitygw", "files", "c")
		}
	}
	w.refused(w.cutover("versitygw"), "the stores are not equal after the second pass", `the first is "c"`)
	w.before = nil

	verdict, err := w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw"))
	if err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	if want := `PROVEN: every object of minio is on versitygw but those that it cannot hold beside others, as spec.migration.accept says, ` +
		`and that stay on minio alone: "files/a/b": the manifest may be applied`; !strings.HasPrefix(verdict, want) {
		t.Errorf("verdict\n%s, want\n%s", verdict, want)
	}
	w.holds("versitygw", "files", "a=1 c=3")
	if left := w.record().Behind; left.On != "minio" || left.Total != 1 || !slices.Equal(left.First, []string{"files/a/b"}) {
		t.Errorf("the record says %+v", left)
	}
	w.upgrade("versitygw")
	if ending, err := w.cutover("versitygw").BringBack(t.Context(), w.between(2, "minio", "versitygw")); err != nil || ending.Partial() {
		t.Errorf("%+v, %v", ending, err)
	}
	verdict, err = w.cutover("versitygw").Run(t.Context(), w.between(3, "versitygw", "versitygw", "versitygw"))
	if want := `; left behind on minio, as spec.migration.accept says, and on no other store: "files/a/b"`; err != nil || !strings.HasSuffix(verdict, want) {
		t.Errorf("retired with %s, %v, want %s", verdict, err, want)
	}

	// on the way back they are where they were, whatever is accepted by then; what was deleted is not
	w.spec = ""
	w.remove("versitygw", "files", "c")
	w.put("versitygw", "files", "d", "4")
	if verdict, err = w.cutover("minio").Run(t.Context(), w.between(3, "versitygw", "minio")); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	if want := "PROVEN: every object of versitygw is on minio: "; !strings.HasPrefix(verdict, want) {
		t.Errorf("verdict %s, want %s", verdict, want)
	}
	w.holds("minio", "files", "a=1 a/b=2 d=4")
	w.upgrade("minio")
	ending, err := w.cutover("minio").BringBack(t.Context(), w.between(3, "versitygw", "minio"))
	if err != nil || ending.Verdict != "DONE: consumers are back on minio" {
		t.Errorf("%+v, %v", ending, err)
	}
	w.pair = [2]string{"versitygw", "minio"}
	verdict, err = w.cutover("minio").Run(t.Context(), w.between(4, "minio", "minio", "minio"))
	if err != nil || strings.Contains(verdict, "a/b") {
		t.Errorf("retired with %s, %v", verdict, err)
	}
}

// TestLateNestedKey is written late to the old store and cannot be held by the new one: it is named, and
// keeps nothing from ending.
func TestLateNestedKey(t *testing.T) {
	w := newWorld(t)
	w.stores["minio"] = flat(t)
	w.bucket("minio", "files")
	w.put("minio", "files", "a", "1")
	if _, err := w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw")); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.upgrade("versitygw")
	w.put("minio", "files", "a/late", "2")
	ending, err := w.cutover("versitygw").BringBack(t.Context(), w.between(2, "minio", "versitygw"))
	if err != nil || ending.Late.Conflicts.String() != `"files/a/late"` {
		t.Errorf("%+v, %v", ending, err)
	}
	w.holds("versitygw", "files", "a=1")
}
