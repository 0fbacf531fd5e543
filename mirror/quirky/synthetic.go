package quirky

import (
	"crypto/md5"
	"fmt"
	"sort"
	"time"
)

// Synthetic is a bucket whose objects are made up when they are asked for. They all
// have the same content, and nothing can be written.
type Synthetic struct {
	Keys   int    // how many
	Prefix string // before the number that each key is
	Size   int    // of each object
	Parts  int    // into which each object is cut; 0: written in one request

	object *version
}

func (s Synthetic) make() *Synthetic {
	v := &version{
		id: nullVersion, size: int64(s.Size), modified: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), parts: s.Parts,
		header: owned(nil),
	}
	content := make([]byte, s.Size)
	for i := range content {
		content[i] = byte(i*7 + i>>8)
	}
	v.pieces, v.etag = [][]byte{content}, tagOf(md5.Sum(content))
	if s.Parts > 0 {
		v.pieces = nil
		var parts []*part
		for n := range s.Parts {
			piece := content[len(content)*n/s.Parts : len(content)*(n+1)/s.Parts]
			v.pieces = append(v.pieces, piece)
			parts = append(parts, &part{sum: md5.Sum(piece)})
		}
		v.etag = compositeOf(parts)
	}
	s.object = v

	return &s
}

func (s *Synthetic) key(i int) string { return fmt.Sprintf("%s%010d", s.Prefix, i) }

func (s *Synthetic) get(key string) *record {
	i := sort.Search(s.Keys, func(i int) bool { return s.key(i) >= key })
	if i == s.Keys || s.key(i) != key {
		return nil
	}

	return &record{key: key, versions: []*version{s.object}}
}

func (s *Synthetic) scan(from string, yield func(*record) bool) {
	versions := []*version{s.object}
	for i := sort.Search(s.Keys, func(i int) bool { return s.key(i) >= from }); i < s.Keys; i++ {
		if !yield(&record{key: s.key(i), versions: versions}) {
			return
		}
	}
}
