package journal

import (
	"context"
	"math/bits"
	"sync/atomic"
)

// Cursor answers for keys in their order, and reads each block of the base once. A key
// that comes before the last one is answered too, at the price of another read. A cursor
// is for one goroutine; there may be several, each in its own range of keys.
type Cursor struct {
	journal *Journal
	entries *decoder
	seen    bitmap // of the block
	block   int    // that is being read; -1: none
	held    bool   // the decoder has an entry
	last    []byte // key that was asked for
}

// Cursor returns a cursor over what was known before this run.
func (j *Journal) Cursor() *Cursor { return &Cursor{journal: j, entries: &decoder{}, block: -1} }

// Vouches reports whether the objects with these two rows were proven equal, and the kind
// of proof. What cannot be read vouches for nothing.
func (c *Cursor) Vouches(ctx context.Context, key string, src, dst Row) (string, bool) {
	if !c.seek(ctx, key) || !src.tells() || !dst.tells() || !c.entries.src.was(src) || !c.entries.dst.was(dst) {
		return "", false
	}
	c.seen.set(c.entries.count - 1)

	return string(c.entries.proof), true
}

// seek moves to the entry of a key, and reports whether there is one.
func (c *Cursor) seek(ctx context.Context, key string) bool {
	base := c.journal.base
	if !base.covers(c.block, key) || key < string(c.last) {
		c.block = base.find(key)
		if c.block < 0 {
			return false
		}
		// A block that the place does not give out now is one without entries.
		c.entries, _ = c.journal.read(ctx, base.blocks[c.block])
		c.seen = c.journal.bitmap(c.block, len(c.entries.rest))
		c.held = c.entries.next()
	}
	c.last = append(c.last[:0], key...) // the key may not last longer than the call
	for c.held && string(c.entries.key) < key {
		c.held = c.entries.next()
	}

	return c.held && string(c.entries.key) == key
}

// minEntry is the size of the smallest entry.
const minEntry = 8

// bitmap tells which entries of a block were confirmed. It may be set by several cursors.
type bitmap []uint64

// bitmap returns that of a block of the base, which is so many bytes long.
func (j *Journal) bitmap(n, size int) bitmap {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.seen[n] == nil {
		j.seen[n] = make(bitmap, (size/minEntry+63)/64)
	}

	return j.seen[n]
}

func (b bitmap) set(n int) {
	if n/64 < len(b) {
		atomic.OrUint64(&b[n/64], 1<<(n%64))
	}
}

func (b bitmap) has(n int) bool { return n/64 < len(b) && b[n/64]&(1<<(n%64)) != 0 }

func (b bitmap) count() int {
	total := 0
	for _, word := range b {
		total += bits.OnesCount64(word)
	}

	return total
}
