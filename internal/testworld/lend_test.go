package testworld_test

import (
	"context"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"

	"github.com/helm-ferry/ferry/internal/testworld"
)

func TestLentMinIO(t *testing.T) {
	lend(t, "minio-0", 0, 1)
	var first string
	for _, holder := range []string{"first", "second", "the one who locks", "last"} {
		t.Run(holder, func(t *testing.T) {
			store := testworld.StartMinIO(t)
			if first == "" {
				first = store.Endpoint
			}
			if lent := store.Endpoint == first; lent != (holder != "last") {
				t.Errorf("%s gets %s, and %s was lent", holder, store.Endpoint, first)
			}
			client, err := store.Client()
			if err != nil {
				t.Fatal(err)
			}
			if buckets, err := client.ListBuckets(t.Context()); err != nil || len(buckets) > 0 {
				t.Errorf("there are %v (%v)", buckets, err)
			}
			fill(t, client, holder == "the one who locks")
		})
	}
}

// fill makes a bucket with all that a bucket may leave behind, and checks that none of it is there before.
func fill(t *testing.T, client *minio.Client, lock bool) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	core := minio.Core{Client: client}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(client.MakeBucket(ctx, "cargo", minio.MakeBucketOptions{ObjectLocking: lock}))
	versioning, err := client.GetBucketVersioning(ctx, "cargo")
	if err != nil || versioning.Enabled() != lock {
		t.Errorf("a new bucket has versions: %+v, %v", versioning, err)
	}
	uploads, err := core.ListMultipartUploads(ctx, "cargo", "manifest", "", "", "", 10)
	if err != nil || len(uploads.Uploads) > 0 {
		t.Errorf("a new bucket has uploads: %+v, %v", uploads.Uploads, err)
	}
	check(client.EnableVersioning(ctx, "cargo"))
	for range 2 {
		_, err := client.PutObject(ctx, "cargo", "deep/er", strings.NewReader("crate"), 5, minio.PutObjectOptions{})
		check(err)
	}
	_, err = core.NewMultipartUpload(ctx, "cargo", "manifest", minio.PutObjectOptions{})
	check(err)
	if lock {
		mode, days, unit := minio.Compliance, uint(1), minio.Days
		check(client.SetObjectLockConfig(ctx, "cargo", &mode, &days, &unit))
	}
}
