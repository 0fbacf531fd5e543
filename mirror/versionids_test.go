package mirror_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
	"github.com/helm-ferry/ferry/mirror/state"
)

// idsItem is the item that a place keeps of a key.
type idsItem struct {
	Key      string
	Versions []struct{ Source, Destination string }
}

func mappedHistory(w world) mirror.Options {
	opts := historyOptions()
	opts.State = w.stated().State

	return opts
}

// mapped returns what is kept of the ids of a key, as source>destination, or "".
func (w world) mapped(place state.Place, key string) string {
	w.Helper()
	text, _, err := place.Get(w.Context(), "versions/"+bucket+"/"+state.Segment(key))
	if err != nil {
		return ""
	}
	var item idsItem
	if err := json.Unmarshal(text, &item); err != nil || item.Key != key {
		w.Errorf("%v: %s", err, text)
	}
	var pairs []string
	for _, v := range item.Versions {
		pairs = append(pairs, v.Source+">"+v.Destination)
	}

	return strings.Join(pairs, " ")
}

// paired is what has to be kept of a key whose versions are the same on both sides.
func (w world) paired(key string) string {
	w.Helper()
	of := func(s mirror.Reader) []string {
		var ids []string
		for _, e := range w.versions(s) {
			if e.Key == key {
				ids = append(ids, e.Version)
			}
		}
		slices.Reverse(ids)

		return ids
	}
	src, dst := of(w.src), of(w.dst)
	if len(src) != len(dst) {
		w.Fatalf("%v, %v", src, dst)
	}
	var pairs []string
	for i := range src {
		pairs = append(pairs, src[i]+">"+dst[i])
	}

	return strings.Join(pairs, " ")
}

// Which version of the destination is which of the source is kept, and kept up.
func TestVersionIDsAreMapped(t *testing.T) {
	inHistory(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.past(w.src, "a/k", "1", "1", "-", "2")
		w.past(w.src, "one", "1")
		w.past(w.src, "a//odd", "1", "2")
		opts := mappedHistory(w)
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		for _, key := range []string{"a/k", "one", "a//odd"} {
			w.equal(key, w.mapped(opts.State, key), w.paired(key))
		}
		w.past(w.src, "a/k", "2", "-")
		w.run(w.src, w.dst, mappedHistory(w), mirror.OutcomeDone)
		w.equal("continued", w.mapped(opts.State, "a/k"), w.paired("a/k"))

		dst := faulty.New(w.dst, faulty.Faults{})
		w.run(w.src, dst, mappedHistory(w), mirror.OutcomeDone)
		w.equal("reads and writes of a run with nothing to do", dst.Calls("Get")+dst.Calls("Put"), 0)
	})
}

// Where ids are the same there is nothing to keep.
func TestKeptIDsAreNotMapped(t *testing.T) {
	inHistory(t, memory.Quirks{}, memory.Quirks{KeepsIDs: true}, func(w world) {
		w.past(w.src, "k", "1", "2")
		opts := mappedHistory(w)
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("kept", w.mapped(opts.State, "k"), "")
	})
}

// A version that the destination has lost is told from those that are like it: it is named, and nothing is
// written twice.
func TestVersionGoneFromTheDestination(t *testing.T) {
	inHistory(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.past(w.src, "k", "A", "B", "A")
		w.make(w.dst)
		w.set(w.dst, "versioning", versioningOn)
		w.past(w.dst, "k", "B", "A") // of three, the oldest is gone
		opts := mappedHistory(w)
		src, dst := w.versions(w.src), w.versions(w.dst)
		if _, err := opts.State.Open(w.Context(), state.Write); err != nil {
			w.Fatal(err)
		}
		kept := fmt.Sprintf(`{"key": "k", "versions": [{"source": %q, "destination": "gone"}, {"source": %q, "destination": %q}, {"source": %q, "destination": %q}]}`,
			src[2].Version, src[1].Version, dst[1].Version, src[0].Version, dst[0].Version)
		if _, err := opts.State.Put(w.Context(), "versions/"+bucket+"/k", []byte(kept), state.Condition{}); err != nil {
			w.Fatal(err)
		}
		rep := w.run(w.src, w.dst, opts, mirror.OutcomePartial)
		w.equal("history", w.all(w.dst), "k: B A")
		w.says(first(rep), "missing: 1 versions, beginning with "+src[2].Version+", are gone from the destination")

		w.past(w.src, "k", "A")
		for range 2 {
			w.run(w.src, w.dst, mappedHistory(w), mirror.OutcomePartial)
			w.equal("continued", w.all(w.dst), "k: B A A")
		}
	})
}

// What a run could not keep any more, the next one does.
func TestVersionIDsAfterAKill(t *testing.T) {
	inHistory(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.past(w.src, "k", "1", "2")
		w.past(w.src, "l", "1")
		w.run(w.src, w.dst, mappedHistory(w), mirror.OutcomeDone)
		w.past(w.src, "k", "3")
		broken := faulty.New(w.dst, faulty.Faults{Before: func(call faulty.Call) error {
			if call.Method == "Put" && strings.HasPrefix(call.Key, "versions/") {
				return errDenied
			}

			return nil
		}})
		opts := historyOptions()
		opts.State = mirror.StateIn(broken, mirror.DefaultStateBucket, "")
		w.run(w.src, broken, opts, mirror.OutcomePartial)
		w.equal("history", w.all(w.dst), "k: 1 2 3; l: 1")
		opts = mappedHistory(w)
		rep := w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("copied", rep.Totals.Copied, int64(0))
		w.equal("kept", w.mapped(opts.State, "k"), w.paired("k"))
	})
}
