package mirror_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
)

// A second run over an unchanged bucket lists and does nothing else, but for the one
// question whether the two stores are one.
func TestSteadyStateIsListOnly(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "1", "b": "2"})
		w.parts(w.src, "c", "3", "4")
		w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		src, dst := faulty.New(w.src, faulty.Faults{}), faulty.New(w.dst, faulty.Faults{})
		rep := w.run(src, dst, options(), mirror.OutcomeDone)
		w.equal("equal", rep.Totals.Equal, int64(3))
		for _, method := range []string{"Get", "Stat", "Put", "Upload", "CreateBucket", "Remove"} {
			w.equal(method, src.Calls(method)+dst.Calls(method), map[string]int{"Upload": 1}[method])
		}
	})
}

// A comparison that leaves metadata out lists and does nothing else where the ETags
// are equal; where they are not, it reads both sides as always.
func TestVerifyWithoutMetadata(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.make(w.dst)
		for _, s := range []mirror.Store{w.src, w.dst} {
			w.put(s, map[string]string{"a": "1", "b": "2"})
		}
		w.write(w.src, "described", "3", rich)
		w.put(w.dst, map[string]string{"described": "3"})
		opts := options()
		opts.IgnoreMetadata = true
		src, dst := faulty.New(w.src, faulty.Faults{}), faulty.New(w.dst, faulty.Faults{})
		rep := w.verify(src, dst, opts, mirror.OutcomeDone)
		w.equal("equal", rep.Totals.Equal, int64(3))
		for _, method := range []string{"Get", "Stat"} {
			w.equal(method, src.Calls(method)+dst.Calls(method), 0)
		}
		w.put(w.src, map[string]string{"a": "4"})
		w.put(w.dst, map[string]string{"extra": ""})
		var told []mirror.Difference
		opts.Progress = func(e mirror.Event) {
			if e.Kind == mirror.EventDiffers {
				told = append(told, e.Difference)
			}
		}
		opts.Concurrency = 1
		rep = w.verify(w.src, w.dst, opts, mirror.OutcomeDifferences)
		want := []mirror.Difference{{Key: "a", Kind: mirror.DiffContent}, {Key: "extra", Kind: mirror.DiffExtra}}
		w.equal("differences", rep.Buckets[0].Differences.First, told)
		slices.SortFunc(told, func(a, b mirror.Difference) int { return strings.Compare(a.Key, b.Key) })
		w.equal("told", told, want)
	})
}

// Objects of the same size with unlike tags are compared by content: equal ones are
// left alone, others replaced.
func TestUnlikeTags(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.parts(w.src, "equal", "12", "34")
		w.put(w.src, map[string]string{"unlike": "1234"})
		w.make(w.dst)
		w.put(w.dst, map[string]string{"equal": "1234", "unlike": "4321"})
		rep := w.verify(w.src, w.dst, options(), mirror.OutcomeDifferences)
		w.equal("difference", rep.Buckets[0].Differences.First, []mirror.Difference{{Key: "unlike", Kind: mirror.DiffContent}})
		dst := faulty.New(w.dst, faulty.Faults{})
		rep = w.run(w.src, dst, options(), mirror.OutcomeDone)
		w.equal("proofs", rep.Buckets[0].Proofs, map[mirror.Proof]int64{mirror.ProofContent: 1, mirror.ProofMD5: 1})
		w.equal("replaced", rep.Totals.Replaced, int64(1))
		w.equal("written", dst.Calls("Put"), 1)
		w.equal("destination", w.content(w.dst, bucket), w.content(w.src, bucket))
	})
}

