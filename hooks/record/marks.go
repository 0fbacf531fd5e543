package record

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// maxNewest is how many objects of a bucket that are of one time a mark tells apart, and maxTold how many
// those of a store together: a record has to fit into a ConfigMap.
const (
	maxNewest = 20_000
	maxTold   = 30_000
)

// Mark says what a bucket of a store held when it was looked at: nothing newer than this, by the
// clock of the store itself.
type Mark struct {
	Newest time.Time `json:"newest"`
	// Of are the objects of just that time, by a digest of key and ETag; nil if they are too many.
	Of []string `json:"of,omitempty"`
}

// Since tells whether an object of a bucket was written after the mark was made. One of just that time may
// have been, where they are too many.
func (m Mark) Since(key, etag string, modified time.Time) bool {
	if !modified.Equal(m.Newest) {
		return modified.After(m.Newest)
	}
	_, known := slices.BinarySearch(m.Of, digest(key, etag))
	return !known
}

// Marks are those of the buckets of both stores when they were proven to be equal.
type Marks struct {
	Source      map[string]Mark `json:"source,omitempty"`
	Destination map[string]Mark `json:"destination,omitempty"`
}

func (m Marks) encode() (string, error) {
	text, err := json.Marshal(m)
	if err != nil {
		return "", fmt.Errorf("write the marks: %w", err)
	}
	return string(text), nil
}

func decodeMarks(text string) (Marks, error) {
	var m Marks
	if text == "" {
		return m, nil
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return Marks{}, fmt.Errorf("marks: %w", err)
	}
	return m, nil
}

func digest(key, etag string) string {
	sum := sha256.Sum256([]byte(key + "\x00" + etag))
	return base64.RawStdEncoding.EncodeToString(sum[:6])
}

// Marker makes the marks of one store while its buckets are listed, in any order.
type Marker struct {
	mu      sync.Mutex
	buckets map[string]*marking
}

// marking is a mark in the making.
type marking struct {
	newest time.Time
	of     map[string]bool
}

// See takes note of a bucket that was listed.
func (m *Marker) See(bucket string) { m.add(bucket, "", "", time.Time{}) }

// Add takes note of an object in a listing.
func (m *Marker) Add(bucket, key, etag string, modified time.Time) {
	m.add(bucket, key, etag, modified)
}

func (m *Marker) add(bucket, key, etag string, modified time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.buckets == nil {
		m.buckets = map[string]*marking{}
	}
	b := m.buckets[bucket]
	if b == nil {
		b = &marking{of: map[string]bool{}}
		m.buckets[bucket] = b
	}
	if modified.IsZero() || modified.Before(b.newest) {
		return
	}
	if modified.After(b.newest) {
		b.newest, b.of = modified, map[string]bool{}
	}
	if len(b.of) <= maxNewest {
		b.of[digest(key, etag)] = true
	}
}

// Marks returns the mark of each bucket.
func (m *Marker) Marks() map[string]Mark {
	m.mu.Lock()
	defer m.mu.Unlock()
	names := slices.SortedFunc(maps.Keys(m.buckets), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(m.buckets[a].of), len(m.buckets[b].of)), cmp.Compare(a, b))
	})
	marks, told := make(map[string]Mark, len(m.buckets)), 0
	for _, bucket := range names {
		b := m.buckets[bucket]
		mark := Mark{Newest: b.newest}
		if told += len(b.of); len(b.of) <= maxNewest && told <= maxTold {
			mark.Of = slices.Sorted(maps.Keys(b.of))
		}
		marks[bucket] = mark
	}
	return marks
}
