package mirror

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// Run makes the buckets of dst equal to those of src and proves it. The report
// says how far it came, whatever the error; the error is not nil only when the run
// did not reach its end: bad options, no list of buckets, an interrupted context.
func Run(ctx context.Context, src Reader, dst Store, opts Options) (Report, error) {
	e, err := newEngine(kindMirror, src, opts)
	if err != nil {
		return Report{Kind: kindMirror}, err
	}
	e.dst = newPacedStore(newFence(dst, e.mayWrite), newPace(opts.concurrency()))

	return e.run(ctx, e.dst, func(ctx context.Context, b *bucketRun) {
		b.mirror(ctx)
		b.settingsAfter(ctx)
		b.locks.conclude()
	})
}

// Verify compares the buckets of dst with those of src and writes to neither. Equal
// size and ETag prove equal content; where the ETags differ, both sides are read.
// The error is that of [Run].
func Verify(ctx context.Context, src, dst Reader, opts Options) (Report, error) {
	e, err := newEngine(kindVerify, src, opts)
	if err != nil {
		return Report{Kind: kindVerify}, err
	}

	dst = pacedReader{Reader: dst, pace: newPace(opts.concurrency())}

	return e.run(ctx, dst, func(ctx context.Context, b *bucketRun) { b.verify(ctx) })
}

// engine is one run over all its buckets.
type engine struct {
	kind    string
	src     Reader
	read    Reader // the destination
	dst     Store  // the same, when the run may write
	opts    Options
	filter  filter
	limiter *rate.Limiter
	digests *digests // of the destination
	emit    func(Event)
	started time.Time
	hidden  []string // buckets that the source has and does not list

	session atomic.Pointer[session] // with the place of the run, if it has one

	stateMu    sync.Mutex
	stateReady bool // the bucket of the trash is there, and Ferry's own
}

func newEngine(kind string, src Reader, opts Options) (*engine, error) {
	if err := opts.Validate(); err != nil {
		return nil, fmt.Errorf("%s options: %w", kind, err)
	}
	f, err := newFilter(opts.Include, opts.Exclude)
	if err != nil {
		return nil, err
	}

	return &engine{
		kind: kind, src: pacedReader{Reader: src, pace: newPace(opts.concurrency())}, opts: opts, filter: f,
		limiter: newLimiter(opts.Bandwidth), digests: &digests{}, emit: serial(opts.Progress), started: time.Now(),
	}, nil
}

func (e *engine) run(
	ctx context.Context, dst Reader, bucket func(context.Context, *bucketRun),
) (rep Report, err error) {
	e.read = dst
	rep = Report{
		Kind: e.kind, Source: e.src.Location(), Destination: dst.Location(),
		DryRun: e.opts.DryRun, Started: e.started.UTC(), Buckets: []BucketReport{},
	}
	defer func() { rep.Seconds = time.Since(e.started).Seconds() }()
	if rep.Source == rep.Destination {
		rep.Refused = fmt.Sprintf("source and destination are the same store, %s", rep.Source)

		return rep, nil
	}
	names, err := e.buckets(ctx)
	if err != nil {
		return rep, err
	}
	ctx, err = e.enter(ctx, names, &rep)
	if err != nil || rep.Refused != "" {
		return rep, err
	}
	defer func() { e.leave(ctx, &rep) }()
	rep.Complete = true
	rep.Abilities = e.abilities(ctx, names)
	e.emit(Event{Kind: EventAbilities, Abilities: rep.Abilities})
	for _, name := range names {
		if ctx.Err() != nil {
			break
		}
		b := newBucketRun(e, name)
		bucket(ctx, b)
		b.completed(ctx)
		b.nameStrays(ctx)
		b.closePast(ctx)
		rep.add(b.finish())
	}
	if ctx.Err() != nil {
		rep.Complete, rep.Interrupted = false, true

		return rep, fmt.Errorf("%s interrupted: %w", e.kind, context.Cause(ctx))
	}
	e.dropStrays(ctx)
	if rep.Outcome() == OutcomeDone && e.opts.Remove.Trash > 0 && e.dst != nil && !e.opts.DryRun {
		err = e.emptyTrash(ctx)
	}

	return rep, err
}

func (r *Report) add(b BucketReport) {
	r.Buckets = append(r.Buckets, b)
	r.Complete = r.Complete && b.Complete
	r.Totals.add(b.Counts)
}

// buckets returns the names of the buckets to deal with.
func (e *engine) buckets(ctx context.Context) ([]string, error) {
	if !slices.Equal(e.opts.Buckets, []string{AllBuckets}) {
		return e.opts.Buckets, nil
	}
	var names []string
	err := repeat(ctx, func() {}, func(ctx context.Context) error {
		var err error
		names, err = e.src.Buckets(ctx)

		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the buckets of %s: %w", e.src.Location(), err)
	}
	if e.kind != kindRestore {
		e.hidden = e.unlisted(ctx, names)
	}
	names = slices.DeleteFunc(slices.Concat(names, e.hidden), func(name string) bool { return name == e.opts.ownBucket() })
	slices.Sort(names)

	return names, nil
}
