package mirror_test

import (
	"crypto/md5"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
)

// removing allows a run to remove.
func removing(percent int) mirror.Options {
	opts := options()
	opts.Remove = mirror.Remove{Enabled: true, MaxPercent: percent, Trash: 24 * time.Hour}

	return opts
}

// trash returns what the trash holds, without the stamps.
func (w world) trash() map[string]string {
	w.Helper()
	found := map[string]string{}
	for key, content := range w.content(w.dst, mirror.DefaultStateBucket) {
		if parts := strings.SplitN(key, "/", 3); parts[0] == "trash" {
			found[parts[2]] += content
		}
	}

	return found
}

// What the source does not have is removed last, and what is removed or replaced
// is in the trash with its attributes.
func TestRemoveGoesThroughTheTrash(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "1", "b": "new"})
		w.make(w.dst)
		w.put(w.dst, map[string]string{"a": "1", "b": "older"})
		w.write(w.dst, "extra", "only here", rich)
		w.parts(w.dst, "extra/parts", "12", "34")
		dst := faulty.New(w.dst, faulty.Faults{})
		rep := w.run(w.src, dst, removing(80), mirror.OutcomeDone)
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"a": "1", "b": "new"})
		w.equal("trash", w.trash(), map[string]string{
			"cargo/b": "older", "cargo/extra": "only here", "cargo/extra/parts": "1234",
		})
		w.equal("counts", []int64{rep.Totals.Extra, rep.Totals.Removed, rep.Totals.Trashed}, []int64{2, 2, 3})
		for key := range w.content(w.dst, mirror.DefaultStateBucket) {
			if strings.HasSuffix(key, "/extra") {
				obj, err := w.dst.Stat(w.Context(), mirror.DefaultStateBucket, key)
				if err != nil {
					w.Fatal(err)
				}
				w.equal("attributes", obj.Attributes, rich)
			}
		}
	})
}

// Without permission nothing is removed. What only the destination has is a
// difference for verify, unless it is told otherwise.
func TestExtraStays(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.make(w.dst)
		w.put(w.dst, map[string]string{"extra": "stays"})
		rep := w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		w.equal("extra", rep.Totals.Extra, int64(1))
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"extra": "stays"})
		w.equal("difference", first(w.verify(w.src, w.dst, options(), mirror.OutcomeDifferences)), "extra: ")
		opts := options()
		opts.IgnoreExtra = true
		w.verify(w.src, w.dst, opts, mirror.OutcomeDone)
	})
}

// A run that would take away too much, or everything, is refused before it writes
// anything.
func TestRemoveIsRefused(t *testing.T) {
	numbered := func(from, to int, content string) map[string]string {
		objects := map[string]string{}
		for i := from; i < to; i++ {
			objects[fmt.Sprintf("k%02d", i)] = content
		}

		return objects
	}
	tests := map[string]struct {
		src, dst map[string]string
		percent  int
		want     string
	}{
		"source empty":     {dst: numbered(0, 10, "x"), percent: 100, want: "the source is empty where the destination holds 10 objects"},
		"too many removed": {src: numbered(0, 8, "x"), dst: numbered(0, 10, "x"), percent: 19, want: "2 of the 10 objects"},
		"too many sizes":   {src: numbered(0, 10, "xx"), dst: numbered(0, 10, "x"), percent: 99, want: "10 of the 10 objects"},
		"too many tags":    {src: numbered(0, 10, "y"), dst: numbered(0, 10, "x"), percent: 99, want: "10 of the 10 objects"},
		"small bucket":     {src: numbered(0, 2, "x"), dst: numbered(0, 3, "x"), percent: 33, want: "1 of the 3 objects"},
		"both kinds": {
			src: map[string]string{"k00": "yy", "k01": "x", "k02": "x"}, dst: numbered(0, 4, "x"), percent: 49, want: "2 of the 4 objects",
		},
		"just allowed": {src: numbered(0, 8, "x"), dst: numbered(0, 10, "x"), percent: 20},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
				w.make(w.dst)
				w.put(w.src, test.src)
				w.put(w.dst, test.dst)
				dst := faulty.New(w.dst, faulty.Faults{})
				if test.want == "" {
					w.run(w.src, dst, removing(test.percent), mirror.OutcomeDone)

					return
				}
				rep := w.run(w.src, dst, removing(test.percent), mirror.OutcomeRefused)
				w.says(rep.Buckets[0].Refused, test.want)
				w.equal("destination", w.content(w.dst, bucket), test.dst)
				w.equal("writes", dst.Calls("Put")+dst.Calls("Remove"), 0)
			})
		})
	}
}

