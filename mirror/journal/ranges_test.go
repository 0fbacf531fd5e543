package journal

import (
	"fmt"
	"testing"
)

// Keys that rise in several ranges at a time cost one read of each block.
func TestRanges(t *testing.T) {
	place := newShelf()
	j := open(t, place)
	j.full = 4 << 10
	const keys, ranges = 8000, 8
	key := func(i int) string { return fmt.Sprintf("%06d", i) }
	for i := range keys {
		record(t, j, fact(key(i), i))
	}
	closed(t, j, true)
	j, err := Open(t.Context(), place, "cargo", stores)
	if err != nil {
		t.Fatal(err)
	}
	clear(place.calls)
	r := j.Ranges(ranges)
	for i := range keys / ranges {
		for n := range ranges {
			eq := fact(key(n*keys/ranges+i), n*keys/ranges+i)
			if _, ok := r.Vouches(t.Context(), eq.Key, eq.Source, eq.Destination); !ok {
				t.Fatalf("%s is not known", eq.Key)
			}
		}
	}
	// Where a range ends within a block, two cursors read it, and may take it from each other.
	if blocks, reads := len(j.base.blocks), place.calls["Get"]; blocks < 50 || reads > blocks+2*ranges {
		t.Errorf("%d blocks were read %d times", blocks, reads)
	}
}
