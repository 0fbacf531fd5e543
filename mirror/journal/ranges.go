package journal

import (
	"context"
	"sync"
)

// Ranges answers for keys that rise in each of several ranges at a time, as those of a
// listing do that is read at several places. It may be used by several goroutines.
type Ranges struct {
	mu      sync.Mutex
	cursors []*Cursor // the one used last comes first
}

// Ranges returns what answers for so many ranges at a time. More are answered too, at the
// price of further reads.
func (j *Journal) Ranges(n int) *Ranges {
	r := &Ranges{}
	for range n {
		r.cursors = append(r.cursors, j.Cursor())
	}

	return r
}

// Vouches is that of a [Cursor].
func (r *Ranges) Vouches(ctx context.Context, key string, src, dst Row) (string, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.choose(key)
	c := r.cursors[n]
	copy(r.cursors[1:n+1], r.cursors[:n])
	r.cursors[0] = c

	return c.Vouches(ctx, key, src, dst)
}

// choose returns the number of the cursor that comes by the key next: the nearest in its
// block or, if there is none, one in the block before, or else the one that was used
// longest ago.
func (r *Ranges) choose(key string) int {
	nearest := -1
	for n, c := range r.cursors {
		ahead := c.journal.base.covers(c.block, key) && string(c.last) <= key
		if ahead && (nearest < 0 || string(c.last) > string(r.cursors[nearest].last)) {
			nearest = n
		}
	}
	if nearest >= 0 {
		return nearest
	}
	before := r.cursors[0].journal.base.find(key) - 1
	for n, c := range r.cursors {
		if before >= 0 && c.block == before {
			return n
		}
	}

	return len(r.cursors) - 1
}
