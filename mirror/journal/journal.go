package journal

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/helm-ferry/ferry/mirror/state"
)

// When what was recorded is written: whichever comes first.
const (
	flushSize  = 1 << 20 // bytes, at most
	flushAfter = 10 * time.Second
)

// The names below the folder of a journal.
const (
	manifestName = "manifest"
	blockPrefix  = "block-"
	deltaPrefix  = "delta-"
	uploadPrefix = "upload-"
)

// Journal is what is known of one bucket and one pair of stores. Its methods are safe for
// concurrent use, but for Merge and Close, which stand alone.
type Journal struct {
	place state.Place
	dir   string
	pair  pair
	run   string // makes names that no other run makes
	full  int    // the size at which a block is written

	mu      sync.Mutex
	base    manifest
	tag     state.Tag // of the manifest; empty when there is none
	seen    []bitmap  // the entries of each block of the base that were confirmed
	deltas  []string  // not in the base, oldest first
	known   []string  // all blocks and deltas in the place, some of them useless
	uploads []string
	next    uint64 // number of the next delta
	made    int    // blocks
	fresh   []Equivalence
	size    int // of fresh
	since   time.Time
	damaged int
}

// Open reads the journal of a bucket. name tells one pair of stores from another. It
// writes nothing. A journal that is damaged is as good as none; an error is that of the
// place, and leaves the journal as it is.
func Open(ctx context.Context, place state.Place, bucket, name string) (*Journal, error) {
	j := &Journal{place: place, pair: pairOf(name), run: strings.ToLower(rand.Text()[:10]), full: blockSize}
	j.dir = fmt.Sprintf("journal/%s/%x/", state.Segment(bucket), j.pair)
	items, err := place.List(ctx, j.dir)
	if err != nil {
		return nil, fmt.Errorf("open the journal of bucket %q: %w", bucket, err)
	}
	if err := j.readManifest(ctx); err != nil {
		return nil, fmt.Errorf("open the journal of bucket %q: %w", bucket, err)
	}
	for _, item := range items {
		switch name := strings.TrimPrefix(item.Name, j.dir); {
		case strings.HasPrefix(name, uploadPrefix):
			j.uploads = append(j.uploads, name)
		case strings.HasPrefix(name, deltaPrefix):
			j.known = append(j.known, name)
			if n, ok := deltaNumber(name); ok && n >= j.base.next {
				j.deltas = append(j.deltas, name)
				j.next = max(j.next, n+1)
			}
		case strings.HasPrefix(name, blockPrefix):
			j.known = append(j.known, name)
		}
	}
	slices.Sort(j.deltas)

	return j, nil
}

func (j *Journal) readManifest(ctx context.Context) error {
	frame, tag, err := j.place.Get(ctx, j.dir+manifestName)
	if errors.Is(err, state.ErrAbsent) {
		return nil
	}
	if err != nil {
		return err
	}
	content, err := j.pair.unseal(kindManifest, frame)
	if err == nil {
		j.base, err = decodeManifest(content)
	}
	if err != nil {
		j.damaged++
	}
	j.tag, j.next, j.seen = tag, j.base.next, make([]bitmap, len(j.base.blocks))

	return nil
}

// deltaName begins with the number of the delta, so that names sort by age.
func deltaName(n uint64, run string) string { return fmt.Sprintf("%s%016x-%s", deltaPrefix, n, run) }

func deltaNumber(name string) (uint64, bool) {
	digits, _, _ := strings.Cut(strings.TrimPrefix(name, deltaPrefix), "-")
	n, err := strconv.ParseUint(digits, 16, 62)

	return n, err == nil && len(digits) == 16
}

// Damaged returns how many objects of the journal could not be used.
func (j *Journal) Damaged() int {
	j.mu.Lock()
	defer j.mu.Unlock()

	return j.damaged
}

func (j *Journal) damage() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.damaged++
}

// Record takes an equivalence down. It is written a little later, together with others;
// an error says that they are lost, which costs another proof. What could not vouch for
// anything, for want of an ETag or a time, is not taken.
func (j *Journal) Record(ctx context.Context, eq Equivalence) error {
	if !eq.recordable() {
		return nil
	}
	j.mu.Lock()
	if len(j.fresh) == 0 {
		j.since = time.Now()
	}
	j.fresh = append(j.fresh, eq)
	j.size += eq.about()
	due := j.size >= flushSize || time.Since(j.since) >= flushAfter
	j.mu.Unlock()
	if !due {
		return nil
	}

	return j.Flush(ctx)
}

// Flush writes what was recorded.
func (j *Journal) Flush(ctx context.Context) error {
	j.mu.Lock()
	fresh := j.fresh
	j.fresh, j.size = nil, 0
	if len(fresh) == 0 {
		j.mu.Unlock()

		return nil
	}
	name := deltaName(j.next, j.run)
	j.next++
	j.known = append(j.known, name)
	j.mu.Unlock()
	// The later of two entries for a key comes first, and the encoder leaves the other out.
	slices.Reverse(fresh)
	slices.SortStableFunc(fresh, func(a, b Equivalence) int { return cmp.Compare(a.Key, b.Key) })
	var e encoder
	for _, eq := range fresh {
		e.add(eq)
	}
	if err := j.put(ctx, name, kindEntries, e.buf); err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.deltas = append(j.deltas, name)
	slices.Sort(j.deltas)

	return nil
}

func (j *Journal) put(ctx context.Context, name string, kind byte, content []byte) error {
	if _, err := j.place.Put(ctx, j.dir+name, j.pair.seal(kind, content), state.Condition{}); err != nil {
		return fmt.Errorf("write journal: %w", err)
	}

	return nil
}
