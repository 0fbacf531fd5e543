package cutover_test

import (
	"strings"
	"testing"
)

// TestConfirm asks for the proof of a cutover whose hook may have vanished.
func TestConfirm(t *testing.T) {
	w := newWorld(t)
	w.bucket("minio", "files")
	w.put("minio", "files", "a", "1")
	s := w.between(2, "minio", "versitygw")
	verdict, err := w.cutover("versitygw").Confirm(t.Context(), s)
	w.isRefused(verdict, err, "the objects of minio are not moved to versitygw", "Job/shop-cutover has ended without a proof, or was deleted")
	if verdict, err = w.cutover("minio").Confirm(t.Context(), w.between(2, "minio", "minio")); err != nil || verdict != "PASS: no objects are moved" {
		t.Errorf("%s, %v", verdict, err)
	}
	if _, err := w.cutover("versitygw").Run(t.Context(), s); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	if verdict, err = w.cutover("versitygw").Confirm(t.Context(), s); err != nil || !strings.HasPrefix(verdict, "PASS: it is proven") || w.replicas("api") != 0 {
		t.Errorf("%s, %v, and api has %d replicas", verdict, err, w.replicas("api"))
	}
	// the next revision has to be proven anew, and the consumers that were stopped come back
	verdict, err = w.cutover("versitygw").Confirm(t.Context(), w.between(3, "minio", "versitygw"))
	w.isRefused(verdict, err, "has ended without a proof")
}
