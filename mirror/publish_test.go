package mirror_test

import (
	"crypto/md5"
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
)

// instant writes an object and lets no time go by, as it must not within a fault.
func (w world) instant(s mirror.Store, key, content string) {
	w.Helper()
	req := mirror.PutRequest{Body: strings.NewReader(content), Size: int64(len(content)), MD5: md5.Sum([]byte(content))}
	if _, err := s.Put(w.Context(), bucket, key, req); err != nil {
		w.Fatal(err)
	}
}

// commit writes version n of a table: a file of data, in a folder of the table's name,
// a commit that names all the files so far, a pointer to the commit.
func (w world) commit(s mirror.Store, table string, n int) {
	w.Helper()
	file := func(i int) string { return fmt.Sprintf("%s/%s/%03d", table, path.Base(table), i) }
	w.instant(s, file(n), "rows")
	var files []string
	for i := range n + 1 {
		files = append(files, file(i))
	}
	commit := fmt.Sprintf("%s/metadata/%03d.metadata.json", table, n)
	w.instant(s, commit, strings.Join(files, "\n"))
	w.instant(s, table+"/metadata/version-hint.text", commit)
}

// whole finds out whether all that a table points to is there: what its pointer names,
// and what any of its commits names, for there are readers who list commits.
func (w world) whole(s *memory.Store, table string) {
	w.Helper()
	objects := w.content(s, bucket)
	for key, content := range objects {
		if !strings.HasPrefix(key, table+"/metadata/") {
			continue
		}
		for file := range strings.SplitSeq(content, "\n") {
			if _, ok := objects[file]; !ok {
				w.Errorf("%s names %s, which is not there", key, file)
			}
		}
	}
}

// The destination has whole tables at each moment, wherever data sorts, though the source
// commits all the time and a listing is no picture of one moment.
func TestTablesAreWholeAtEachMoment(t *testing.T) {
	for _, pageSize := range []int{1, 3, 1000} {
		for seed := range uint64(10) {
			t.Run(fmt.Sprintf("pages of %d, seed %d", pageSize, seed), func(t *testing.T) {
				inWorld(t, memory.Quirks{PageSize: pageSize}, memory.Quirks{}, func(w world) {
					w.mirrorWhileCommitting(rand.New(rand.NewPCG(seed, 0)))
				})
			})
		}
	}
}

func (w world) mirrorWhileCommitting(random *rand.Rand) {
	next := 0
	commit := func() {
		w.commit(w.src, "db/after", next) // its data sorts before what points to it
		w.commit(w.src, "db/zone", next)  // and here behind
		next++
	}
	for range 3 {
		commit()
	}
	src := faulty.New(w.src, faulty.Faults{Before: func(faulty.Call) error {
		if random.IntN(6) == 0 && next < 30 {
			commit()
		}

		return nil
	}})
	dst := faulty.New(w.dst, faulty.Faults{After: func(call faulty.Call) error {
		if call.Method == "Put" || call.Method == "Remove" {
			w.whole(w.dst, "db/after")
			w.whole(w.dst, "db/zone")
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
	w.run(w.src, w.dst, options(), mirror.OutcomeDone)
	w.equal("destination", w.content(w.dst, bucket), w.content(w.src, bucket))
}

// What could not be copied holds back what may point to it, and no other table.
func TestTableIsHeldBack(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.commit(w.src, "db/a", 0)
		w.commit(w.src, "db/b", 0)
		src := faulty.New(w.src, faulty.Faults{Before: func(call faulty.Call) error {
			if call.Key == "db/a/a/000" {
				return errDenied
			}

			return nil
		}})
		rep := w.run(src, w.dst, options(), mirror.OutcomePartial)
		w.says(first(rep), "denied")
		w.equal("failures", rep.Buckets[0].Errors.Total, int64(3))
		w.says(rep.Buckets[0].Errors.First[len(rep.Buckets[0].Errors.First)-1].Error, "held back")
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