// What the listings cannot tell is read before the decision: equal content under
// unlike tags does not count, other content does.
func TestAllowanceByContent(t *testing.T) {
	for _, content := range []string{"old", "new"} {
		inWorld(t, memory.Quirks{}, memory.Quirks{OpaqueETags: true}, func(w world) {
			w.make(w.dst)
			for i := range 10 {
				w.put(w.dst, map[string]string{fmt.Sprint(i): "old"})
				w.parts(w.src, fmt.Sprint(i), content[:2], content[2:])
			}
			outcome := mirror.OutcomeDone
			if content == "new" {
				outcome = mirror.OutcomeRefused
			}
			dst := faulty.New(w.dst, faulty.Faults{})
			w.run(w.src, dst, removing(30), outcome)
			w.equal("writes", dst.Calls("Put")+dst.Calls("Upload"), 0)
			outcome = mirror.OutcomePartial
			w.run(faulty.New(w.src, faulty.Faults{Before: faulty.Times(-1, "Get", errDenied)}), dst, removing(30), outcome)
			w.equal("writes", dst.Calls("Put")+dst.Calls("Upload"), 0)
		})
	}
}

// What changes after the decision counts against the allowance when it happens.
func TestAllowanceDuringTheRun(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.make(w.dst)
		for i := range 10 {
			w.put(w.src, map[string]string{fmt.Sprint(i): "old"})
			w.put(w.dst, map[string]string{fmt.Sprint(i): "old"})
		}
		lists := 0
		src := faulty.New(w.src, faulty.Faults{Before: func(call faulty.Call) error {
			if call.Method == "List" {
				if lists++; lists == 4 { // exists, decision and its probe, then the copies
					for i := range 10 {
						w.put(w.src, map[string]string{fmt.Sprint(i): "encrypted"})
					}
				}
			}

			return nil
		}})
		opts := removing(30)
		opts.Concurrency = 1
		rep := w.run(src, w.dst, opts, mirror.OutcomeRefused)
		w.equal("replaced", rep.Totals.Replaced, int64(3))
		w.equal("trash", len(w.trash()), 3)
	})
}

// All of a bucket is no limit: what is overwritten all the time is replaced more than once in a run.
func TestAllowanceOfAll(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.make(w.dst)
		w.put(w.src, map[string]string{"a": "new"})
		w.put(w.dst, map[string]string{"a": "older"})
		lists := 0
		src := faulty.New(w.src, faulty.Faults{Before: func(call faulty.Call) error {
			if call.Method == "List" {
				if lists++; lists == 4 { // as above
					w.put(w.dst, map[string]string{"b": "late", "c": "late"})
				}
			}

			return nil
		}})
		opts := removing(100)
		opts.Concurrency = 1
		w.run(src, w.dst, opts, mirror.OutcomeDone)
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"a": "new"})
	})
}

// A source that is emptied during the run takes no more than the allowance along.
func TestSourceEmptiedDuringTheRun(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.make(w.dst)
		for i := range 10 {
			w.put(w.src, map[string]string{fmt.Sprint(i): "x"})
			w.put(w.dst, map[string]string{fmt.Sprint(i): "x"})
		}
		w.put(w.src, map[string]string{"trigger": "x"})
		w.put(w.dst, map[string]string{"extra": "x"})
		dst := faulty.New(w.dst, faulty.Faults{After: func(call faulty.Call) error {
			if call.Method == "Put" && call.Key == "trigger" {
				for key := range w.content(w.src, bucket) {
					if err := w.src.Remove(w.Context(), bucket, key); err != nil {
						return err
					}
				}
			}

			return nil
		}})
		rep := w.run(w.src, dst, removing(20), mirror.OutcomeRefused)
		w.equal("removed", rep.Totals.Removed, int64(2))
		w.equal("left", len(w.content(w.dst, bucket)), 10)
		w.equal("trash", len(w.trash()), 2)
	})
}

// After an error, or with a key that could not be copied, nothing is removed.
func TestNoRemovalAfterAnError(t *testing.T) {
	for name, fault := range map[string]error{"error": errDenied, "key": mirror.ErrKeyRefused} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
				w.make(w.dst)
				w.put(w.src, map[string]string{"k": "x"})
				w.put(w.dst, map[string]string{"extra": "stays"})
				dst := faulty.New(w.dst, faulty.Faults{Before: func(call faulty.Call) error {
					if call.Method == "Put" && call.Bucket == bucket {
						return fault
					}

					return nil
				}})
				w.run(w.src, dst, removing(100), mirror.OutcomePartial)
				w.equal("destination", w.content(w.dst, bucket), map[string]string{"extra": "stays"})
			})
		})
	}
}

