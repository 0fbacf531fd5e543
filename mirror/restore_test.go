package mirror_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/lease"
	"github.com/helm-ferry/ferry/mirror/memory"
)

// moment is what a source had when a run over it was complete.
type moment struct {
	ended   time.Time
	objects map[string]string
	meta    map[string]string
}

// restored restores into an empty store and demands an outcome.
func (w world) restored(at time.Time, want mirror.Outcome) (*memory.Store, mirror.Report) {
	w.Helper()
	target := memory.New("mem://target:1", memory.Quirks{})

	return target, w.restoreTo(target, at, false, want)
}

func (w world) restoreTo(target mirror.Store, at time.Time, overwrite bool, want mirror.Outcome) mirror.Report {
	w.Helper()
	rep, err := mirror.Restore(w.Context(), w.dst, target, at, overwrite, w.stated())
	if err != nil {
		w.Fatal(err)
	}
	w.outcome(rep, want)

	return rep
}

// pasts are the ways in which the ETags and times of a destination may tell little.
func pasts() map[string]memory.Quirks {
	return map[string]memory.Quirks{
		"plain":        {PageSize: 3},
		"opaque":       {OpaqueETags: true, PageSize: 5},
		"times of own": {OwnTimes: true},
		"no parts":     {NoParts: true, PageSize: 1000},
	}
}

// Whatever happens to a source between runs, of which some remove, some are broken off
// and some find the store out of reach, each complete run can be gone back to, byte for
// byte.
func TestRestoreAtEachRun(t *testing.T) {
	seeds := uint64(2)
	if testworld.Full() {
		seeds = 6
	}
	for name, quirks := range pasts() {
		for seed := range seeds {
			t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) {
				inWorld(t, memory.Quirks{PageSize: 4}, quirks, func(w world) {
					c := chronicle{world: w, rand: rand.New(rand.NewPCG(seed, 7))}
					for range 12 {
						c.edit()
						c.mirror()
					}
					c.check()
				})
			})
		}
	}
}

// chronicle is a source with a life of its own.
type chronicle struct {
	world
	rand    *rand.Rand
	writes  int
	moments []moment
}

func (c *chronicle) key() string {
	keys := []string{"a", "a/b", "a//b", "é", "z", "t/metadata/v1.metadata.json", "t/metadata/version-hint.text", "t/data/1", "~"}
	if n := c.rand.IntN(30); n >= len(keys) {
		return fmt.Sprintf("k/%02d", n)
	}

	return keys[c.rand.IntN(len(keys))]
}

// edit writes, overwrites with as many bytes, changes metadata and removes.
func (c *chronicle) edit() {
	for range c.rand.IntN(8) {
		key := c.key()
		c.writes++
		switch c.rand.IntN(6) {
		case 0, 1:
			if err := c.src.Remove(c.Context(), bucket, key); err != nil {
				c.Fatal(err)
			}
		case 2:
			c.parts(c.src, key, fmt.Sprintf("part %03d", c.writes), "end")
		case 3:
			content := "x"
			if _, err := c.src.Stat(c.Context(), bucket, key); err == nil {
				content = c.read(c.src, bucket, key)
			}
			c.write(c.src, key, content, mirror.Attributes{Metadata: map[string]string{"n": fmt.Sprint(c.writes)}})
		default:
			c.write(c.src, key, fmt.Sprintf("write %03d", c.writes), mirror.Attributes{})
		}
	}
}

var errOut = errors.New("out of reach")

// mirror runs over the source in one way or another.
func (c *chronicle) mirror() {
	opts := c.stated()
	opts.Remove.Trash = 1000 * time.Hour
	opts.Concurrency = 1 + c.rand.IntN(4)
	if c.rand.IntN(2) == 0 {
		opts.Remove.Enabled, opts.Remove.MaxPercent = true, 100
	}
	writes, limit := 0, 1<<30
	if c.rand.IntN(3) == 0 {
		limit = c.rand.IntN(25)
	}
	dst := faulty.New(c.dst, faulty.Faults{Before: func(call faulty.Call) error {
		if call.Method != "Put" && call.Method != "Remove" && call.Method != "Upload" {
			return nil
		}
		if writes++; writes > limit {
			return errOut
		}

		return nil
	}})
	opts.State = mirror.StateIn(dst, mirror.DefaultStateBucket, "")
	opts.Holder = lease.Holder{ID: fmt.Sprint(c.rand.Uint64()), Host: "elsewhere", Command: "ferry mirror"}
	rep, err := mirror.Run(c.Context(), c.src, dst, opts)
	if limit < 1<<30 {
		time.Sleep(10 * time.Minute) // until its lock has run out
	}
	if err != nil && limit == 1<<30 {
		c.Fatal(err)
	}
	if limit == 1<<30 && rep.Outcome() == mirror.OutcomeRefused && c.empty() {
		return
	}
	if limit == 1<<30 {
		c.outcome(rep, mirror.OutcomeDone)
	}
	if err == nil && rep.Outcome() == mirror.OutcomeDone {
		c.moments = append(c.moments, moment{ended: time.Now(), objects: c.content(c.src, bucket), meta: c.meta(c.src)})
		time.Sleep(time.Minute)
	}
}

