package quirky

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Digest is the SHA-256 of a content, or of an object with all that its owner gave it.
type Digest [sha256.Size]byte

// Event is a change of a key.
type Event struct {
	Bucket, Key string
	Deleted     bool
	version     *version
}

// Object is the digest of what the key had from then on: content, headers and tags.
func (e Event) Object() Digest {
	if e.version == nil {
		return Digest{}
	}

	return e.version.whole()
}

func (v *version) digest() Digest {
	hash := sha256.New()
	for _, piece := range v.pieces {
		hash.Write(piece)
	}

	return Digest(hash.Sum(nil))
}

// whole is the digest of the content, of the headers that the owner chose and of the tags.
func (v *version) whole() Digest {
	hash := sha256.New()
	fmt.Fprintf(hash, "%x\n", v.digest())
	for _, name := range slices.Sorted(maps.Keys(v.header)) {
		fmt.Fprintf(hash, "%s: %q\n", name, v.header[name])
	}
	tags := slices.SortedFunc(slices.Values(v.tags), func(a, b tag) int { return strings.Compare(a.key, b.key) })
	fmt.Fprintf(hash, "%q", tags)

	return Digest(hash.Sum(nil))
}

// remember writes a change down. The server is locked.
func (s *Server) remember(bucket, key string, v *version) {
	if s.config.History {
		s.history = append(s.history, Event{Bucket: bucket, Key: key, Deleted: v == nil, version: v})
	}
}

// History returns all that ever changed, oldest first.
func (s *Server) History() []Event {
	s.mu.RLock()
	defer s.mu.RUnlock()

	return slices.Clone(s.history)
}

// Requests returns how many requests have come.
func (s *Server) Requests() int64 { return s.count.Load() }

// Contents returns the digests of the contents of the objects that a bucket has now.
func (s *Server) Contents(bucket string) map[string]Digest {
	return s.digests(bucket, (*version).digest)
}

// Objects returns the digests of the objects that a bucket has now, with their headers and tags.
func (s *Server) Objects(bucket string) map[string]Digest {
	return s.digests(bucket, (*version).whole)
}

func (s *Server) digests(bucket string, of func(*version) Digest) map[string]Digest {
	s.mu.RLock()
	defer s.mu.RUnlock()
	found := map[string]Digest{}
	if b := s.buckets[bucket]; b != nil {
		b.scan("", func(r *record) bool {
			if v := r.current(); v != nil {
				found[r.key] = of(v)
			}

			return true
		})
	}

	return found
}

// Buckets returns the names of the buckets.
func (s *Server) Buckets() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()

	return slices.Sorted(maps.Keys(s.buckets))
}

// Uploads returns the keys of the uploads of a bucket that are neither complete nor
// aborted.
func (s *Server) Uploads(bucket string) []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var keys []string
	if b := s.buckets[bucket]; b != nil {
		for _, u := range b.uploads {
			keys = append(keys, u.key)
		}
	}
	slices.Sort(keys)

	return keys
}
