package cutover_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/cutover"
)

// TestRecordByHand proves a move that others have made: of stores that are equal while no consumer runs, for the
// next revision alone.
func TestRecordByHand(t *testing.T) {
	w := newWorld(t)
	for _, provider := range []string{"minio", "versitygw"} {
		w.bucket(provider, "files")
		w.put(provider, "files", "a", "1")
	}
	w.put("minio", "files", "b", "2")
	s := w.between(2, "minio", "minio")
	s.Next = hooks.Manifest{}
	prove := func(from, to string) (string, error) {
		return w.cutover("minio").Record(t.Context(), s, cutover.Move{From: from, To: to, Revision: 2, Release: "shop"})
	}
	refused := func(from, to string, texts ...string) {
		t.Helper()
		_, err := prove(from, to)
		if _, is := errors.AsType[*cutover.Refusal](err); !is {
			t.Fatalf("not refused: %v", err)
		}
		for _, text := range texts {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("refused by\n%v, want %q", err, text)
			}
		}
		if r := w.record(); r != nil {
			t.Fatalf("there is a record: %+v", r)
		}
	}
	refused("minio", "versitygw", "consumers run", "Pod/api-")
	w.scale("api", 0)
	w.eventually("the consumers stop", func() bool { return len(w.pods("api")) == 0 })
	refused("versitygw", "minio", `consumers use "minio", not versitygw`)
	refused("minio", "versitygw", "1 of 2 objects of bucket files are missing", `the first is "b"`)
	w.put("versitygw", "files", "b", "2")
	verdict, err := prove("minio", "versitygw")
	if want := "PROVEN: every object of minio is on versitygw: ConfigMap/shop-migration-record says so to revision 2 of shop, the next one"; err != nil || verdict != want {
		t.Fatalf("%s, %v, want %s", verdict, err, want)
	}
	r := w.record()
	if !r.Proves("minio", "versitygw", "minio", 2) || r.Proves("minio", "versitygw", "minio", 3) {
		t.Errorf("the record is %+v", r)
	}
	// what is written late is found by it
	w.upgrade("versitygw")
	w.put("minio", "files", "late", "3")
	ending, err := w.cutover("versitygw").BringBack(t.Context(), w.between(2, "minio", "versitygw"))
	if err != nil || !strings.Contains(ending.Verdict, `copied from minio, written after the proof: "files/late"`) {
		t.Errorf("%+v, %v", ending, err)
	}
}
