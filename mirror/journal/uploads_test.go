package journal

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What was begun and not ended is there for the next run, oldest first; what is damaged
// is removed.
func TestUploads(t *testing.T) {
	place := newShelf()
	j := open(t, place)
	at := func(n int) Upload {
		return Upload{Key: "k", ETag: "e", Size: 1 << 40, Shape: "s", ID: string(rune('a' + n)), Started: day.Add(time.Duration(n))}
	}
	for _, n := range []int{3, 1, 0, 2} {
		if err := j.Begin(t.Context(), at(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.End(t.Context(), at(2)); err != nil {
		t.Fatal(err)
	}
	place.items[j.dir+uploadName(at(3))][40] ^= 1
	j = open(t, place)
	got, err := j.Uploads(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Upload{at(0), at(1)}, got); diff != "" {
		t.Error(diff)
	}
	if n := place.names()["upload"]; n != 2 || j.Damaged() != 1 {
		t.Errorf("%d records, %d damaged", n, j.Damaged())
	}
}
