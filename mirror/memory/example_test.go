package memory_test

import (
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"strings"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/memory"
)

// A store that keeps objects as files holds no object inside of another one.
func Example() {
	ctx := context.Background()
	store := memory.New("mem://files:1", memory.Quirks{Folders: true})
	if err := store.CreateBucket(ctx, "cargo", mirror.BucketRequest{}); err != nil {
		panic(err)
	}
	for _, key := range []string{"hold", "hold/crate"} {
		_, err := store.Put(ctx, "cargo", key, mirror.PutRequest{
			Body: strings.NewReader("tea"), Size: 3, MD5: md5.Sum([]byte("tea")),
		})
		fmt.Println(key, errors.Is(err, mirror.ErrKeyRefused))
	}
	// Output:
	// hold false
	// hold/crate true
}
