package mirror_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
)

// An interrupted run says so, keeps what it copied, drops the parts of what it did
// not finish, and is completed by the next.
func TestInterruptAndResume(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		for i := range 20 {
			w.put(w.src, map[string]string{fmt.Sprintf("k%02d", i): "content"})
		}
		w.parts(w.src, "l", "part 1", "part 2", "part 3")
		for _, at := range []faulty.Call{{Method: "Put", Key: "k07"}, {Method: "Part", Key: "l", Part: 2}, {Method: "Complete", Key: "l"}} {
			ctx, cancel := context.WithCancel(w.Context())
			dst := faulty.New(w.dst, faulty.Faults{Before: func(call faulty.Call) error {
				if call.Method == at.Method && call.Key == at.Key && call.Part == at.Part {
					cancel()
				}

				return nil
			}})
			opts := options()
			opts.Concurrency = 1
			rep, err := mirror.Run(ctx, w.src, dst, opts)
			if !errors.Is(err, context.Canceled) {
				w.Errorf("interrupted at %v: got error %v", at, err)
			}
			w.outcome(rep, mirror.OutcomePartial)
			w.equal("interrupted", rep.Interrupted, true)
			w.equal("uploads left", w.dst.Pending(), 0)
		}
		w.equal("copied so far", len(w.content(w.dst, bucket)), 20)
		rep := w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		w.equal("copied by the last run", rep.Totals.Copied, int64(1))
		w.equal("destination", w.content(w.dst, bucket), w.content(w.src, bucket))
	})
}

// With a grace, what is under way when a run is interrupted is finished, as far as
// the time goes, and nothing else is begun.
func TestGrace(t *testing.T) {
	for _, test := range []struct {
		takes, grace time.Duration
		want         int64 // copied
	}{
		{takes: 5 * time.Second, grace: 10 * time.Second, want: 8},
		{takes: 15 * time.Second, grace: 10 * time.Second, want: 7},
		{takes: 5 * time.Second, grace: 0, want: 7},
	} {
		inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
			for i := range 20 {
				w.put(w.src, map[string]string{fmt.Sprintf("k%02d", i): "content"})
			}
			ctx, cancel := context.WithCancel(w.Context())
			dst := faulty.New(w.dst, faulty.Faults{Before: func(call faulty.Call) error {
				if call.Method == "Put" && call.Key == "k07" {
					cancel()
					time.Sleep(test.takes)
				}

				return nil
			}})
			opts := options()
			opts.Concurrency, opts.Grace = 1, test.grace
			rep, err := mirror.Run(ctx, w.src, dst, opts)
			if !errors.Is(err, context.Canceled) {
				w.Errorf("got error %v", err)
			}
			w.equal("copied", rep.Totals.Copied, test.want)
			w.equal("errors", rep.Buckets[0].Errors.Total, int64(0))
			w.equal("complete", rep.Complete, false)
			w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		})
	}
}

// A transfer that stands still is given up and tried again.
func TestStalledTransfer(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"k": "content"})
		start := time.Now()
		rep := w.run(&stalling{Store: w.src, n: 1}, w.dst, options(), mirror.OutcomeDone)
		w.equal("retries", rep.Totals.Retries, int64(1))
		if spent := time.Since(start); spent > 10*time.Minute {
			w.Errorf("gave up after %v", spent)
		}
	})
}

// stalling is a store that leaves n readers waiting until they give up.
type stalling struct {
	*memory.Store
	n int
}

func (s *stalling) Get(ctx context.Context, bucket, key string, sel mirror.Selection) (mirror.Object, io.ReadCloser, error) {
	if s.n == 0 {
		return s.Store.Get(ctx, bucket, key, sel)
	}
	s.n--
	<-ctx.Done()

	return mirror.Object{}, nil, ctx.Err()
}

// Requests without a body end within their time, too.
func TestStalledRequest(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		start := time.Now()
		rep, err := mirror.Run(w.Context(), &deaf{Store: w.src}, w.dst, options())
		if err != nil {
			w.Fatal(err)
		}
		w.outcome(rep, mirror.OutcomePartial)
		if spent := time.Since(start); spent > 15*time.Minute {
			w.Errorf("gave up after %v", spent)
		}
	})
}

// deaf is a store that never answers a listing.
type deaf struct{ *memory.Store }

func (d *deaf) List(ctx context.Context, _ string, _ mirror.Cursor) (mirror.Page, error) {
	<-ctx.Done()

	return mirror.Page{}, ctx.Err()
}
