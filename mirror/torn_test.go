package mirror_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
)

// An object that is overwritten between listing and reading is copied as it is
// then, whole, whatever the listing said of its size.
func TestOverwrittenBeforeRead(t *testing.T) {
	for name, test := range map[string]struct {
		old, later string
	}{
		"larger":    {old: "short", later: "much longer than before"},
		"smaller":   {old: "much longer than later", later: "short"},
		"same size": {old: "before", later: "behind"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
				w.put(w.src, map[string]string{"k": test.old})
				overwritten := false
				src := faulty.New(w.src, faulty.Faults{Before: func(call faulty.Call) error {
					if call.Method == "Get" && !overwritten {
						overwritten = true
						w.put(w.src, map[string]string{"k": test.later})
					}

					return nil
				}})
				rep := w.run(src, w.dst, options(), mirror.OutcomeDone)
				w.equal("destination", w.content(w.dst, bucket), map[string]string{"k": test.later})
				w.equal("moved", rep.Totals.Moved, int64(1))
			})
		})
	}
}

// Tags come in an answer of their own: those of what was written meanwhile are not given to what was read before.
func TestOverwrittenBeforeItsTagsAreRead(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		before, later := rich, rich
		before.Tags, later.Tags = map[string]string{"team": "data"}, map[string]string{"team": "web"}
		w.write(w.src, "k", "before", before)
		overwritten := false
		src := faulty.New(w.src, faulty.Faults{Before: func(call faulty.Call) error {
			if call.Method == "Tags" && !overwritten {
				overwritten = true
				w.write(w.src, "k", "behind", later)
			}

			return nil
		}})
		rep := w.run(src, w.dst, options(), mirror.OutcomeDone)
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"k": "behind"})
		w.equal("tags", w.stat(w.dst, "k").Tags, later.Tags)
		w.equal("moved", rep.Totals.Moved, int64(1))
	})
}

// An object in parts that is overwritten between two parts is not joined from both.
func TestOverwrittenBetweenParts(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.parts(w.src, "k", "old 1", "old 2")
		overwritten := false
		src := faulty.New(w.src, faulty.Faults{Before: func(call faulty.Call) error {
			if call.Part == 2 && !overwritten {
				overwritten = true
				w.parts(w.src, "k", "new 1", "new 2")
			}

			return nil
		}})
		w.run(src, w.dst, options(), mirror.OutcomeDone)
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"k": "new 1new 2"})
		w.equal("uploads left", w.dst.Pending(), 0)
	})
}

// Every read of content names the object that it is to be of.
func TestReadsAreConditional(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{OpaqueETags: true}, func(w world) {
		w.put(w.src, map[string]string{"k": "content"})
		w.parts(w.src, "l", "part 1", "part 2")
		src, dst := conditional{w.src, t}, conditional{w.dst, t}
		w.run(src, dst, options(), mirror.OutcomeDone)
		w.run(src, dst, options(), mirror.OutcomeDone)
		w.verify(src, dst, options(), mirror.OutcomeDone)
	})
}

// conditional is a store that demands a condition of each read.
type conditional struct {
	*memory.Store
	t *testing.T
}

func (c conditional) Get(
	ctx context.Context, bucket, key string, sel mirror.Selection,
) (mirror.Object, io.ReadCloser, error) {
	if sel.IfMatch == "" {
		c.t.Errorf("read of %q without a condition", key)
	}

	return c.Store.Get(ctx, bucket, key, sel)
}

// A source that ignores the condition of a read is found out by the tag of its
// answer.
func TestConditionIgnored(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"k": "old"})
		other := w.copyOf(w.src)
		w.put(other, map[string]string{"k": "new"})
		src := faulty.New(w.src, faulty.Faults{Object: func(faulty.Call, mirror.Object, io.ReadCloser) (mirror.Object, io.ReadCloser) {
			return w.stat(other, "k"), io.NopCloser(strings.NewReader("new"))
		}})
		w.says(first(w.run(src, w.dst, options(), mirror.OutcomePartial)), "keeps changing")
		w.equal("destination", w.content(w.dst, bucket), map[string]string{})
	})
}

// An object that never holds still is a failure, not an endless loop.
func TestKeepsChanging(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"k": "x"})
		src := faulty.New(w.src, faulty.Faults{Before: func(call faulty.Call) error {
			if call.Method == "Get" {
				w.put(w.src, map[string]string{"k": w.read(w.src, bucket, "k") + "x"})
			}

			return nil
		}})
		w.says(first(w.run(src, w.dst, options(), mirror.OutcomePartial)), "keeps changing")
	})
}

// An object that is deleted during the run has vanished. One that is still listed
// and cannot be read is a failure. One that is back is copied.
func TestVanishedAndGhost(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"gone": "x", "stays": "y"})
		src := faulty.New(w.src, faulty.Faults{Before: func(call faulty.Call) error {
			if call.Method == "Get" && call.Key == "gone" {
				return w.src.Remove(w.Context(), bucket, "gone")
			}

			return nil
		}})
		rep := w.run(src, w.dst, options(), mirror.OutcomeDone)
		w.equal("vanished", rep.Totals.Vanished, int64(1))
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"stays": "y"})

		hidden := 3
		w.put(w.src, map[string]string{"back": "x"})
		src = faulty.New(w.src, faulty.Faults{Before: func(call faulty.Call) error {
			if call.Key == "back" && (call.Method == "Get" || call.Method == "Stat") && hidden > 0 {
				hidden--

				return mirror.ErrNoObject
			}

			return nil
		}})
		rep = w.run(src, w.dst, options(), mirror.OutcomeDone)
		w.equal("vanished, and back", rep.Totals.Vanished, int64(0))
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"back": "x", "stays": "y"})

		src = faulty.New(w.src, faulty.Faults{Page: func(_ string, from mirror.Cursor, page mirror.Page) mirror.Page {
			if from == (mirror.Cursor{}) {
				page.Entries = append([]mirror.Entry{{Key: "a ghost", Size: 1, ETag: "x"}}, page.Entries...)
			}

			return page
		}})
		w.says(first(w.run(src, w.dst, options(), mirror.OutcomePartial)), "listed by mem://source:1 but not readable")
		w.put(w.dst, map[string]string{"a ghost": "x"})
		w.says(first(w.verify(src, w.dst, options(), mirror.OutcomePartial)), "listed by mem://source:1 but not readable")
	})
}
