// Command barecopy copies a bucket with as little as it takes: a listing, and 64 workers that each GET
// an object and PUT what they read, with minio-go. It compares nothing and proves nothing; the
// benchmarks show what that costs beside programs that do.
//
//	barecopy BUCKET
//
// MC_HOST_src and MC_HOST_dst say from where to where.
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"golang.org/x/sync/errgroup"

	"github.com/helm-ferry/ferry/internal/mcalias"
)

const workers = 64

func main() { os.Exit(run(context.Background(), os.Environ(), os.Args[1:])) }

func run(ctx context.Context, environ, args []string) int {
	if len(args) != 1 {
		fmt.Fprintln(os.Stderr, "usage: barecopy BUCKET")

		return 2
	}
	if err := copyBucket(ctx, mcalias.Finder{Environ: environ}, args[0]); err != nil {
		fmt.Fprintln(os.Stderr, "barecopy: error:", err)

		return 1
	}

	return 0
}

func copyBucket(ctx context.Context, finder mcalias.Finder, bucket string) error {
	source, err := open(finder, "src")
	if err != nil {
		return err
	}
	destination, err := open(finder, "dst")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for object := range source.Client.ListObjects(ctx, bucket, minio.ListObjectsOptions{Recursive: true}) {
		if object.Err != nil {
			return object.Err
		}
		group.Go(func() error { return copyObject(ctx, source, destination, bucket, object) })
	}

	return group.Wait()
}

func copyObject(ctx context.Context, source, destination *minio.Core, bucket string, object minio.ObjectInfo) error {
	body, info, _, err := source.GetObject(ctx, bucket, object.Key, minio.GetObjectOptions{})
	if err != nil {
		return fmt.Errorf("read %q: %w", object.Key, err)
	}
	defer body.Close()
	_, err = destination.PutObject(ctx, bucket, object.Key, body, info.Size, "", "", minio.PutObjectOptions{
		ContentType: info.ContentType, UserMetadata: info.UserMetadata, DisableContentSha256: true,
	})
	if err != nil {
		return fmt.Errorf("write %q: %w", object.Key, err)
	}

	return nil
}

// open makes a client that keeps a connection for each worker.
func open(finder mcalias.Finder, alias string) (*minio.Core, error) {
	found, err := finder.Find(alias)
	if err != nil {
		return nil, err
	}
	address, err := url.Parse(found.URL)
	if err != nil {
		return nil, fmt.Errorf("parse the address of %s: %w", alias, err)
	}
	secure := address.Scheme == "https"
	transport, err := minio.DefaultTransport(secure)
	if err != nil {
		return nil, err
	}
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = 2*workers, 2*workers
	transport.Proxy = func(*http.Request) (*url.URL, error) { return nil, nil }

	return minio.NewCore(address.Host, &minio.Options{
		Creds:  credentials.NewStaticV4(found.AccessKey, string(found.SecretKey), ""),
		Secure: secure, Transport: transport, Region: "us-east-1", BucketLookup: minio.BucketLookupPath,
	})
}
