package mirror_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
)

// A passing failure of any request is survived.
func TestPassingFailures(t *testing.T) {
	for _, side := range []string{"source", "destination"} {
		for _, method := range []string{"List", "Stat", "Get", "Put", "Upload", "Part", "Complete", "CreateBucket"} {
			for name, when := range map[string]func(*faulty.Faults, func(faulty.Call) error){
				"before": func(f *faulty.Faults, fault func(faulty.Call) error) { f.Before = fault },
				"after":  func(f *faulty.Faults, fault func(faulty.Call) error) { f.After = fault },
			} {
				t.Run(fmt.Sprintf("%s of the %s fails %s", method, side, name), func(t *testing.T) {
					inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
						w.put(w.src, map[string]string{"k": "content"})
						w.parts(w.src, "l", "part 1", "part 2")
						var faults faulty.Faults
						when(&faults, faulty.Times(2, method, errBusy))
						src, dst := mirror.Store(w.src), mirror.Store(w.dst)
						if side == "source" {
							src = faulty.New(src, faults)
						} else {
							dst = faulty.New(dst, faults)
						}
						w.run(src, dst, options(), mirror.OutcomeDone)
						w.equal("destination", w.content(w.dst, bucket), w.content(w.src, bucket))
						if method != "Upload" || name != "after" { // nobody knows an upload whose id was lost
							w.equal("uploads left", w.dst.Pending(), 0)
						}
					})
				})
			}
		}
	}
}

// A failure that lasts is tried a bounded number of times, in bounded time; one
// that cannot pass is not tried again.
func TestLastingFailures(t *testing.T) {
	for name, test := range map[string]struct {
		err   error
		tries int
	}{
		"temporary": {err: errBusy, tries: 12},
		"final":     {err: errDenied, tries: 1},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
				w.put(w.src, map[string]string{"k": "content"})
				dst := faulty.New(w.dst, faulty.Faults{Before: faulty.Times(-1, "Put", test.err)})
				start := time.Now()
				rep := w.run(w.src, dst, options(), mirror.OutcomePartial)
				w.equal("tries", dst.Calls("Put"), test.tries)
				w.equal("errors", rep.Buckets[0].Errors.Total, int64(1))
				w.says(first(rep), test.err.Error())
				if spent := time.Since(start); spent > 2*time.Minute {
					w.Errorf("took %v", spent)
				}
			})
		})
	}
}

// A write whose answer was lost is found to have arrived, and not made again.
func TestLostAnswer(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"k": "content"})
		w.parts(w.src, "l", "part 1", "part 2")
		dst := faulty.New(w.dst, faulty.Faults{After: func(call faulty.Call) error {
			if call.Method == "Put" || call.Method == "Complete" {
				return errBusy
			}

			return nil
		}})
		rep := w.run(w.src, dst, options(), mirror.OutcomeDone)
		w.equal("written", []int{dst.Calls("Put"), dst.Calls("Complete")}, []int{1, 1})
		w.equal("proofs", rep.Buckets[0].Proofs, map[mirror.Proof]int64{mirror.ProofETag: 2})
	})
}

// A bucket in which nothing succeeds is given up, not tried to the end. The report
// stays small.
func TestGivenUp(t *testing.T) {
	inWorld(t, memory.Quirks{PageSize: 50}, memory.Quirks{}, func(w world) {
		for i := range 500 {
			w.write(w.src, fmt.Sprintf("k%03d", i), "content", mirror.Attributes{})
		}
		dst := faulty.New(w.dst, faulty.Faults{Before: faulty.Times(-1, "Put", errDenied)})
		rep := w.run(w.src, dst, options(), mirror.OutcomePartial)
		failures := rep.Buckets[0].Errors
		if dst.Calls("Put") > 200 {
			w.Errorf("tried %d times", dst.Calls("Put"))
		}
		w.equal("errors kept", len(failures.First), 100)
		if failures.Total <= 100 {
			w.Errorf("%d errors", failures.Total)
		}
	})
}

// The bandwidth is that of the whole run.
func TestBandwidth(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		for i := range 10 {
			w.put(w.src, map[string]string{fmt.Sprint(i): string(make([]byte, 10_000))})
		}
		opts := options()
		opts.Bandwidth = 1000
		start := time.Now()
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		if spent := time.Since(start); spent < 98*time.Second || spent > 102*time.Second {
			w.Errorf("100 kB at 1 kB/s took %v", spent)
		}
	})
}

// A store that refuses a fifth of all calls for being busy gets and gives everything in
// the end.
func TestStormOfRefusals(t *testing.T) {
	inWorld(t, memory.Quirks{NoTagCount: true}, memory.Quirks{}, func(w world) {
		for i := range 300 {
			w.instant(w.src, fmt.Sprintf("k%03d", i), "content")
		}
		storm := func(seed uint64) func(faulty.Call) error {
			random := rand.New(rand.NewPCG(seed, 0))

			return func(faulty.Call) error {
				if random.IntN(5) == 0 {
					return errBusy
				}

				return nil
			}
		}
		src, dst := faulty.New(w.src, faulty.Faults{Before: storm(1)}), faulty.New(w.dst, faulty.Faults{Before: storm(2)})
		w.run(src, dst, options(), mirror.OutcomeDone)
		w.equal("destination", w.content(w.dst, bucket), w.content(w.src, bucket))
	})
}
