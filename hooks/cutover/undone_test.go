package cutover_test

import (
	"testing"
)

// TestRollbackOfAMoveThatWasUndone rolls back a revision that Helm left pending: the alias never moved, so
// that what consumers deleted since must not be taken for lost.
func TestRollbackOfAMoveThatWasUndone(t *testing.T) {
	w := newWorld(t)
	w.bucket("minio", "files")
	w.put("minio", "files", "a", "1")
	w.put("minio", "files", "b", "2")
	if _, err := w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw")); err != nil {
		t.Fatal(err)
	}
	if _, err := w.cutover("versitygw").Abort(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.remove("minio", "files", "b")
	ending, err := w.cutover("minio").BringBack(t.Context(), w.between(3, "versitygw", "minio"))
	if err != nil || ending.Partial() || ending.Verdict != "DONE: no objects were moved" {
		t.Errorf("bringing back ends with %+v, %v", ending, err)
	}
}

// TestRollbackOfAMoveThatNeverCame has a Helm that was killed before anything was proven: what the first
// pass has copied is no late write, and what consumers have deleted since does not come back.
func TestRollbackOfAMoveThatNeverCame(t *testing.T) {
	w := newWorld(t)
	w.bucket("minio", "files")
	w.put("minio", "files", "a", "1")
	w.bucket("versitygw", "files")
	w.put("versitygw", "files", "a", "1")
	w.put("versitygw", "files", "deleted", "2")
	s := w.between(3, "versitygw", "minio")
	s.Unapplied = true
	ending, err := w.cutover("minio").BringBack(t.Context(), s)
	if err != nil || ending.Partial() || ending.Verdict != "DONE: no objects were moved" {
		t.Errorf("bringing back ends with %+v, %v", ending, err)
	}
	w.holds("minio", "files", "a=1")
}
