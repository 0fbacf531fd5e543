package s3http_test

import (
	"testing"

	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror"
)

// MinIO is known to search for each listing that begins somewhere.
func TestSearches(t *testing.T) {
	for name, test := range map[string]struct {
		server   testworld.S3
		searches bool
	}{
		"MinIO":     {testworld.StartMinIO(t), true},
		"versitygw": {testworld.StartVersityGW(t), false},
	} {
		store := open(t, test.server)
		if err := store.CreateBucket(t.Context(), "cargo", mirror.BucketRequest{}); err != nil {
			t.Fatal(err)
		}
		page, err := store.List(t.Context(), "cargo", mirror.Cursor{})
		if err != nil || page.Searches != test.searches {
			t.Errorf("%s: %+v, %v", name, page, err)
		}
	}
}
