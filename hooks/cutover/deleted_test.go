package cutover_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/hooks/cutover"
)

// TestADeletedBucket moves back after consumers have deleted a bucket: it must not come back.
func TestADeletedBucket(t *testing.T) {
	w := newWorld(t)
	w.bucket("minio", "files")
	w.bucket("minio", "own")
	w.put("minio", "own", "a", "1")
	if _, err := w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw")); err != nil {
		t.Fatal(err)
	}
	w.upgrade("versitygw")
	if _, err := w.cutover("versitygw").BringBack(t.Context(), w.between(2, "minio", "versitygw")); err != nil {
		t.Fatal(err)
	}
	w.remove("versitygw", "own", "a")
	w.dropBucket("versitygw", "own")
	_, err := w.cutover("minio").Run(t.Context(), w.between(3, "versitygw", "minio"))
	var refusal *cutover.Refusal
	if !errors.As(err, &refusal) || !strings.Contains(refusal.Reason, "bucket own was deleted on versitygw after it had come from minio") {
		t.Errorf("the way back ends with %v", err)
	}
	w.remove("minio", "own", "a")
	w.dropBucket("minio", "own")
	if _, err := w.cutover("minio").Run(t.Context(), w.between(3, "versitygw", "minio")); err != nil {
		t.Error(err)
	}
}

func (w *world) dropBucket(provider, bucket string) {
	w.Helper()
	if err := w.s3(provider).RemoveBucket(w.ctx(), bucket); err != nil {
		w.Fatal(err)
	}
}
