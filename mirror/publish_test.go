package mirror_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
)

// commit writes version n of a table: a file of data, a commit that names all the files
// so far, a pointer to the commit.
func (w world) commit(s mirror.Store, table string, n int) {
	w.Helper()
	w.put(s, map[string]string{fmt.Sprintf("%s/zdata/%03d", table, n): "rows"})
	var files []string
	for i := range n + 1 {
		files = append(files, fmt.Sprintf("%s/zdata/%03d", table, i))
	}
	commit := fmt.Sprintf("%s/metadata/%03d.metadata.json", table, n)
	w.put(s, map[string]string{commit: strings.Join(files, "\n")})
	w.put(s, map[string]string{table + "/metadata/version-hint.text": commit})
}

// whole finds out whether all that a table points to is there.
func (w world) whole(s *memory.Store, table string) {
	w.Helper()
	objects := w.content(s, bucket)
	commit, ok := objects[table+"/metadata/version-hint.text"]
	if !ok {
		return
	}
	files, ok := objects[commit]
	if !ok {
		w.Errorf("the pointer of %s names %s, which is not there", table, commit)

		return
	}
	for file := range strings.SplitSeq(files, "\n") {
		if _, ok := objects[file]; !ok {
			w.Errorf("%s names %s, which is not there", commit, file)
		}
	}
}

// The destination has whole tables at each moment, though data sorts behind what points
// to it and the source commits all the time.
func TestTablesAreWholeAtEachMoment(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		next := 0
		commit := func() { w.commit(w.src, "db/t", next); next++ }
		for range 3 {
			commit()
		}
		for _, when := range []string{"Get", "List", "Put"} {
			calls := 0
			src := faulty.New(w.src, faulty.Faults{Before: func(call faulty.Call) error {
				if calls++; call.Method == when && calls%3 == 0 && next < 60 {
					commit()
				}

				return nil
			}})
			dst := faulty.New(w.dst, faulty.Faults{After: func(call faulty.Call) error {
				if call.Method == "Put" || call.Method == "Remove" {
					w.whole(w.dst, "db/t")
				}

				return nil
			}})
			opts := options()
			opts.Concurrency = 1
			rep, err := mirror.Run(w.Context(), src, dst, opts)
			if err != nil {
				w.Fatal(err)
			}
			if rep.Totals.Copied == 0 {
				w.Errorf("nothing was copied: %+v", rep)
			}
			w.whole(w.dst, "db/t")
			commit()
		}
		w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		w.equal("destination", w.content(w.dst, bucket), w.content(w.src, bucket))
	})
}

// What could not be copied holds back what may point to it, and no other table.
func TestTableIsHeldBack(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.commit(w.src, "db/a", 0)
		w.commit(w.src, "db/b", 0)
		src := faulty.New(w.src, faulty.Faults{Before: func(call faulty.Call) error {
			if call.Key == "db/a/zdata/000" {
				return errDenied
			}

			return nil
		}})
		rep := w.run(src, w.dst, options(), mirror.OutcomePartial)
		w.says(first(rep), "denied")
		w.equal("failures", rep.Buckets[0].Errors.Total, int64(3))
		w.says(rep.Buckets[0].Errors.First[2].Error, "held back")
		w.whole(w.dst, "db/a")
		w.whole(w.dst, "db/b")
		w.equal("objects", len(w.content(w.dst, bucket)), 3)
	})
}

// A table is removed from its end: first what points, then what is pointed to.
func TestTablesAreRemovedBackwards(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.commit(w.src, "db/t", 0)
		w.commit(w.src, "db/t", 1)
		w.put(w.src, map[string]string{"stays": "x"})
		w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		for key := range w.content(w.src, bucket) {
			if key != "stays" {
				if err := w.src.Remove(w.Context(), bucket, key); err != nil {
					w.Fatal(err)
				}
			}
		}
		dst := faulty.New(w.dst, faulty.Faults{After: func(call faulty.Call) error {
			if call.Method == "Remove" {
				w.whole(w.dst, "db/t")
			}

			return nil
		}})
		w.run(w.src, dst, removing(100), mirror.OutcomeDone)
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"stays": "x"})
	})
}

// An unchanged table costs no listing more.
func TestUnchangedTableCostsNothing(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.commit(w.src, "db/t", 0)
		w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		plain, table := faulty.New(w.src, faulty.Faults{}), faulty.New(w.src, faulty.Faults{})
		w.run(table, w.dst, options(), mirror.OutcomeDone)
		w.put(w.src, map[string]string{"new": "x"})
		w.run(plain, w.dst, options(), mirror.OutcomeDone)
		w.equal("listings", table.Calls("List"), plain.Calls("List"))
	})
}
