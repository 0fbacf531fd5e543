package journal

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// A run may be killed at any moment. Whatever the next one vouches for was proven once,
// and what was flushed is still known.
func TestKilledAnywhere(t *testing.T) {
	killed := 0
	for seed := range uint64(400) {
		h := &history{
			T: t, seed: seed, random: rand.New(rand.NewPCG(seed, 1)), place: newShelf(),
			proven: map[Equivalence]bool{}, must: map[string]Equivalence{}, begun: map[string]bool{},
		}
		for range 6 {
			h.place.lives, h.place.dying = h.random.IntN(90), h.random.IntN(3)
			if h.run(h.random.IntN(2) == 0) {
				killed++
			}
		}
		h.place.lives = 0
		for range 2 {
			if h.run(true) {
				t.Fatalf("seed %d: a run fails by itself", seed)
			}
		}
		h.tidy()
	}
	if killed < 500 {
		t.Errorf("%d runs were killed, want many", killed)
	}
}

// history is what runs have done to one journal.
type history struct {
	*testing.T
	seed   uint64
	random *rand.Rand
	place  *shelf
	proven map[Equivalence]bool   // ever
	must   map[string]Equivalence // known to the next run, by key
	begun  map[string]bool        // uploads; true: for sure
}

// run is a run that may be killed; it reports whether it was.
func (h *history) run(whole bool) bool {
	h.Helper()
	ctx := h.Context()
	j, err := Open(ctx, h.place, "cargo", stores)
	if err != nil {
		return true
	}
	j.full = 300
	if err := j.Merge(ctx); err != nil {
		return true
	}
	confirmed := h.ask(j)
	for i := range h.random.IntN(40) {
		eq := fact(fmt.Sprintf("k%02d", h.random.IntN(60)), h.random.IntN(4))
		h.proven[eq] = true
		delete(h.must, eq.Key)
		if j.Record(ctx, eq) != nil || j.Flush(ctx) != nil {
			return true
		}
		h.must[eq.Key], confirmed[eq.Key] = eq, true
		if i%8 == 0 && h.upload(j, fmt.Sprint(h.seed, h.place.calls["Put"])) {
			return true
		}
	}
	for key := range h.must {
		if whole && !confirmed[key] {
			delete(h.must, key)
		}
	}

	return j.Close(ctx, whole) != nil
}

// ask looks up some of what may be known, and returns the keys that were confirmed.
func (h *history) ask(j *Journal) map[string]bool {
	h.Helper()
	confirmed := map[string]bool{}
	c := j.Cursor()
	for k := range 60 {
		key := fmt.Sprintf("k%02d", k)
		if h.random.IntN(5) == 0 {
			continue
		}
		for n := range 5 {
			eq := fact(key, n)
			got := vouches(h.T, c, eq)
			if got && !h.proven[eq] {
				h.Errorf("seed %d: %v was never proven", h.seed, eq)
			}
			if dead := h.place.lives < 0; !got && !dead && h.must[key] == eq {
				h.Errorf("seed %d: %s is lost", h.seed, key)
			}
			confirmed[key] = confirmed[key] || got
		}
	}

	return confirmed
}

// upload begins an upload and perhaps ends it; it reports whether that failed.
func (h *history) upload(j *Journal, id string) bool {
	h.Helper()
	u := Upload{Key: "big", ETag: "e", Size: 1, ID: id, Started: day}
	h.begun[id] = false
	if j.Begin(h.Context(), u) != nil {
		return true
	}
	h.begun[id] = true
	if h.random.IntN(2) == 0 {
		return false
	}
	h.begun[id] = false

	return j.End(h.Context(), u) != nil
}

// tidy demands that nothing is left but what the manifest names, and the uploads.
func (h *history) tidy() {
	h.Helper()
	j, err := Open(h.Context(), h.place, "cargo", stores)
	if err != nil {
		h.Fatal(err)
	}
	uploads, err := j.Uploads(h.Context())
	if err != nil {
		h.Fatal(err)
	}
	found := map[string]bool{}
	for _, u := range uploads {
		if _, ok := h.begun[u.ID]; !ok {
			h.Errorf("seed %d: upload %s was never begun", h.seed, u.ID)
		}
		found[u.ID] = true
	}
	for id, sure := range h.begun {
		if sure && !found[id] {
			h.Errorf("seed %d: upload %s is forgotten", h.seed, id)
		}
	}
	useful := map[string]bool{j.dir + manifestName: true}
	for _, b := range j.base.blocks {
		useful[j.dir+b.name] = true
	}
	for name := range h.place.items {
		if !useful[name] && !strings.Contains(name, uploadPrefix) {
			h.Errorf("seed %d: %s is left over", h.seed, name)
		}
	}
}
