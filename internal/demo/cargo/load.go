package cargo

import (
	"bytes"
	"context"
	"fmt"

	"github.com/minio/minio-go/v7"
	"golang.org/x/sync/errgroup"
)

// Load makes the buckets of the objects and stores the objects in them.
func Load(ctx context.Context, client *minio.Client, objects []Object) error {
	made := map[string]bool{}
	for _, o := range objects {
		if made[o.Bucket] {
			continue
		}
		made[o.Bucket] = true
		if err := client.MakeBucket(ctx, o.Bucket, minio.MakeBucketOptions{}); err != nil {
			return fmt.Errorf("make bucket %s: %w", o.Bucket, err)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(16)
	for _, o := range objects {
		group.Go(func() error { return Store(ctx, client, o) })
	}
	return group.Wait()
}

// Store stores one object in a bucket that exists.
func Store(ctx context.Context, client *minio.Client, o Object) error {
	opts := minio.PutObjectOptions{
		ContentType: o.Headers.ContentType, CacheControl: o.Headers.CacheControl,
		ContentDisposition: o.Headers.ContentDisposition, ContentEncoding: o.Headers.ContentEncoding,
		UserMetadata: o.Metadata, UserTags: o.Tags,
		DisableMultipart: o.Parts == 0, PartSize: partSize,
	}
	if _, err := client.PutObject(ctx, o.Bucket, o.Key, bytes.NewReader(o.Content()), int64(o.Size), opts); err != nil {
		return fmt.Errorf("store %s in bucket %s: %w", o.Key, o.Bucket, err)
	}
	return nil
}