func (c *chronicle) empty() bool { return len(c.content(c.src, bucket)) == 0 }

// meta returns the metadata of all objects.
func (w world) meta(s mirror.Reader) map[string]string {
	w.Helper()
	found := map[string]string{}
	for key := range w.content(s, bucket) {
		found[key] = w.stat(s, key).Metadata["n"]
	}

	return found
}

// check restores each moment, and without one the last.
func (c *chronicle) check() {
	c.Helper()
	if len(c.moments) < 3 {
		c.Fatalf("only %d runs were complete", len(c.moments))
	}
	last := c.moments[len(c.moments)-1]
	for i, m := range append(slices.Clone(c.moments), moment{objects: last.objects, meta: last.meta}) {
		target, rep := c.restored(m.ended, mirror.OutcomeDone)
		c.equal(fmt.Sprintf("content of moment %d", i), c.content(target, bucket), m.objects)
		c.equal(fmt.Sprintf("metadata of moment %d", i), c.meta(target), m.meta)
		c.equal("objects", rep.Totals.Copied, int64(len(m.objects)))
	}
}

// What the trash does not hold any more is not made up.
func TestRestoreNamesWhatIsMissing(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "1", "b": "1"})
		opts := w.stated()
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		first := time.Now()
		time.Sleep(time.Minute)
		w.put(w.src, map[string]string{"a": "2"})
		w.run(w.src, w.dst, opts, mirror.OutcomeDone) // and keeps no trash
		second := time.Now()
		time.Sleep(time.Minute)
		w.put(w.src, map[string]string{"a": "3"})
		opts.Remove.Trash = time.Hour
		w.run(w.src, w.dst, opts, mirror.OutcomeDone) // what goes to the trash is of the second run
		_, rep := w.restored(first, mirror.OutcomeRefused)
		w.equal("guard", rep.Buckets[0].Guard, mirror.GuardPast)
		w.says(rep.Buckets[0].Refused, "cannot be restored as it was then: 1 of its objects are neither there any more nor in the trash, the first is a; from 2000-01-01T00:01:0")
		_, rep = w.restored(first.Add(-time.Hour), mirror.OutcomeRefused)
		w.says(rep.Buckets[0].Refused, "the first run that is on record ended at 2000-01-01T00:00:02.000Z")
		target, _ := w.restored(second, mirror.OutcomeDone)
		w.equal("content", w.content(target, bucket), map[string]string{"a": "2", "b": "1"})
	})
}

// Points go with the trash that they need; the last one stays, and so does its trash.
func TestOldPointsGo(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "1", "gone": "1"})
		opts := w.stated()
		opts.Remove.Trash = 31 * time.Hour
		var ends []time.Time
		for n := range 6 {
			w.put(w.src, map[string]string{"a": fmt.Sprint("state ", n)})
			if err := w.src.Remove(w.Context(), bucket, "gone"); err != nil {
				w.Fatal(err)
			}
			opts.State = mirror.StateIn(w.dst, mirror.DefaultStateBucket, "")
			w.run(w.src, w.dst, opts, mirror.OutcomeDone)
			ends = append(ends, time.Now())
			time.Sleep(10 * time.Hour)
		}
		w.restored(ends[0], mirror.OutcomeRefused)
		for n := 2; n < 6; n++ {
			target, _ := w.restored(ends[n], mirror.OutcomeDone)
			w.equal("content", w.content(target, bucket), map[string]string{"a": fmt.Sprint("state ", n)})
		}
		kept := 0
		for key := range w.content(w.dst, mirror.DefaultStateBucket) {
			if strings.HasSuffix(key, "/run.json") {
				kept++
			}
		}
		w.equal("points", kept, 4)
	})
}

