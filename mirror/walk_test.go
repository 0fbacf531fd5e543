package mirror_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror"
)

// shelf is a store of empty objects that lists fast.
type shelf struct {
	mirror.Store
	name  string
	size  int // of a page
	keys  []string
	lists atomic.Int64

	mu     sync.Mutex
	change func() // with every page
	lie    func(from mirror.Cursor, page *mirror.Page) error
}

func newShelf(name string, size int, keys []string) *shelf {
	slices.Sort(keys)

	return &shelf{name: name, size: size, keys: slices.Compact(keys)}
}

func (*shelf) Setting(context.Context, string, string) ([]byte, error) {
	return nil, mirror.ErrUnsupported
}

func (s *shelf) Location() string { return "shelf://" + s.name }

func (s *shelf) List(ctx context.Context, _ string, from mirror.Cursor) (mirror.Page, error) {
	s.lists.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.change != nil {
		s.change()
	}
	after := from.After
	if from.Token != "" {
		after = from.Token[1:]
	}
	i, found := slices.BinarySearch(s.keys, after)
	if found {
		i++
	}
	var page mirror.Page
	for _, key := range s.keys[i:min(i+s.size, len(s.keys))] {
		page.Entries = append(page.Entries, mirror.Entry{Key: key, ETag: "e"})
	}
	if page.Truncated = i+s.size < len(s.keys); page.Truncated {
		page.Next = "@" + page.Entries[s.size-1].Key
	}

	if err := ctx.Err(); err != nil || s.lie == nil {
		return page, err
	}

	return page, s.lie(from, &page)
}

func (s *shelf) Stat(_ context.Context, _, key string) (mirror.Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, found := slices.BinarySearch(s.keys, key); !found {
		return mirror.Object{}, mirror.ErrNoObject
	}

	return mirror.Object{Entry: mirror.Entry{Key: key}}, nil
}

// keyKinds are the ways in which buckets fill.
var keyKinds = map[string]func(n int) string{
	"numbers": func(n int) string { return fmt.Sprintf("%09d", n) },
	"deep":    func(n int) string { return fmt.Sprintf("warehouse/table/year=2026/part-%08d.parquet", n) },
	"hashes":  func(n int) string { return fmt.Sprintf("%08x", uint32(n)*2654435761) },
	"folders": func(n int) string { return fmt.Sprintf("%c%c/%d", 'A'+n%23, 'a'+n%7, n) },
	"bytes": func(n int) string {
		h := uint32(n) * 2654435761
		return string([]byte{byte(h), byte(h >> 8), byte(h >> 16), byte(h >> 24)})
	},
	"letters": func(n int) string {
		return fmt.Sprintf("łódź/%c/%s-%d", rune(0x400+n%300), strings.Repeat("ż", n%9), n)
	},
	"branches": func(n int) string { return strings.Repeat("a", n%40) + fmt.Sprint(n) },
}

// seen is what a walk told of a key: bit 1 the source has it, bit 2 the destination.
func walked(t *testing.T, src, dst mirror.Reader) (map[string]int, mirror.BucketReport, error) {
	t.Helper()
	seen := map[string]int{}
	rep, err := mirror.Joined(t.Context(), src, dst, func(key string, src, dst bool) {
		if seen[key] != 0 {
			t.Errorf("%q comes twice", key)
		}
		if src {
			seen[key] |= 1
		}
		if dst {
			seen[key] |= 2
		}
	})

	return seen, rep, err
}

func naive(src, dst *shelf) map[string]int {
	want := map[string]int{}
	for _, key := range src.keys {
		want[key] |= 1
	}
	for _, key := range dst.keys {
		want[key] |= 2
	}

	return want
}

// odd makes a server list in one of the ways that a walk copes with.
func odd(seed uint64, s *shelf) *shelf {
	r := rand.New(rand.NewPCG(seed, 2))
	failed := map[string]bool{}
	s.lie = []func(from mirror.Cursor, page *mirror.Page) error{
		nil,
		func(from mirror.Cursor, page *mirror.Page) error { // start-after is inclusive
			if slices.Contains(s.keys, from.After) {
				page.Entries = append([]mirror.Entry{{Key: from.After, ETag: "e"}}, page.Entries...)
			}

			return nil
		},
		func(from mirror.Cursor, page *mirror.Page) error { // the end comes early
			page.Truncated = page.Truncated && (from.Token == "" || r.IntN(4) > 0)

			return nil
		},
		func(_ mirror.Cursor, page *mirror.Page) error { // pages are cut short
			if n := r.IntN(3); page.Truncated && n < len(page.Entries) {
				page.Entries, page.Next = page.Entries[:n+1], "@"+page.Entries[n].Key
			}

			return nil
		},
		func(from mirror.Cursor, _ *mirror.Page) error { // tokens lose their worth
			if from.Token != "" && r.IntN(3) == 0 || failed[from.Token] {
				failed[from.Token] = true

				return errDenied
			}

			return nil
		},
	}[r.IntN(5)]

	return s
}

// Joined pairs are those of a naive join, whatever the keys, the sizes of pages and
// the oddities of the servers.
func TestWalkIsAJoin(t *testing.T) {
	seeds := uint64(50)
	if testworld.Full() {
		seeds = 150
	}
	for name, kind := range keyKinds {
		t.Run(name, func(t *testing.T) {
			for seed := range seeds {
				r := rand.New(rand.NewPCG(seed, 1))
				some := func() []string {
					var keys []string
					n := []int{0, 3, 40, 200, 1000}[r.IntN(5)]
					for range n {
						keys = append(keys, kind(r.IntN(1500)))
					}

					return keys
				}
				src, dst := newShelf("a", 1+r.IntN(9), some()), newShelf("b", 1+r.IntN(9), some())
				if r.IntN(2) == 0 {
					dst.keys = slices.Sorted(maps.Keys(naive(src, dst)))
				}
				got, _, err := walked(t, odd(seed, src), odd(seed+1, dst))
				if err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				if diff := cmp.Diff(naive(src, dst), got); diff != "" {
					t.Fatalf("seed %d (-want +got):\n%s", seed, diff)
				}
			}
		})
	}
}
