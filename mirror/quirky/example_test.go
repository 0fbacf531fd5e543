package quirky_test

import (
	"context"
	"fmt"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/quirky"
	"github.com/helm-ferry/ferry/mirror/s3"
)

// A listing that says that it has ended, and has not.
func Example() {
	server := quirky.New(quirky.Config{Quirks: quirky.Quirks{Listing: quirky.Listing{EndsAfter: 2}}})
	server.CreateSynthetic("cargo", quirky.Synthetic{Keys: 5, Prefix: "crate-", Size: 1})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	url, err := server.Start(ctx)
	if err != nil {
		panic(err)
	}
	store, err := s3.Open(s3.Endpoint{URL: url, AccessKey: quirky.AccessKey, SecretKey: quirky.SecretKey})
	if err != nil {
		panic(err)
	}
	page, err := store.List(ctx, "cargo", mirror.Cursor{})
	if err != nil {
		panic(err)
	}
	for _, entry := range page.Entries {
		fmt.Println(entry.Key)
	}
	fmt.Println("truncated:", page.Truncated)

	// Output:
	// crate-0000000000
	// crate-0000000001
	// truncated: false
}