// A source that has come up empty does not become the last state of its copy.
func TestEmptiedSource(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		objects := map[string]string{"a": "1", "b": "2"}
		w.put(w.src, objects)
		w.run(w.src, w.dst, w.stated(), mirror.OutcomeDone)
		for key := range objects {
			if err := w.src.Remove(w.Context(), bucket, key); err != nil {
				w.Fatal(err)
			}
		}
		rep := w.run(w.src, w.dst, w.stated(), mirror.OutcomeRefused)
		w.says(rep.Buckets[0].Refused, "the source is empty, and had 2 objects on 2000-01-01T")
		target, _ := w.restored(time.Time{}, mirror.OutcomeDone)
		w.equal("content", w.content(target, bucket), objects)
		opts := w.stated()
		opts.Adopt = true
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		target, _ = w.restored(time.Time{}, mirror.OutcomeDone)
		w.equal("content", w.content(target, bucket), map[string]string{})
	})
}

// What is newer at the target stays and is named, unless it may be overwritten; what only
// the target has stays always. A dry run says the same and writes nothing.
func TestRestoreKeepsNewer(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		target := memory.New("mem://target:1", memory.Quirks{})
		w.make(target)
		w.put(target, map[string]string{"c": "older"})
		w.put(w.src, map[string]string{"a": "1", "b": "1", "c": "1"})
		w.run(w.src, w.dst, w.stated(), mirror.OutcomeDone)
		w.put(target, map[string]string{"b": "newer", "d": "only here"})
		before := w.content(target, bucket)

		opts := w.stated()
		opts.DryRun = true
		rep, err := mirror.Restore(w.Context(), w.dst, target, time.Time{}, false, opts)
		if err != nil {
			w.Fatal(err)
		}
		w.equal("planned and conflicts", []int64{rep.Totals.Planned, rep.Totals.Conflicts}, []int64{2, 1})
		w.equal("target of a dry run", w.content(target, bucket), before)

		rep = w.restoreTo(target, time.Time{}, false, mirror.OutcomePartial)
		w.equal("copied and conflicts", []int64{rep.Totals.Copied, rep.Totals.Conflicts}, []int64{2, 1})
		w.equal("difference", first(rep), "size: left alone: the destination is newer")
		want := map[string]string{"a": "1", "b": "newer", "c": "1", "d": "only here"}
		w.equal("target", w.content(target, bucket), want)
		w.restoreTo(target, time.Time{}, true, mirror.OutcomeDone)
		want["b"] = "1"
		w.equal("target", w.content(target, bucket), want)
		buckets, err := target.Buckets(w.Context())
		if err != nil {
			w.Fatal(err)
		}
		w.equal("buckets", buckets, []string{bucket})
	})
}

// An object of the trash has the time at which it was put there, or copied: what the target
// got between the point and that time is newer all the same.
func TestRestoreOverwritesOnlyWhatIsOlder(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{OwnTimes: true}, func(w world) {
		w.put(w.src, map[string]string{"a": "1"})
		opts := w.stated()
		opts.Remove.Trash = time.Hour
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		ended := time.Now()
		time.Sleep(time.Second)
		target := memory.New("mem://target:1", memory.Quirks{})
		w.make(target)
		w.put(target, map[string]string{"a": "newer"})
		w.put(w.src, map[string]string{"a": "22"})
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		rep := w.restoreTo(target, ended, false, mirror.OutcomePartial)
		w.equal("conflicts", rep.Totals.Conflicts, int64(1))
		w.equal("target", w.content(target, bucket), map[string]string{"a": "newer"})
	})
}

// A restore holds the locks of the copy: no mirror runs meanwhile, and it waits for none.
func TestRestoreHoldsTheLocks(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		for i := range 10 {
			w.put(w.src, map[string]string{fmt.Sprint(i): "x"})
		}
		w.run(w.src, w.dst, w.stated(), mirror.OutcomeDone)
		type ending struct {
			rep mirror.Report
			err error
		}
		done, opts := make(chan ending, 1), w.stated()
		opts.Concurrency = 1
		go func() {
			rep, err := mirror.Restore(w.Context(), slow{w.dst, 90 * time.Second}, memory.New("mem://target:1", memory.Quirks{}), time.Time{}, false, opts)
			done <- ending{rep, err}
		}()
		time.Sleep(5 * time.Minute)
		rep := w.run(w.src, w.dst, w.stated(), mirror.OutcomeRefused)
		w.says(rep.Buckets[0].Refused, "another run writes to it: ferry restore on ")
		_, rep = w.restored(time.Time{}, mirror.OutcomeRefused)
		w.equal("guard", rep.Buckets[0].Guard, mirror.GuardLock)
		first := <-done
		if first.err != nil {
			w.Fatal(first.err)
		}
		w.outcome(first.rep, mirror.OutcomeDone)
	})
}

// A store without the record of a run is left alone, and gets nothing of Ferry's.
func TestRestoreNeedsARecord(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.make(w.dst)
		w.put(w.dst, map[string]string{"a": "1"})
		_, rep := w.restored(time.Time{}, mirror.OutcomeRefused)
		w.says(rep.Refused, "no complete run of a mirror is on record there")
		buckets, err := w.dst.Buckets(w.Context())
		if err != nil {
			w.Fatal(err)
		}
		w.equal("buckets", buckets, []string{bucket})
	})
}

