package manykeys

import (
	"context"
	"sort"
	"strconv"
	"sync"
	"time"

	"github.com/helm-ferry/ferry/mirror"
)

const (
	bucket   = "cargo"
	pageSize = 1000
	prefix   = "warehouse/table/data/part-"
	width    = 12 // digits of a key
)

// store lists the keys 0 to below n of a bucket, and can do nothing else. The method of
// an interface that it does not have is never called where nothing is to be done.
type store struct {
	mirror.Store
	name     string
	n        int
	modified time.Time
	sample   func()

	mu    sync.Mutex
	pages int
}

// Setting implements mirror.Reader.
func (s *store) Setting(context.Context, string, string) ([]byte, error) {
	return nil, mirror.ErrUnsupported
}

// Location implements mirror.Reader.
func (s *store) Location() string { return "manykeys://" + s.name }

// List implements mirror.Reader. The keys of a page share one string.
func (s *store) List(ctx context.Context, _ string, from mirror.Cursor) (mirror.Page, error) {
	first := s.behind(from)
	last := min(first+pageSize, s.n)
	text := make([]byte, 0, (last-first)*(len(prefix)+width))
	for i := first; i < last; i++ {
		text = appendKey(text, i)
	}
	keys, size := string(text), len(prefix)+width
	page := mirror.Page{Entries: make([]mirror.Entry, 0, last-first), Truncated: last < s.n}
	for i := 0; i < len(keys); i += size {
		page.Entries = append(page.Entries, mirror.Entry{
			Key: keys[i : i+size], Size: 4096, ETag: "d41d8cd98f00b204e9800998ecf8427e", Modified: s.modified,
		})
	}
	if page.Truncated {
		page.Next = keys[len(keys)-size:]
	}
	s.listed()

	return page, ctx.Err()
}

// listed takes a sample with every 16th page.
func (s *store) listed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pages++; s.pages%16 == 1 {
		s.sample()
	}
}

func appendKey(text []byte, i int) []byte {
	text = append(text, prefix...)
	var digits [20]byte
	number := strconv.AppendInt(digits[:0], int64(i), 10)
	for range width - len(number) {
		text = append(text, '0')
	}

	return append(text, number...)
}

// behind returns the first key of a page.
func (s *store) behind(from mirror.Cursor) int {
	after := from.Token
	if after == "" {
		after = from.After
	}
	var key []byte

	return sort.Search(s.n, func(i int) bool {
		key = appendKey(key[:0], i)

		return string(key) > after
	})
}
