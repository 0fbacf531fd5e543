package mirror

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"golang.org/x/sync/errgroup"
)

// mirrorHistory gives the destination every version of every object, the oldest first.
func (b *bucketRun) mirrorHistory(ctx context.Context) {
	if !b.walkHistory(ctx, b.opts.concurrency(), b.lookAtHistory, b.settleHistory) || !b.apart(ctx) {
		return
	}
	if b.delicate > 0 && !b.walkHistory(ctx, 1, b.lookAtDelicateHistory, b.settleDelicateHistory) {
		return
	}
	b.removeExtra(ctx)
}

// walkHistory joins the histories of both sides and has them settled as walk does.
func (b *bucketRun) walkHistory(
	ctx context.Context, workers int, look func(historyPair) bool, settle func(context.Context, historyPair) error,
) bool {
	working, stop := lasting(ctx, b.opts.Grace)
	listing, end := context.WithCancelCause(ctx)
	b.abandon = func(cause error) { end(cause); stop(cause) }
	defer b.abandon(nil)
	var group errgroup.Group
	group.SetLimit(workers)
	var failed error
	excluded := int64(0)
	for p, err := range joinHistories(b.histories(listing, b.src, b.rep.Missing), b.histories(listing, b.read, b.absent)) {
		switch {
		case err != nil:
			failed = err
		case b.opts.owns(b.name, p.key):
		case !b.filter.keeps(p.key):
			excluded++
		case look(p):
			group.Go(func() error {
				if listing.Err() == nil {
					b.chaseHistory(working, p, settle)
				}

				return nil
			})
		}
		if listing.Err() != nil {
			break
		}
	}
	err := group.Wait()
	b.rep.Excluded = excluded
	if failed == nil {
		failed = context.Cause(listing)
	}
	if err = errors.Join(failed, err); err != nil {
		b.fail(ctx, "", err)
	}

	return err == nil
}

// histories yields the histories of one side, or nothing.
func (b *bucketRun) histories(ctx context.Context, store Reader, none bool) iter.Seq2[history, error] {
	if none {
		return func(func(history, error) bool) {}
	}

	return b.versionsOf(store, "").histories(ctx)
}

func (b *bucketRun) versionsOf(store Reader, prefix string) versionLister {
	counted := counting{store, func() { b.bump(&b.rep.Pages) }}

	return versionLister{lister: lister{store: counted, bucket: b.name, onRetry: b.retried, anomaly: b.anomaly}, prefix: prefix}
}

// historyOf lists the versions of one key.
func (b *bucketRun) historyOf(ctx context.Context, store Reader, none bool, key string) ([]Entry, error) {
	if none {
		return nil, nil
	}
	for h, err := range b.versionsOf(store, key).histories(ctx) {
		if err != nil || h.key == key {
			return h.versions, err
		}
	}

	return nil, nil
}

// chaseHistory calls settle until the history of the key holds still.
func (b *bucketRun) chaseHistory(ctx context.Context, p historyPair, settle func(context.Context, historyPair) error) {
	p.done = map[string]bool{}
	var last error
	for range maxLooks {
		err := settle(ctx, p)
		if err == nil {
			return
		}
		last = err
		if errors.Is(err, errMoved) {
			b.bump(&b.rep.Moved)
			if p.src, err = b.historyOf(ctx, b.src, b.rep.Missing, p.key); err == nil {
				p.dst, err = b.historyOf(ctx, b.read, b.absent, p.key)
			}
		}
		if err != nil {
			b.fail(ctx, p.key, fmt.Errorf("%s %q: %w", b.kind, p.key, err))

			return
		}
	}
	b.fail(ctx, p.key, fmt.Errorf("%s %q: keeps changing, given up after %d looks: %w", b.kind, p.key, maxLooks, last))
}

// lookAtHistory counts, and puts off the keys that the destination may take for others.
func (b *bucketRun) lookAtHistory(p historyPair) bool {
	b.countHistory(p)
	switch {
	case len(p.src) == 0:
		return false
	case len(p.dst) == 0 && delicate(p.key) && !b.opts.DryRun:
		b.delicate++

		return false
	default:
		return true
	}
}

func (b *bucketRun) lookAtDelicateHistory(p historyPair) bool {
	return len(p.src) > 0 && len(p.dst) == 0 && delicate(p.key)
}

// settleHistory gives the destination the versions of a key that it lacks.
func (b *bucketRun) settleHistory(ctx context.Context, p historyPair) error {
	held, pairs, err := b.compareHistory(ctx, p)
	if err != nil {
		return err
	}
	missing := visible(p.src)[held:]
	if err := b.extendHistory(ctx, p, missing, nil); err != nil {
		return err
	}

	return b.keepVersionIDs(ctx, p, pairs, missing)
}

// settleDelicateHistory is settleHistory for a key that the destination may take for
// another one, as settleCarefully is for objects.
func (b *bucketRun) settleDelicateHistory(ctx context.Context, p historyPair) error {
	_, err := b.stat(ctx, b.dst, p.key)
	switch {
	case errors.Is(err, ErrNoObject):
		if err := b.extendHistory(ctx, p, visible(p.src), b.appeared); err != nil {
			return err
		}

		return b.keepVersionIDs(ctx, p, nil, visible(p.src))
	case err == nil:
		err = errors.New("it answers with the object of another key")
	case !errors.Is(err, ErrKeyRefused):
		return err
	}
	return b.refuseKey(ctx, p.key, err)
}

// extendHistory writes versions on top of what the destination has of a key. check, if
// there is one, finds out whether the first of them may count.
func (b *bucketRun) extendHistory(
	ctx context.Context, p historyPair, versions []Entry, check func(context.Context, string) error,
) error {
	filed := timely(p.dst, versions, time.Now())
	for i, v := range versions {
		if b.opts.DryRun {
			b.plannedVersion(v)

			continue
		}
		err := b.writeVersion(ctx, v, len(p.dst)+i, i < filed)
		p.done[v.Version] = err == nil
		if err == nil && i == 0 && check != nil {
			err = check(ctx, p.key)
		}
		if errors.Is(err, ErrKeyRefused) {
			return b.refuseKey(ctx, p.key, err)
		}
		if err != nil {
			return fmt.Errorf("version %s: %w", v.Version, err)
		}
	}

	return nil
}

// writeVersion writes a version where the destination has held others, with its time if
// that keeps their order.
func (b *bucketRun) writeVersion(ctx context.Context, v Entry, held int, timely bool) error {
	if !v.Marker {
		t := b.transfer(b.src, b.name, v, b.name, v.Key)
		t.untimely = !timely
		t.added = func(ctx context.Context) bool { return b.grown(ctx, v, held) }
		done, err := t.run(ctx)
		if err == nil {
			b.copied(pair{src: &v}, done)
		}

		return err
	}
	tries := 0
	err := repeat(ctx, b.retried, func(ctx context.Context) error {
		if tries++; tries > 1 && b.grown(ctx, v, held) {
			return nil
		}
		_, err := b.dst.Put(ctx, b.name, v.Key, PutRequest{Marker: true})

		return err
	})
	if err == nil {
		b.bump(&b.rep.Markers)
	}

	return err
}

// grown reports whether the destination has more versions of a key than before, the newest
// being what was written.
func (b *bucketRun) grown(ctx context.Context, v Entry, held int) bool {
	versions, err := b.historyOf(ctx, b.dst, false, v.Key)
	if err != nil || len(versions) <= held {
		return false
	}
	newest := versions[len(versions)-1]

	return newest.Marker == v.Marker && newest.Size == v.Size && (v.Marker || newest.ETag.Same(v.ETag))
}