// A copy with all versions is restored as it is, with its versions if so asked.
func TestRestoreOfVersions(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.set(w.src, "versioning", versioningOn)
		for n := range 3 {
			w.put(w.src, map[string]string{"a": fmt.Sprint(n), "b": "1"})
		}
		opts := w.stated()
		opts.Versions = true
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		ended := time.Now()
		target, _ := w.restored(ended, mirror.OutcomeDone)
		w.equal("content", w.content(target, bucket), map[string]string{"a": "2", "b": "1"})
		again := memory.New("mem://again:1", memory.Quirks{})
		rep, err := mirror.Restore(w.Context(), w.dst, again, time.Time{}, false, opts)
		if err != nil {
			w.Fatal(err)
		}
		w.outcome(rep, mirror.OutcomeDone)
		w.equal("versions", rep.Totals.Copied, int64(6))
		rep, err = mirror.Restore(w.Context(), w.dst, again, time.Time{}, false, opts)
		if err != nil {
			w.Fatal(err)
		}
		w.outcome(rep, mirror.OutcomeRefused)
		w.equal("guard", rep.Buckets[0].Guard, mirror.GuardTarget)
		time.Sleep(time.Minute)
		w.put(w.src, map[string]string{"a": "3"})
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		_, rep = w.restored(ended, mirror.OutcomeRefused)
		w.equal("guard", rep.Buckets[0].Guard, mirror.GuardPast)
	})
}

// A copy that nothing was done to gets one small object per run and bucket, and no list
// of keys that it has already.
func TestPastOfNothing(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "1"})
		w.make(w.dst)
		w.put(w.dst, map[string]string{"b": "extra"})
		for range 3 {
			w.run(w.src, w.dst, w.stated(), mirror.OutcomeDone)
		}
		names := map[string]int{}
		for key := range w.content(w.dst, mirror.DefaultStateBucket) {
			if strings.HasPrefix(key, "past/") {
				names[key[strings.LastIndexByte(key, '/')+1:]]++
			}
		}
		w.equal("kept", names, map[string]int{"run.json": 3, "gone-00000001": 1})
		target, _ := w.restored(time.Time{}, mirror.OutcomeDone)
		w.equal("keys", slices.Collect(maps.Keys(w.content(target, bucket))), []string{"a"})
	})
}

// What the last point of a bucket needs stays in the trash, however old it is: runs over
// other buckets do not empty it, nor those that did not come to their end.
func TestTrashOfTheLastPointStays(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		if err := w.src.CreateBucket(w.Context(), "mail", mirror.BucketRequest{}); err != nil {
			w.Fatal(err)
		}
		objects := map[string]string{"a": "1", "b": "1"}
		w.put(w.src, objects)
		opts := w.stated()
		opts.Remove.Trash = 24 * time.Hour
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.put(w.src, map[string]string{"a": "other", "b": "other"})
		src := faulty.New(w.src, faulty.Faults{Before: func(call faulty.Call) error {
			if call.Method == "Get" && call.Key == "b" {
				return errDenied
			}

			return nil
		}})
		w.run(src, w.dst, opts, mirror.OutcomePartial)
		for range 3 {
			time.Sleep(100 * time.Hour)
			opts.Buckets = []string{"mail"}
			w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		}
		target := memory.New("mem://target:1", memory.Quirks{})
		w.restoreTo(target, time.Time{}, false, mirror.OutcomeDone)
		w.equal("content", w.content(target, bucket), objects)
	})
}

// A run knows nothing of what its filter left out, and a restore of it brings none of that.
func TestRestoreOfAFilter(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "1", "tmp/b": "1"})
		w.make(w.dst)
		w.put(w.dst, map[string]string{"tmp/c": "a stranger's"})
		opts := w.stated()
		opts.Exclude = []string{"tmp/"}
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		target, _ := w.restored(time.Time{}, mirror.OutcomeDone)
		w.equal("content", w.content(target, bucket), map[string]string{"a": "1"})
	})
}

// A machine whose clock is behind does not put its run before those that were.
func TestStampsRise(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	stamp := now.Format("20060102T150405.000000000Z")
	for name, test := range map[string]struct{ now, want time.Time }{
		"later":   {now.Add(time.Hour), now.Add(time.Hour)},
		"equal":   {now, now.Add(1)},
		"earlier": {now.Add(-time.Hour), now.Add(1)},
	} {
		if got := mirror.After(stamp, test.now); !got.Equal(test.want) {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}
