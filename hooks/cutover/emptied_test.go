package cutover_test

import (
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
)

// TestAnEmptiedBucket moves after consumers have deleted everything in a bucket since the first pass: the
// target's copy goes to the trash. A store that holds nothing at all may have lost its volume.
func TestAnEmptiedBucket(t *testing.T) {
	w := newWorld(t)
	w.bucket("minio", "files")
	w.bucket("minio", "own")
	w.put("minio", "files", "a", "1")
	w.put("minio", "own", "b", "2")
	if _, err := w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw")); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	if _, err := w.cutover("versitygw").Abort(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.remove("minio", "files", "a")
	w.put("minio", "own", "b", "3")
	if _, err := w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw")); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.holds("versitygw", "files", "")
	w.holds("versitygw", "own", "b=3")
	if trash := w.trash("versitygw"); !strings.Contains(trash, "/files/a") || !strings.Contains(trash, "/own/b") {
		t.Errorf("the trash holds %s", trash)
	}
	if _, err := w.cutover("versitygw").Abort(t.Context()); err != nil {
		t.Fatal(err)
	}

	w.remove("minio", "own", "b")
	w.refused(w.cutover("versitygw"), "minio holds no object at all, and versitygw 1: a store that has lost its volume looks like this: "+
		"if the consumers have deleted everything, delete it on versitygw, too")
	w.holds("versitygw", "own", "b=3")
}

// trash lists what a store keeps in the trash.
func (w *world) trash(provider string) string {
	w.Helper()
	var keys []string
	for o := range w.s3(provider).ListObjects(w.ctx(), "ferry-state", minio.ListObjectsOptions{Prefix: "trash/", Recursive: true}) {
		if o.Err != nil {
			w.Fatal(o.Err)
		}
		keys = append(keys, o.Key)
	}
	return strings.Join(keys, " ")
}
