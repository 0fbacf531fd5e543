package cargo_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"

	"github.com/helm-ferry/ferry/internal/demo/cargo"
	"github.com/helm-ferry/ferry/internal/testworld"
)

func ExampleObjects() {
	objects, bytes := 0, 0
	for _, o := range cargo.Objects() {
		objects++
		bytes += o.Size
	}
	fmt.Println(len(cargo.Buckets()), "buckets,", objects, "objects,", bytes>>20, "MiB")
	// Output: 7 buckets, 332 objects, 17 MiB
}

func TestLoadStoresWhatTheObjectsSay(t *testing.T) {
	client, err := testworld.StartMinIO(t).Client()
	if err != nil {
		t.Fatal(err)
	}
	objects := cargo.Objects()
	if err := cargo.Load(t.Context(), client, objects); err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		info, err := client.StatObject(t.Context(), o.Bucket, o.Key, minio.StatObjectOptions{})
		if err != nil {
			t.Errorf("%s in %s: %v", o.Key, o.Bucket, err)
			continue
		}
		parts := 0
		if _, suffix, composite := strings.Cut(info.ETag, "-"); composite {
			if _, err := fmt.Sscan(suffix, &parts); err != nil {
				t.Error(err)
			}
		}
		if info.Size != int64(o.Size) || parts != o.Parts || info.UserTagCount != len(o.Tags) || len(info.UserMetadata) != len(o.Metadata) {
			t.Errorf("%s in %s is %d bytes in %d parts with %d tags and %d metadata, want %+v",
				o.Key, o.Bucket, info.Size, parts, info.UserTagCount, len(info.UserMetadata), o)
		}
	}
}

func TestContentIsOfTheObject(t *testing.T) {
	seen := map[[32]byte]string{}
	for _, o := range cargo.Objects() {
		content := o.Content()
		if len(content) != o.Size {
			t.Errorf("%s has %d bytes, want %d", o.Key, len(content), o.Size)
		}
		sum := sha256.Sum256(content)
		if other := seen[sum]; other != "" {
			t.Errorf("%s and %s have the same content", o.Key, other)
		}
		seen[sum] = o.Key
	}
}
