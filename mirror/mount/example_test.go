package mount_test

import (
	"context"
	"crypto/md5"
	"fmt"
	"log"
	"strings"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/memory"
	"github.com/helm-ferry/ferry/mirror/mount"
)

func Example() {
	ctx := context.Background()
	store := memory.New("mem://store:1", memory.Quirks{})
	if err := store.CreateBucket(ctx, "lake", mirror.BucketRequest{}); err != nil {
		log.Fatal(err)
	}
	for _, key := range []string{"raw/orders", "refined/orders"} {
		req := mirror.PutRequest{Body: strings.NewReader(key), Size: int64(len(key)), MD5: md5.Sum([]byte(key))}
		if _, err := store.Put(ctx, "lake", key, req); err != nil {
			log.Fatal(err)
		}
	}
	raw := mount.Reader(store, func(string) mount.Place { return mount.Place{Bucket: "lake", Prefix: "raw/"} })
	page, err := raw.List(ctx, "raw", mirror.Cursor{})
	if err != nil {
		log.Fatal(err)
	}
	for _, entry := range page.Entries {
		fmt.Println(entry.Key)
	}
	// Output:
	// orders
}
