package cutover_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
)

// TestVersionsMigrate moves a bucket that keeps versions, of which the first pass has brought the newest.
func TestVersionsMigrate(t *testing.T) {
	w := newWorld(t)
	w.bucket("minio", "files")
	if err := w.s3("minio").EnableVersioning(t.Context(), "files"); err != nil {
		t.Fatal(err)
	}
	w.put("minio", "files", "a", "1")
	w.put("minio", "files", "a", "2")
	w.put("minio", "files", "gone", "3")
	w.remove("minio", "files", "gone")
	w.put("minio", "files", "b", "4")
	if _, err := w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw")); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.holds("versitygw", "files", "a=2 b=4")
	if got, want := w.versions("versitygw", "files"), w.versions("minio", "files"); got != want {
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
