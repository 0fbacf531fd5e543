package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/quirky"
)

// accident lets a mirror run between servers that have accidents, while the source is
// being written, and then once more in peace. It returns the outcome of the first run.
func accident(ctx context.Context, seed uint64, lot lot) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	percent := 1 + int(seed%5)
	src, dst := quirky.NewSchedule(seed, percent), quirky.NewSchedule(seed+1<<32, percent)
	stall := 100 * time.Millisecond
	requests := make(chan struct{}, 1)
	arrival := func(_ quirky.Call, stage quirky.Stage) {
		if stage != quirky.Arrived {
			return
		}
		select {
		case requests <- struct{}{}:
		default: // the writer is at work
		}
	}
	w, err := newWorld(ctx, seed,
		quirky.Config{Fault: src.Fault, Stall: stall, Watch: arrival, Quirks: lot.source.quirks},
		quirky.Config{Fault: dst.Fault, Stall: stall, Quirks: lot.destination.quirks}, lot.tagged())
	if err != nil {
		return "error", err
	}
	w.stated = lot.stated
	writing, stop := context.WithCancel(ctx)
	written := make(chan error, 1)
	go func() { written <- w.write(writing, requests) }()
	rep, err := mirror.Run(ctx, w.from, w.to, w.options(seed%2 == 0))
	stop()
	if failed := <-written; failed != nil {
		return "error", failed
	}
	outcome := string(rep.Outcome())
	if err != nil {
		outcome = "error"
	}
	if err := w.whole(); err != nil {
		return outcome, err
	}
	if outcome == string(mirror.OutcomeDone) {
		if err := w.complete(); err != nil {
			return outcome, err
		}
	}
	src.Calm()
	dst.Calm()
	if rep, err = mirror.Run(ctx, w.from, w.to, w.options(true)); err != nil {
		return outcome, fmt.Errorf("run in peace: %w", err)
	}
	if rep.Outcome() != mirror.OutcomeDone && !lot.endless() {
		return outcome, fmt.Errorf("run in peace is %s: %+v", rep.Outcome(), rep.Buckets)
	}
	if err := w.whole(); err != nil {
		return outcome, err
	}

	if rep.Outcome() != mirror.OutcomeDone {
		return outcome, nil
	}

	return outcome, w.equal()
}

func (w *world) options(remove bool) mirror.Options {
	opts := mirror.Options{
		Buckets: []string{bucket}, CreateBuckets: true, Adopt: true,
		Remove: mirror.Remove{Enabled: remove, MaxPercent: 100, Trash: time.Hour},
	}
	if w.stated {
		opts.State = mirror.StateIn(w.to, mirror.DefaultStateBucket, "")
	}

	return opts
}

// writeEvery is how many requests of the mirror the source gets between two writes of its own: a
// writer that goes by the clock would leave a slow mirror no moment in which an object stands still.
const writeEvery = 4

// write writes the source all the time, at the pace of the mirror's requests: a third of what it has
// is replaced, some objects come and go.
func (w *world) write(ctx context.Context, requests <-chan struct{}) error {
	random := rand.New(rand.NewPCG(w.seed, 2)) //nolint:gosec // chance
	hot := &world{random: random, tagged: w.tagged}
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case <-requests:
		}
		if n%writeEvery != 0 {
			continue
		}
		key := w.lasting[random.IntN(len(w.lasting)/5)*5]
		if random.IntN(4) == 0 {
			key = w.passing[random.IntN(len(w.passing))]
		}
		err := w.src.Put(bucket, key, hot.object(key, 1+random.IntN(3)))
		if random.IntN(8) == 0 {
			err = w.src.Delete(bucket, w.passing[random.IntN(len(w.passing))])
		}
		if err != nil {
			return err
		}
	}
}
