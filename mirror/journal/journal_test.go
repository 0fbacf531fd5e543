package journal

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/mirror/state"
)

const stores = "mem://source mem://destination"

var day = time.Date(2026, 3, 1, 12, 0, 0, 123e6, time.UTC)

// fact is the n-th equivalence of a key.
func fact(key string, n int) Equivalence {
	return Equivalence{
		Key:         key,
		Source:      Row{ETag: fmt.Sprintf("%032x", n), Size: int64(n), Modified: day.Add(time.Duration(n) * time.Second)},
		Destination: Row{ETag: fmt.Sprintf("%032x-%d", n+1, n+1), Size: int64(n), Modified: day.Add(time.Hour)},
		Proof:       "content",
	}
}

func open(t *testing.T, place state.Place) *Journal {
	t.Helper()
	j, err := Open(t.Context(), place, "cargo", stores)
	if err == nil {
		err = j.Merge(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}

	return j
}

func record(t *testing.T, j *Journal, facts ...Equivalence) {
	t.Helper()
	for _, eq := range facts {
		if err := j.Record(t.Context(), eq); err != nil {
			t.Fatal(err)
		}
	}
}

func closed(t *testing.T, j *Journal, whole bool) {
	t.Helper()
	if err := j.Close(t.Context(), whole); err != nil {
		t.Fatal(err)
	}
}

func vouches(t *testing.T, c *Cursor, eq Equivalence) bool {
	t.Helper()
	proof, ok := c.Vouches(t.Context(), eq.Key, eq.Source, eq.Destination)
	if ok && proof != eq.Proof {
		t.Errorf("the proof of %q is %q, want %q", eq.Key, proof, eq.Proof)
	}

	return ok
}

// A pair is vouched for when nothing of it has changed, and only then.
func TestVouches(t *testing.T) {
	known := fact("k", 7)
	whole := fact("whole", 7)
	whole.Destination.Modified = day.Truncate(time.Second)
	place := newShelf()
	j := open(t, place)
	record(t, j, known, whole)
	closed(t, j, true)
	for name, c := range map[string]struct {
		change func(*Equivalence)
		want   bool
	}{
		"nothing":                   {func(*Equivalence) {}, true},
		"time zone":                 {func(e *Equivalence) { e.Source.Modified = e.Source.Modified.In(time.FixedZone("", 3600)) }, true},
		"key":                       {func(e *Equivalence) { e.Key = "kk" }, false},
		"source ETag":               {func(e *Equivalence) { e.Source.ETag = "x" }, false},
		"source size":               {func(e *Equivalence) { e.Source.Size++ }, false},
		"source time":               {func(e *Equivalence) { e.Source.Modified = e.Source.Modified.Add(1) }, false},
		"destination ETag":          {func(e *Equivalence) { e.Destination.ETag = "x" }, false},
		"destination size":          {func(e *Equivalence) { e.Destination.Size++ }, false},
		"destination time":          {func(e *Equivalence) { e.Destination.Modified = e.Destination.Modified.Add(-1) }, false},
		"no source ETag":            {func(e *Equivalence) { e.Source.ETag = "" }, false},
		"no destination time":       {func(e *Equivalence) { e.Destination.Modified = time.Time{} }, false},
		"sides":                     {func(e *Equivalence) { e.Source, e.Destination = e.Destination, e.Source }, false},
		"fraction of a whole time":  {func(e *Equivalence) { *e = whole; e.Destination.Modified = e.Destination.Modified.Add(999e6) }, true},
		"second of a whole time":    {func(e *Equivalence) { *e = whole; e.Destination.Modified = e.Destination.Modified.Add(1e9) }, false},
		"fraction of an exact time": {func(e *Equivalence) { e.Source.Modified = e.Source.Modified.Truncate(time.Second) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			eq := known
			c.change(&eq)
			if got := vouches(t, open(t, place).Cursor(), eq); got != c.want {
				t.Errorf("vouches: %v, want %v", got, c.want)
			}
		})
	}
}

// What could not tell two contents apart is not recorded.
func TestRecordsOnlyWhatTells(t *testing.T) {
	for name, change := range map[string]func(*Equivalence){
		"no source ETag":      func(e *Equivalence) { e.Source.ETag = "" },
		"no destination ETag": func(e *Equivalence) { e.Destination.ETag = "" },
		"no source time":      func(e *Equivalence) { e.Source.Modified = time.Time{} },
		"no destination time": func(e *Equivalence) { e.Destination.Modified = time.Time{} },
		"a time far off":      func(e *Equivalence) { e.Source.Modified = day.AddDate(1000, 0, 0) },
		"key too long":        func(e *Equivalence) { e.Key = strings.Repeat("k", maxKey+1) },
		"tag too long":        func(e *Equivalence) { e.Source.ETag = strings.Repeat("e", maxTag+1) },
	} {
		t.Run(name, func(t *testing.T) {
			place := newShelf()
			j := open(t, place)
			eq := fact("k", 1)
			change(&eq)
			record(t, j, eq)
			closed(t, j, true)
			if len(place.items) > 0 {
				t.Errorf("the place has %v", place.names())
			}
		})
	}
}

// Entries come together from base and deltas: the later one counts, and what a whole
// run has not confirmed goes.
func TestEntriesOfSeveralRuns(t *testing.T) {
	place := newShelf()
	j := open(t, place)
	record(t, j, fact("b", 1), fact("a", 1), fact("d", 1), fact("b", 2))
	closed(t, j, true)

	j = open(t, place)
	c := j.Cursor()
	vouches(t, c, fact("b", 2)) // confirmed
	record(t, j, fact("c", 3), fact("d", 3))
	closed(t, j, false) // part of the bucket: a stays

	j = open(t, place)
	c = j.Cursor()
	got := map[string]bool{}
	for _, eq := range []Equivalence{fact("a", 1), fact("b", 1), fact("b", 2), fact("c", 3), fact("d", 1), fact("d", 3)} {
		got[fmt.Sprint(eq.Key, eq.Source.Size)] = vouches(t, c, eq)
	}
	want := map[string]bool{"a1": true, "b1": false, "b2": true, "c3": true, "d1": false, "d3": true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	j = open(t, place)
	vouches(t, j.Cursor(), fact("c", 3))
	closed(t, j, true)
	c = open(t, place).Cursor()
	if vouches(t, c, fact("a", 1)) || vouches(t, c, fact("b", 2)) || !vouches(t, c, fact("c", 3)) {
		t.Error("a whole run keeps what it confirmed and nothing else")
	}
	if diff := cmp.Diff(map[string]int{"manifest": 1, "block": 1}, place.names()); diff != "" {
		t.Error(diff)
	}
}

// A run that confirms all and proves nothing new writes nothing, and a base of many
// blocks is rewritten only where it changes.
func TestUnchangedBlocksStay(t *testing.T) {
	place := newShelf()
	j := open(t, place)
	const keys = 60_000
	key := func(i int) string { return fmt.Sprintf("data/%08d", i) }
	for i := range keys {
		record(t, j, fact(key(i), i))
	}
	closed(t, j, true)
	if n := place.names()["block"]; n < 5 {
		t.Fatalf("%d blocks, want several", n)
	}
	confirm := func(j *Journal) {
		t.Helper()
		c := j.Cursor()
		for i := range keys {
			if !vouches(t, c, fact(key(i), i)) {
				t.Fatalf("%s is not known", key(i))
			}
		}
	}
	blocks := place.names()["block"]
	clear(place.calls)
	j = open(t, place)
	confirm(j)
	closed(t, j, true)
	want := map[string]int{"List": 1, "Get": 1 + blocks}
	if diff := cmp.Diff(want, place.calls); diff != "" {
		t.Errorf("an unchanged journal (-want +got):\n%s", diff)
	}
	clear(place.calls)
	j = open(t, place)
	confirm(j)
	record(t, j, fact(key(keys/2)+"x", 1))
	closed(t, j, true)
	// A delta, a block or two in place of one, a manifest.
	if puts := place.calls["Put"]; puts > 4 {
		t.Errorf("one new entry took %d writes", puts)
	}
	confirm(open(t, place))
}

// Blocks that have become many and small are put together.
func TestScatteredBaseIsPutTogether(t *testing.T) {
	place := newShelf()
	j := open(t, place)
	w := &writer{journal: j}
	for i := range 100 {
		if err := errors.Join(w.add(t.Context(), fact(fmt.Sprintf("%03d", i), i)), w.flush(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(j.swap(t.Context(), manifest{blocks: w.blocks}), j.Merge(t.Context())); err != nil {
		t.Fatal(err)
	}
	if n := place.names()["block"]; n != 1 {
		t.Errorf("%d blocks, want 1", n)
	}
	c := open(t, place).Cursor()
	for i := range 100 {
		if !vouches(t, c, fact(fmt.Sprintf("%03d", i), i)) {
			t.Errorf("%03d is lost", i)
		}
	}
}

// Cursors answer for any order of keys.
func TestCursor(t *testing.T) {
	place := newShelf()
	j := open(t, place)
	for i := range 20_000 {
		record(t, j, fact(fmt.Sprint("k", i), i))
	}
	closed(t, j, true)
	j = open(t, place)
	c := j.Cursor()
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		i := random.IntN(21_000)
		if got := vouches(t, c, fact(fmt.Sprint("k", i), i)); got != (i < 20_000) {
			t.Errorf("k%d: %v", i, got)
		}
	}
	for i := range 3 {
		if !vouches(t, c, fact("k5", 5)) {
			t.Errorf("asked %d times, k5 is not known", i+1)
		}
	}
}

// What is recorded is written after a while, so that a killed run loses little.
func TestFlushAfterAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		place := newShelf()
		j := open(t, place)
		record(t, j, fact("a", 1))
		if n := place.names()["delta"]; n != 0 {
			t.Fatalf("%d deltas at once", n)
		}
		time.Sleep(flushAfter)
		record(t, j, fact("b", 1))
		c := open(t, place).Cursor()
		if !vouches(t, c, fact("a", 1)) || !vouches(t, c, fact("b", 1)) {
			t.Error("what was written is not known to the next run")
		}
	})
}

// Of two runs at a time the one that comes second leaves the first one's base alone.
func TestTwoRuns(t *testing.T) {
	place := newShelf()
	first, second := open(t, place), open(t, place)
	record(t, first, fact("a", 1))
	record(t, second, fact("b", 1))
	closed(t, first, true)
	if err := second.Close(t.Context(), true); !errors.Is(err, ErrConflict) {
		t.Errorf("got %v, want a conflict", err)
	}
	if !vouches(t, open(t, place).Cursor(), fact("a", 1)) {
		t.Error("the first run's entry is lost")
	}
}

// The journal of another bucket or pair of stores is another one, and its objects are
// not believed where they do not belong.
func TestForeignJournal(t *testing.T) {
	place := newShelf()
	j := open(t, place)
	record(t, j, fact("a", 1))
	if err := j.Begin(t.Context(), Upload{Key: "u", ETag: "e", ID: "1", Started: day}); err != nil {
		t.Fatal(err)
	}
	closed(t, j, true)
	for _, names := range [][2]string{{"cargo", "other stores"}, {"freight", stores}} {
		other, err := Open(t.Context(), place, names[0], names[1])
		if err != nil {
			t.Fatal(err)
		}
		uploads, err := other.Uploads(t.Context())
		if err != nil || len(uploads) > 0 || vouches(t, other.Cursor(), fact("a", 1)) {
			t.Errorf("%v knows what it cannot: %v, %v", names, uploads, err)
		}
	}
	other, err := Open(t.Context(), place, "cargo", "other stores")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range place.items {
		place.items[strings.Replace(name, j.dir, other.dir, 1)] = content
	}
	other, err = Open(t.Context(), place, "cargo", "other stores")
	if err != nil {
		t.Fatal(err)
	}
	uploads, err := other.Uploads(t.Context())
	if err != nil || len(uploads) > 0 || vouches(t, other.Cursor(), fact("a", 1)) || other.Damaged() == 0 {
		t.Errorf("a journal that was moved is believed: %v, %v", uploads, err)
	}
}
