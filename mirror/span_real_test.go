package mirror_test

import (
	"context"
	"crypto/md5"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror"
)

// Real servers let a listing begin behind keys that they do not have. Their pages are
// shown in slices, each asked for behind the last key of the one before, so that few
// keys make a long listing.
func TestSpansOfRealServers(t *testing.T) {
	for name, store := range map[string]mirror.Store{
		"MinIO":     dial(t, testworld.StartMinIO(t)),
		"versitygw": dial(t, testworld.StartVersityGW(t)),
	} {
		t.Run(name, func(t *testing.T) {
			keys := fill(t, store)
			got, _, err := walked(t, sliced{store}, newShelf("b", 20, keys))
			if err != nil {
				t.Fatal(err)
			}
			for _, key := range keys {
				if got[key] != 3 {
					t.Errorf("%q is seen as %d", key, got[key])
				}
			}
			if len(got) != len(keys) {
				t.Errorf("%d keys, want %d", len(got), len(keys))
			}
		})
	}
}

// fill writes empty objects and returns their keys.
func fill(t *testing.T, store mirror.Store) []string {
	t.Helper()
	if err := store.CreateBucket(t.Context(), bucket, mirror.BucketRequest{}); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for n := range 150 {
		keys = append(keys, fmt.Sprintf("flat-%08d", n*n), fmt.Sprintf("%08x", uint32(n)*2654435761), fmt.Sprintf("łódź/%c/%d", 'A'+n%50, n))
	}
	group, ctx := errgroup.WithContext(t.Context())
	group.SetLimit(8)
	for _, key := range keys {
		group.Go(func() error {
			_, err := store.Put(ctx, bucket, key, mirror.PutRequest{Body: strings.NewReader(""), MD5: md5.Sum(nil)})

			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}

	return keys
}

// sliced is a store whose pages have ten keys.
type sliced struct{ mirror.Reader }

func (s sliced) List(ctx context.Context, bucket string, from mirror.Cursor) (mirror.Page, error) {
	if from.Token != "" {
		from.After, from.Token = from.Token, ""
	}
	page, err := s.Reader.List(ctx, bucket, from)
	if err == nil && len(page.Entries) > 10 {
		page.Entries = page.Entries[:10]
		page.Next, page.Truncated = page.Entries[9].Key, true
	}

	return page, err
}