// What cannot be put into the trash is neither replaced nor removed.
func TestTrashFails(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.make(w.dst)
		old := map[string]string{"k": "old!", "extra": "stays"}
		w.put(w.src, map[string]string{"k": "new", "l": "x"})
		w.put(w.dst, old)
		dst := faulty.New(w.dst, faulty.Faults{Before: func(call faulty.Call) error {
			if call.Method == "Put" && call.Bucket == mirror.DefaultStateBucket {
				return errDenied
			}

			return nil
		}})
		w.says(first(w.run(w.src, dst, removing(100), mirror.OutcomePartial)), "copy to the trash")
		old["l"] = "x"
		w.equal("destination", w.content(w.dst, bucket), old)
	})
}

// An object that is back at the source when its turn comes is not removed.
func TestRemovalLooksAgain(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.make(w.dst)
		w.put(w.src, map[string]string{"k": "x"})
		w.put(w.dst, map[string]string{"k": "x", "back": "x"})
		src := faulty.New(w.src, faulty.Faults{Before: func(call faulty.Call) error {
			if call.Method == "Stat" && call.Key == "back" {
				w.instant(w.src, "back", "x")
			}

			return nil
		}})
		rep := w.run(src, w.dst, removing(100), mirror.OutcomeDone)
		w.equal("removed", rep.Totals.Removed, int64(0))
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"k": "x", "back": "x"})
	})
}

// A key that is replaced twice in one run is in the trash twice.
func TestTrashKeepsBoth(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.make(w.dst)
		w.put(w.src, map[string]string{"k": "new", "other": "x"})
		w.put(w.dst, map[string]string{"k": "first", "other": "x"})
		meddled := false
		dst := faulty.New(w.dst, faulty.Faults{After: func(call faulty.Call) error {
			if call.Method == "Put" && call.Bucket == bucket && !meddled {
				meddled = true
				w.put(w.dst, map[string]string{"k": "second"})
			}

			return nil
		}})
		w.run(w.src, dst, removing(100), mirror.OutcomeDone)
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"k": "new", "other": "x"})
		var kept []string
		for key, content := range w.content(w.dst, mirror.DefaultStateBucket) {
			if strings.HasPrefix(key, "trash/") {
				kept = append(kept, content)
			}
		}
		slices.Sort(kept)
		w.equal("in the trash", kept, []string{"first", "second"})
	})
}

// The trash is emptied of what has been there for its time, by a run that is done,
// and of nothing else.
func TestTrashIsEmptied(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.make(w.dst)
		w.put(w.src, map[string]string{"a": "1", "b": "2"})
		w.put(w.dst, map[string]string{"a": "1", "b": "2", "old extra": "x"})
		w.run(w.src, w.dst, removing(50), mirror.OutcomeDone)
		state := mirror.DefaultStateBucket
		for _, key := range []string{"lock", "trash/readme", "trash/20000101T000000Z/short", "trash/20000101T000000.000000000Zcargo"} {
			if _, err := w.dst.Put(w.Context(), state, key, mirror.PutRequest{Body: strings.NewReader(""), MD5: md5.Sum(nil)}); err != nil {
				w.Fatal(err)
			}
		}
		time.Sleep(20 * time.Hour)
		w.put(w.dst, map[string]string{"new extra": "x"})
		w.run(w.src, w.dst, removing(50), mirror.OutcomeDone)
		w.equal("trash after 20 hours", len(w.content(w.dst, state)), 7)
		time.Sleep(5 * time.Hour)
		failing := faulty.New(w.src, faulty.Faults{Before: faulty.Times(-1, "List", errDenied)})
		w.run(failing, w.dst, removing(50), mirror.OutcomePartial)
		w.equal("trash after a run that failed", len(w.content(w.dst, state)), 7)
		w.run(w.src, w.dst, removing(50), mirror.OutcomeDone)
		for key := range w.content(w.dst, state) {
			if strings.HasSuffix(key, "/old extra") {
				w.Errorf("%q is still there", key)
			}
		}
		w.equal("trash after 25 hours", len(w.content(w.dst, state)), 6)
	})
}

// What comes back to the source after its listing is not removed.
func TestRemovedUnlessItComesBack(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.make(w.dst)
		for _, s := range []mirror.Store{w.src, w.dst} {
			w.put(s, map[string]string{"stays": "x"})
		}
		w.put(w.dst, map[string]string{"back": "x", "gone": "x"})
		src := faulty.New(w.src, faulty.Faults{Before: func(call faulty.Call) error {
			if call.Method == "Stat" && call.Key == "back" {
				w.put(w.src, map[string]string{"back": "x"})
			}

			return nil
		}})
		opts := removing(100)
		opts.Concurrency = 1
		rep := w.run(src, w.dst, opts, mirror.OutcomeDone)
		w.equal("removed", rep.Totals.Removed, int64(1))
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"stays": "x", "back": "x"})
	})
}
