package record

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// maxNewest is how many objects of a bucket that are of one time a mark tells apart.
const maxNewest = 2000

// Mark says what a bucket of a store held when it was looked at: nothing newer than this, by the
// clock of the store itself.
type Mark struct {
	Newest time.Time `json:"newest"`
	// Of are the objects of just that time, by a digest of key and ETag; nil if they are too many.
	Of []string `json:"of,omitempty"`
}

// Since tells whether an object of a bucket was written after the mark was made.
func (m Mark) Since(key, etag string, modified time.Time) bool {
	switch {
	case !modified.Equal(m.Newest):
		return modified.After(m.Newest)
	case m.Of == nil:
		return false
	}
	return !slices.Contains(m.Of, digest(key, etag))
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
	return base64.RawStdEncoding.EncodeToString(sum[:9])
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
	marks := make(map[string]Mark, len(m.buckets))
	for bucket, b := range m.buckets {
		mark := Mark{Newest: b.newest}
		if len(b.of) <= maxNewest {
			mark.Of = slices.Sorted(maps.Keys(b.of))
		}
		marks[bucket] = mark
	}
	return marks
}
