package cutover

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/state"
)

// keyset remembers which keys a bucket had, in little room: a key that was there it always knows, and of
// others it takes one in some thousand for one that was there (a Bloom filter).
type keyset []byte

// Bounds of a keyset: two bytes for a key, with this many bits set.
const (
	bytesPerKey = 2
	minKeyset   = 64
	maxKeyset   = 4 << 20
	probes      = 11
)

func newKeyset(keys int64) keyset {
	return make(keyset, max(minKeyset, min(keys*bytesPerKey, maxKeyset)))
}

// each calls see with the bits of a key, as far as it returns true. Without bits it does as if all were seen.
func (k keyset) each(key string, see func(at, bit int) bool) bool {
	if len(k) == 0 {
		return true
	}
	sum := sha256.Sum256([]byte(key))
	a, b := binary.LittleEndian.Uint64(sum[:8]), binary.LittleEndian.Uint64(sum[8:16])|1
	for i := range uint64(probes) {
		n := (a + i*b) % uint64(8*len(k))
		if !see(int(n/8), int(n%8)) {
			return false
		}
	}
	return true
}

func (k keyset) add(key string) {
	k.each(key, func(at, bit int) bool { k[at] |= 1 << bit; return true })
}

// has tells whether the key may have been there. Where nothing is remembered, any may.
func (k keyset) has(key string) bool {
	return k.each(key, func(at, bit int) bool { return k[at]&(1<<bit) != 0 })
}

// keysets are those of the buckets of one store, filled while they are listed.
type keysets struct {
	mu   sync.Mutex
	sets map[string]keyset
}

// newKeysets has room for what a run has found in each bucket of its source.
func newKeysets(report mirror.Report) *keysets {
	k := &keysets{sets: map[string]keyset{}}
	for _, b := range report.Buckets {
		k.sets[b.Bucket] = newKeyset(b.Source)
	}
	return k
}

func (k *keysets) see(bucket string, entries []mirror.Entry) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if set := k.sets[bucket]; set != nil {
		for _, e := range entries {
			set.add(e.Key)
		}
	}
}

const keysPrefix = "cutover-keys/"

// keysItem is where the keys of a bucket are kept that belong to a proof.
func keysItem(proof, bucket string) string {
	return keysPrefix + state.Segment(proof) + "/" + state.Segment(bucket)
}

// keep writes the keys of a proof, and removes those of earlier ones.
func (k *keysets) keep(ctx context.Context, place state.Place, proof string) error {
	if _, err := place.Open(ctx, state.Write); err != nil {
		return fmt.Errorf("keep which keys were proven: %w", err)
	}
	for bucket, set := range k.sets {
		if _, err := place.Put(ctx, keysItem(proof, bucket), set, state.Condition{}); err != nil {
			return fmt.Errorf("keep which keys of bucket %q were proven: %w", bucket, err)
		}
	}
	return forgetOthers(ctx, place, keysPrefix, proof)
}

// readKeys returns the keys of a bucket that belong to a proof, nil if they are not there.
func readKeys(ctx context.Context, place state.Place, proof, bucket string) (keyset, error) {
	set, _, err := place.Get(ctx, keysItem(proof, bucket))
	if errors.Is(err, state.ErrAbsent) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read which keys of bucket %q were proven: %w", bucket, err)
	}
	return set, nil
}