// What is newer at the destination is replaced by a mirror, and left alone and
// reported where that is asked for.
func TestNewerAtTheDestination(t *testing.T) {
	for name, content := range map[string]string{"other size": "longer than the source", "other content": "ecruos"} {
		for _, keep := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, keep %v", name, keep), func(t *testing.T) {
				inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
					w.put(w.src, map[string]string{"k": "source"})
					w.make(w.dst)
					w.put(w.dst, map[string]string{"k": content})
					opts := options()
					opts.KeepNewer = keep
					want, outcome, conflicts := "source", mirror.OutcomeDone, int64(0)
					if keep {
						want, outcome, conflicts = content, mirror.OutcomePartial, 1
					}
					rep := w.run(w.src, w.dst, opts, outcome)
					w.equal("destination", w.content(w.dst, bucket), map[string]string{"k": want})
					w.equal("conflicts", rep.Totals.Conflicts, conflicts)
				})
			})
		}
	}
}

// A copy that an earlier run made is no conflict, whatever its tag; what the
// source has changed since is copied.
func TestKeepNewerResumes(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{OpaqueETags: true}, func(w world) {
		w.put(w.src, map[string]string{"a": "1", "b": "2"})
		opts := options()
		opts.KeepNewer = true
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		time.Sleep(time.Second)
		w.put(w.src, map[string]string{"a": "changed"})
		rep := w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("copied", rep.Totals.Copied, int64(1))
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"a": "changed", "b": "2"})
	})
}

// A dry run writes nothing and counts what the run would do.
func TestDryRun(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "12", "b": "345", "//odd": "6"})
		opts := options()
		opts.DryRun = true
		dst := faulty.New(w.dst, faulty.Faults{})
		rep := w.run(w.src, dst, opts, mirror.OutcomeDone)
		w.equal("planned", []int64{rep.Totals.Planned, rep.Totals.PlannedBytes, rep.Totals.Replaced}, []int64{3, 6, 0})

		w.make(w.dst)
		w.put(w.dst, map[string]string{"a": "other", "x": "extra"})
		opts.Remove = mirror.Remove{Enabled: true, MaxPercent: 100, Trash: time.Hour}
		rep = w.run(w.src, dst, opts, mirror.OutcomeDone)
		w.equal("planned", []int64{rep.Totals.Planned, rep.Totals.Replaced, rep.Totals.PlannedRemovals}, []int64{3, 1, 1})
		for _, method := range []string{"Put", "Upload", "CreateBucket", "Remove"} {
			w.equal(method, dst.Calls(method), 0)
		}

		planned := []int64{rep.Totals.Planned, rep.Totals.PlannedBytes, rep.Totals.Replaced, rep.Totals.PlannedRemovals}
		opts.DryRun = false
		rep = w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("done as planned", []int64{rep.Totals.Copied, rep.Totals.CopiedBytes, rep.Totals.Replaced, rep.Totals.Removed}, planned)
	})
}

// A store is not mirrored into itself.
func TestSameStore(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		same := memory.New(w.src.Location(), memory.Quirks{})
		w.says(w.run(w.src, same, options(), mirror.OutcomeRefused).Refused, "the same store")
		w.verify(w.src, same, options(), mirror.OutcomeRefused)
	})
}

// Two names for one store are told by an upload that both know.
func TestTwoNamesForOneStore(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "1"})
		rep := w.run(w.src, renamed{w.src}, options(), mirror.OutcomeRefused)
		w.says(rep.Buckets[0].Refused, "one store under two names")
		w.equal("uploads left", w.src.Pending(), 0)

		w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		rep = w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		w.equal("note about a copy", rep.Buckets[0].Anomalies[mirror.AnomalySameTimes].Total, int64(0))

		src := faulty.New(w.src, faulty.Faults{Before: faulty.Times(-1, "HasUpload", errDenied)})
		rep = w.run(src, w.dst, options(), mirror.OutcomeDone)
		w.equal("note where nobody can tell", rep.Buckets[0].Anomalies[mirror.AnomalySameTimes].Total, int64(1))
	})
}

// renamed is a store under another name.
type renamed struct{ *memory.Store }

func (renamed) Location() string { return "mem://another-name:1" }
