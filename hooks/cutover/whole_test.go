package cutover_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
)

// TestVersionsMigrate moves a bucket that keeps versions.
func TestVersionsMigrate(t *testing.T) {
	w := newWorld(t)
	w.upgrade("versitygw")
	w.bucket("versitygw", "files")
	if err := w.s3("versitygw").EnableVersioning(t.Context(), "files"); err != nil {
		t.Fatal(err)
	}
	w.put("versitygw", "files", "a", "1")
	w.put("versitygw", "files", "a", "2")
	w.put("versitygw", "files", "gone", "3")
	w.remove("versitygw", "files", "gone")
	w.put("versitygw", "files", "b", "4")
	if _, err := w.cutover("minio").Run(t.Context(), w.between(3, "versitygw", "minio")); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.holds("minio", "files", "a=2 b=4")
	if got, want := w.versions("minio", "files"), w.versions("versitygw", "files"); got != want {
		t.Errorf("the versions are %s, want %s", got, want)
	}
}

// versions spells the histories of a bucket.
func (w *world) versions(provider, bucket string) string {
	w.Helper()
	var found []string
	for o := range w.s3(provider).ListObjects(w.ctx(), bucket, minio.ListObjectsOptions{Recursive: true, WithVersions: true}) {
		if o.Err != nil {
			w.Fatal(o.Err)
		}
		text := o.Key + "=" + strings.Trim(o.ETag, `"`)
		if o.IsDeleteMarker {
			text = o.Key + " deleted"
		}
		found = append(found, text)
	}
	slices.Sort(found) // stores list delete markers in different places
	return strings.Join(found, ", ")
}
