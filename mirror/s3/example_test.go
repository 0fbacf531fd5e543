package s3_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/quirky"
	"github.com/helm-ferry/ferry/mirror/s3"
)

// What a server answers is one of the errors of package mirror, and shows no secret.
func Example() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	url, err := quirky.New(quirky.Config{}).Start(ctx)
	if err != nil {
		panic(err)
	}
	endpoint := s3.Endpoint{URL: url, AccessKey: quirky.AccessKey, SecretKey: "not-the-secret"}
	store, err := s3.Open(endpoint)
	if err != nil {
		panic(err)
	}
	_, err = store.Buckets(ctx)
	fmt.Println(errors.Is(err, mirror.ErrCredentials))
	fmt.Println(endpoint.SecretKey)
	// Output:
	// true
	// [secret]
}
