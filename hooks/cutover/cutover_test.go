package cutover_test

import (
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/hooks/record"
)

// TestMoveAndBack moves the objects of a running release from MinIO to versitygw and back.
func TestMoveAndBack(t *testing.T) {
	w := newWorld(t)
	for _, bucket := range []string{"files", "own"} {
		w.bucket("minio", bucket)
	}
	w.put("minio", "files", "a", "1")
	w.put("minio", "files", "b", "2")
	w.put("minio", "own", "c", "3")

	verdict, err := w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw"))
	if err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	if want := "PROVEN: every object of minio is on versitygw"; !strings.HasPrefix(verdict, want) {
		t.Errorf("verdict %s, want %s", verdict, want)
	}
	if w.replicas("api") != 0 || !w.suspended("report") || w.replicas("bystander") != 1 || len(w.pods("api")) != 0 {
		t.Errorf("after the cutover api has %d replicas, report is suspended: %t, bystander has %d", w.replicas("api"), w.suspended("report"), w.replicas("bystander"))
	}
	if r := w.record(); !r.Proves("minio", "versitygw", w.alias(), 2) || r.SourceDigest == "" || r.ReportDigest == "" {
		t.Errorf("the record is %+v", r)
	}
	w.holds("versitygw", "files", "a=1 b=2")
	w.holds("versitygw", "own", "c=3")

	w.upgrade("versitygw")
	w.put("minio", "files", "late", "4")
	ending, err := w.cutover("versitygw").BringBack(t.Context(), w.between(2, "minio", "versitygw"))
	if err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	if want := `DONE: consumers are back on versitygw; copied from minio, written after the proof: "files/late"`; ending.Verdict != want {
		t.Errorf("verdict\n%s, want\n%s", ending.Verdict, want)
	}
	w.holds("versitygw", "files", "a=1 b=2 late=4")
	if w.replicas("api") != 2 || w.suspended("report") || w.journal() != nil {
		t.Errorf("api has %d replicas, report is suspended: %t, the journal is %+v", w.replicas("api"), w.suspended("report"), w.journal())
	}

	// and back: what was written and deleted since comes along
	w.put("versitygw", "files", "a", "5")
	w.put("versitygw", "files", "new", "6")
	w.remove("versitygw", "files", "b")
	if _, err := w.cutover("minio").Run(t.Context(), w.between(3, "versitygw", "minio")); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.holds("minio", "files", "a=5 late=4 new=6")
	w.upgrade("minio")
	if ending, err = w.cutover("minio").BringBack(t.Context(), w.between(3, "versitygw", "minio")); err != nil || ending.Verdict != "DONE: consumers are back on minio" {
		t.Errorf("%+v, %v", ending, err)
	}
	if r := w.record(); r.From != "versitygw" || r.To != "minio" || r.State != record.Proven {
		t.Errorf("the record is %+v", r)
	}
}
