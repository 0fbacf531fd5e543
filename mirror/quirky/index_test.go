package quirky

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The index is a sorted map, whatever is added and removed.
func TestIndex(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var x index
	model := map[string]bool{}
	for range 30_000 {
		key := fmt.Sprint(random.IntN(8000))
		if random.IntN(3) == 0 {
			x.remove(key)
			delete(model, key)
		} else {
			x.add(key)
			model[key] = true
		}
	}
	for range 100 {
		from := fmt.Sprint(random.IntN(9000))
		var got, want []string
		x.scan(from, func(r *record) bool {
			got = append(got, r.key)

			return true
		})
		for _, key := range slices.Sorted(maps.Keys(model)) {
			if key >= from {
				want = append(want, key)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("keys from %q on (-want +got):\n%s", from, diff)
		}
	}
	if x.size != len(model) {
		t.Errorf("the size is %d, want %d", x.size, len(model))
	}
}

// A page of a bucket of millions costs no more than one of a small bucket.
func TestSyntheticPage(t *testing.T) {
	server := New(Config{})
	server.CreateSynthetic("big", Synthetic{Keys: 10_000_000, Prefix: "k", Size: 3})
	l := listing{max: 1000}
	l.behind("k0009998999")
	p, fault := server.page("big", l)
	if fault != nil {
		t.Fatal(fault)
	}
	if len(p.rows) != 1000 || p.rows[0].key != "k0009999000" || p.last != "k0009999999" || p.truncated {
		t.Errorf("the last page has %d rows from %q to %q, truncated %v", len(p.rows), p.rows[0].key, p.last, p.truncated)
	}
	allocs := testing.AllocsPerRun(3, func() { _, _ = server.page("big", l) })
	if allocs > 10_000 {
		t.Errorf("a page takes %v allocations", allocs)
	}
}

// Under one seed a request meets the same fate in whatever order requests come.
func TestScheduleIsReplayable(t *testing.T) {
	fates := func(seed uint64, order []int) map[string]Fault {
		s := NewSchedule(seed, 0)
		s.percent = 30
		met := map[string]Fault{}
		for _, i := range order {
			key := fmt.Sprint(i % 50)
			met[fmt.Sprintf("%s #%d", key, s.seen[fmt.Sprintf("GetObject b %q 0", key)]+1)] =
				s.Fault(Call{Op: "GetObject", Bucket: "b", Key: key, N: -1})
		}

		return met
	}
	order := make([]int, 200)
	for i := range order {
		order[i] = i
	}
	first := fates(7, order)
	slices.Reverse(order)
	if diff := cmp.Diff(first, fates(7, order)); diff != "" {
		t.Errorf("another order (-first +second):\n%s", diff)
	}
	if cmp.Equal(first, fates(8, order)) {
		t.Error("another seed changes nothing")
	}
	kinds := map[Fault]bool{}
	for _, fault := range first {
		kinds[fault] = true
	}
	if len(kinds) < 8 {
		t.Errorf("only %d kinds of fate", len(kinds))
	}
}
