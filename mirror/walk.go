package mirror

import (
	"context"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// walk joins the listings of both sides, calls look for each pair that the filter
// keeps, and hands those that look wants worked on to workers. look is called for
// one pair at a time; a long and slow listing is read at several places at once, and pairs
// come in the order of their keys only from each of them. The pair that look sees
// lasts no longer than the call. walk returns when all workers are done. A listing
// that fails ends it; so does the end of ctx, after which the workers have a grace.
func (b *bucketRun) walk(ctx context.Context, workers int, look func(pair) bool, work func(context.Context, pair)) error {
	working, stop := lasting(ctx, b.opts.Grace)
	ctx, end := context.WithCancelCause(ctx)
	b.abandon = func(cause error) { end(cause); stop(cause) }
	defer b.abandon(nil)
	w := &walker{bucketRun: b, look: look, slots: make(chan struct{}, maxSpans-1)}
	w.crew = newCrew(workers, func(p pair) {
		if ctx.Err() == nil {
			work(working, p)
		}
	})
	failed := w.run(ctx)
	if failed != nil && ctx.Err() != nil {
		failed = nil // it is the end of ctx that made it fail
	}
	if failed == nil && ctx.Err() == nil {
		b.allListed()
	}
	w.crew.wait()
	b.rep.Excluded = w.excluded
	if failed == nil {
		failed = context.Cause(ctx)
	}

	return failed
}

// walker is a walk that is under way.
type walker struct {
	*bucketRun
	look  func(pair) bool
	crew  *crew
	spans *errgroup.Group // and their feeds
	begin func(*span)
	slots chan struct{} // taken by each span but the first
	whole atomic.Bool   // a server cannot be asked for the middle of its listing

	looking  sync.Mutex
	excluded int64
}

// run reads both listings to their end.
func (w *walker) run(ctx context.Context) error {
	var listing context.Context
	w.spans, listing = errgroup.WithContext(ctx)
	w.begin = func(s *span) { w.spans.Go(func() error { return s.run(listing) }) }
	w.begin(&span{
		walker: w, patience: firstPatience,
		left: newFeed(w.lister(w.src, w.rep.Missing), ""), right: newFeed(w.lister(w.read, w.absent), ""),
	})

	return w.spans.Wait()
}

// lister lists one side; nil is one without the bucket.
func (w *walker) lister(store Reader, none bool) *lister {
	if none {
		return nil
	}

	counted := counting{store, func() { w.bump(&w.rep.Pages) }}

	return &lister{store: counted, bucket: w.name, onRetry: w.retried, anomaly: w.anomaly}
}

// settle has pairs looked at, and starts the work on those that need it.
func (w *walker) settle(ctx context.Context, pairs []pair) {
	wanted := w.looked(pairs)
	if err := w.past.flushGone(ctx); err != nil {
		w.fail(ctx, "", err)
	}
	if !w.foresee(ctx, wanted) {
		return
	}
	for _, p := range wanted {
		if ctx.Err() != nil {
			return
		}
		w.crew.give(p)
	}
}

// looked returns clones of the pairs that look wants worked on.
func (w *walker) looked(pairs []pair) []pair {
	var wanted []pair
	w.looking.Lock()
	defer w.looking.Unlock()
	for _, p := range pairs {
		switch {
		case w.opts.owns(w.name, p.key()):
		case !w.filter.keeps(p.key()) || !w.opts.within(p):
			w.excluded++
		case w.look(p):
			wanted = append(wanted, p.clone())
		}
	}
	w.tellEqual()

	return wanted
}
