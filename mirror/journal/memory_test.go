package journal

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"github.com/helm-ferry/ferry/mirror/state"
)

// Memory does not grow with the number of entries, neither while they are recorded nor
// in a merge nor while they are looked up.
func TestFlatMemory(t *testing.T) {
	few, many := peak(t, 20_000), peak(t, 300_000)
	t.Logf("20 thousand entries need %d kB, 300 thousand need %d kB", few>>10, many>>10)
	if many > few+12<<20 {
		t.Errorf("20 thousand entries need %d kB, 300 thousand need %d kB", few>>10, many>>10)
	}
}

// peak returns the memory in use, at the most, by a journal of so many entries.
func peak(t *testing.T, entries int) uint64 {
	t.Helper()
	folder := state.NewFolder(t.TempDir())
	if _, err := folder.Open(t.Context(), state.Write); err != nil {
		t.Fatal(err)
	}
	place := &watched{Place: folder}
	key := func(i int) string { return fmt.Sprintf("%09d/a/longer/name.parquet", i) }
	j := open(t, place)
	for i := range entries {
		i = i * 7919 % entries
		record(t, j, fact(key(i), i))
	}
	closed(t, j, true)
	j = open(t, place)
	c := j.Cursor()
	for i := range entries {
		if !vouches(t, c, fact(key(i), i)) {
			t.Fatalf("%s is lost", key(i))
		}
	}
	closed(t, j, true)

	return place.most
}

// watched is a place that looks at the memory in use whenever it is used.
type watched struct {
	state.Place
	most uint64
}

func (w *watched) look() {
	runtime.GC()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	w.most = max(w.most, now.HeapAlloc)
}

func (w *watched) Get(ctx context.Context, name string) ([]byte, state.Tag, error) {
	w.look()

	return w.Place.Get(ctx, name)
}

func (w *watched) Put(ctx context.Context, name string, content []byte, only state.Condition) (state.Tag, error) {
	w.look()

	return w.Place.Put(ctx, name, content, only)
}

func BenchmarkVouches(b *testing.B) {
	place := newShelf()
	j, err := Open(b.Context(), place, "cargo", stores)
	if err != nil {
		b.Fatal(err)
	}
	const entries = 100_000
	facts := make([]Equivalence, entries)
	for i := range entries {
		facts[i] = fact(fmt.Sprintf("%09d/a/longer/name.parquet", i), i)
		if err := j.Record(b.Context(), facts[i]); err != nil {
			b.Fatal(err)
		}
	}
	if err := j.Close(b.Context(), true); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	c := j.Cursor()
	for n := 0; b.Loop(); n++ {
		eq := &facts[n%entries]
		if _, ok := c.Vouches(b.Context(), eq.Key, eq.Source, eq.Destination); !ok {
			b.Fatal("lost")
		}
	}
}
