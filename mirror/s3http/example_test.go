package s3http_test

import (
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/quirky"
	"github.com/helm-ferry/ferry/mirror/s3"
	"github.com/helm-ferry/ferry/mirror/s3http"
)

// An object is written with its digest, and read as the one that was written.
func Example() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	server := quirky.New(quirky.Config{})
	url, err := server.Start(ctx)
	if err != nil {
		panic(err)
	}
	store, err := s3http.Open(s3.Endpoint{URL: url, AccessKey: quirky.AccessKey, SecretKey: quirky.SecretKey})
	if err != nil {
		panic(err)
	}
	if err := store.CreateBucket(ctx, "cargo", mirror.BucketRequest{}); err != nil {
		panic(err)
	}
	etag, err := store.Put(ctx, "cargo", "bill of lading", mirror.PutRequest{
		Body: strings.NewReader("7 crates"), Size: 8, MD5: md5.Sum([]byte("7 crates")),
	})
	if err != nil {
		panic(err)
	}
	_, body, err := store.Get(ctx, "cargo", "bill of lading", mirror.Selection{IfMatch: etag})
	if err != nil {
		panic(err)
	}
	content, err := io.ReadAll(body)
	fmt.Println(string(content), err)
	_, _, err = store.Get(ctx, "cargo", "bill of lading", mirror.Selection{IfMatch: "another"})
	fmt.Println(errors.Is(err, mirror.ErrChanged))
	// Output:
	// 7 crates <nil>
	// true
}
