package mirror

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/helm-ferry/ferry/mirror/state"
)

// Restore brings buckets of a mirror back to a store: what the source had when the last
// complete run up to a moment looked at it, the zero time being now. Objects that later
// runs have replaced or removed come from the trash; what they have brought, and what
// the source had deleted before, is left out. What is newer at the target stays, unless
// overwrite says otherwise; what only the target has stays always.
//
// opts.State is the place of the mirror's state, and holds the locks: no mirror runs
// meanwhile. Of opts.Buckets, AllBuckets are those of which a complete run is on record.
// With opts.Versions all versions are brought back, of the last run alone.
func Restore(ctx context.Context, from Reader, to Store, at time.Time, overwrite bool, opts Options) (Report, error) {
	failed := Report{Kind: kindRestore}
	if opts.Remove != (Remove{}) || opts.State == nil || opts.Versions && !at.IsZero() {
		return failed, errors.New("restore options: removes nothing, needs the state of the mirror, and has versions of its last run alone")
	}
	opts.KeepNewer = !overwrite && !opts.Versions
	if _, err := opts.State.Open(ctx, state.Read); err != nil {
		return failed, fmt.Errorf("%w: %w", ErrState, err)
	}
	names, err := bucketsWithPast(ctx, opts.State)
	if err != nil {
		return failed, err
	}
	v := &view{Reader: from, names: names, trash: opts.stateBucket(), replays: map[string]*replay{}}
	e, err := newEngine(kindRestore, v, opts)
	if err != nil {
		return failed, err
	}
	if len(names) == 0 {
		failed.Source, failed.Destination, failed.Started, failed.DryRun = from.Location(), to.Location(), e.started.UTC(), opts.DryRun
		failed.Refused = "no complete run of a mirror is on record there: ferry mirror copies what there is"

		return failed, nil
	}
	e.dst = newPacedStore(newFence(to, e.mayWrite), newPace(opts.concurrency()))

	return e.run(ctx, e.dst, func(ctx context.Context, b *bucketRun) {
		b.restore(ctx, v, at, overwrite)
		b.settingsAfter(ctx)
		b.locks.conclude()
	})
}

// bucketsWithPast are the buckets of which a complete run is on record.
func bucketsWithPast(ctx context.Context, place state.Place) ([]string, error) {
	items, err := place.List(ctx, pastPrefix)
	if err != nil {
		return nil, fmt.Errorf("read the past of the copy: %w", err)
	}
	last := map[string]string{} // stamps by folder
	for _, item := range items {
		if run, ok := strings.CutSuffix(item.Name, "/"+pastPoint); ok {
			cut := strings.LastIndexByte(run, '/') + 1
			last[run[:cut]] = run[cut:]
		}
	}
	var names []string
	for folder, stamp := range last {
		point, err := readPoint(ctx, place, folder, stamp)
		if err != nil {
			return nil, err
		}
		names = append(names, point.Bucket)
	}
	slices.Sort(names)

	return names, nil
}

// restore brings one bucket back.
func (b *bucketRun) restore(ctx context.Context, v *view, at time.Time, overwrite bool) {
	s := b.session.Load()
	if !b.unlocked(s) {
		return
	}
	a := archive{
		place: s.place, store: v.Reader, bucket: v.trash, below: folder(b.opts.StatePrefix), onRetry: b.retried,
	}
	r, err := a.at(ctx, b.name, at)
	switch {
	case errors.Is(err, errUnreachable):
		b.refuseBy(GuardPast, "%v", err)
	case err != nil:
		b.fail(ctx, "", err)
	default:
		v.show(b.name, r)
		b.rep.Restored = &Restored{Point: *r.point, FromTrash: r.fromTrash()}
		if b.source(ctx) && b.target(ctx) && b.mayMix(ctx, overwrite) {
			b.copyAll(ctx)
		}
	}
}

// mayMix refuses versions on top of what a bucket of the target has: they would hide it.
func (b *bucketRun) mayMix(ctx context.Context, overwrite bool) bool {
	if !b.opts.Versions || overwrite || b.absent || b.rep.Created {
		return true
	}
	var page Page
	err := repeat(ctx, b.retried, func(ctx context.Context) error {
		var err error
		page, err = b.read.List(ctx, b.name, Cursor{})

		return err
	})
	switch {
	case err != nil:
		b.fail(ctx, "", fmt.Errorf("read bucket %q of %s: %w", b.name, b.read.Location(), err))
	case len(page.Entries) > 0:
		b.refuseBy(GuardTarget, "%s has objects in it, and versions would come on top of them", b.read.Location())
	}

	return err == nil && len(page.Entries) == 0
}
