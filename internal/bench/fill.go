package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/minio/minio-go/v7"
	"golang.org/x/sync/errgroup"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// bucket is the only one of each server.
const bucket = "cargo"

// key names an object: in folders of a thousand, or all in one.
func (c course) key(i int) string {
	if c.flat {
		return fmt.Sprintf("events/part-%08d.parquet", i)
	}

	return fmt.Sprintf("events/day=%03d/part-%05d.parquet", i/1000, i%1000)
}

// fill makes the bucket and writes the objects of a course, each with bytes of its own.
func (c course) fill(ctx context.Context, s testworld.S3) error {
	client, err := s.Client()
	if err != nil {
		return err
	}
	if err := client.MakeBucket(ctx, bucket, minio.MakeBucketOptions{}); err != nil {
		return fmt.Errorf("make the bucket: %w", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(16)
	if c.part > 0 {
		group.SetLimit(2) // these are kept in memory
	}
	for i := range c.objects {
		group.Go(func() error {
			options := minio.PutObjectOptions{ContentType: "application/octet-stream", DisableContentSha256: true, DisableMultipart: c.part == 0}
			if c.part > 0 {
				options.PartSize = uint64(c.part)
			}
			if _, err := client.PutObject(ctx, bucket, c.key(i), bytes.NewReader(c.content(i)), c.size, options); err != nil {
				return fmt.Errorf("write %s: %w", c.key(i), err)
			}

			return nil
		})
	}

	return group.Wait()
}

// content is the same for the same number, and cannot be compressed.
func (c course) content(i int) []byte {
	var seed [32]byte
	copy(seed[:], c.key(i))
	content := make([]byte, c.size)
	_, _ = rand.NewChaCha8(seed).Read(content)

	return content
}

// fillQuickly gives MinIO its objects by copying the file in which it keeps the first one, which takes
// seconds where requests take minutes. They differ in their keys only.
func (c course) fillQuickly(ctx context.Context, s testworld.S3, data string) error {
	one := c
	one.objects = 1
	if err := one.fill(ctx, s); err != nil {
		return err
	}
	const file = "xl.meta"
	content, err := os.ReadFile(filepath.Join(data, bucket, c.key(0), file))
	if err != nil {
		return fmt.Errorf("find the object among MinIO's files: %w", err)
	}
	for i := 1; i < c.objects; i++ {
		folder := filepath.Join(data, bucket, c.key(i))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, file), content, 0o644); err != nil {
			return err
		}
	}

	return ctx.Err()
}

// check compares a bucket with the course.
func (c course) check(ctx context.Context, s testworld.S3) error {
	client, err := s.Client()
	if err != nil {
		return err
	}
	objects, size := 0, int64(0)
	for object := range client.ListObjects(ctx, bucket, minio.ListObjectsOptions{Recursive: true}) {
		if object.Err != nil {
			return fmt.Errorf("list what was copied: %w", object.Err)
		}
		objects, size = objects+1, size+object.Size
	}
	if err := ctx.Err(); err != nil { // which ends a listing without an error
		return err
	}
	if objects != c.objects || size != c.bytes() {
		return fmt.Errorf("the bucket has %d objects and %d bytes, want %d and %d", objects, size, c.objects, c.bytes())
	}

	return nil
}

func (c course) bytes() int64 { return int64(c.objects) * c.size }
