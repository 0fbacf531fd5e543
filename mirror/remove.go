package mirror

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

var errAllowance = errors.New("the allowance of this run for replacing and removing is used up")

// guard finds out, before anything is written, what a run that may remove is going
// to take away from the destination. It refuses an empty source and more than the
// allowance.
func (b *bucketRun) guard(ctx context.Context) bool {
	if !b.opts.Remove.Enabled {
		return b.opts.Ours == nil || b.absent || b.rep.Created || !b.unknown() || b.opts.Ours(b.name) || b.ours(ctx)
	}
	b.enter(PhaseGuard)
	var f forecast
	err := b.walk(ctx, 1, func(p pair) bool {
		if p.src == nil && b.spared(p.key()) {
			f.held++

			return false
		}

		return f.add(p)
	}, nil)
	b.allowed = b.opts.Remove.allowance(f.held)
	if err == nil && f.going <= b.allowed && f.going+f.unclear > b.allowed {
		err = b.clarify(ctx, &f)
	}
	switch {
	case err == nil && f.extra > 0 && b.unknown():
		b.refuseBy(GuardOrigin, "%d of the %d objects at the destination are not at the source, and no run has copied it here before",
			f.extra, f.held)
	case f.going > b.allowed:
		b.refuse("%d of the %d objects at the destination would be replaced or removed, more than %s",
			f.going, f.held, b.opts.Remove.limit(f.held))
	case err != nil:
		b.fail(ctx, "", err)
	case f.held > 0 && f.source == 0 && !b.mayEmpty():
		b.refuse("the source is empty where the destination holds %d objects", f.held)
	default:
		return true
	}

	return false
}

// mayEmpty reports whether the bucket of the destination may lose all that it holds: the source was
// emptied, it is not one that has lost the bucket, nor another one.
func (b *bucketRun) mayEmpty() bool {
	known := b.opts.Adopt || b.known != nil && b.known.Origin == b.origin(b.name)

	return b.opts.Remove.Emptied && known && !b.rep.Missing
}

// ours refuses a bucket of the destination that nobody is known to have copied there, if it holds anything
// that is not at the source: it is a stranger's.
func (b *bucketRun) ours(ctx context.Context) bool {
	b.enter(PhaseGuard)
	var f forecast
	err := b.walk(ctx, 1, f.add, nil)
	b.allowed = 0
	if err == nil && f.going == 0 && f.unclear > 0 {
		err = b.clarify(ctx, &f)
	}
	switch {
	case f.going > 0:
		b.refuseBy(GuardOrigin, "%d of the %d objects at the destination are not those of the source (%s), and no run has copied it here before",
			f.going, f.held, f.named())
	case err != nil:
		b.fail(ctx, "", err)
	default:
		return true
	}

	return false
}

// emptied refuses a source without an object where the last complete run has found
// some: a store that lost its volume, or a new one under the old name.
func (b *bucketRun) emptied() bool {
	p := b.past
	if p == nil || p.last == nil || p.last.Objects == 0 || b.rep.Source > 0 || b.opts.Remove.Enabled || b.opts.Adopt ||
		b.opts.timed() || !slices.Equal(p.last.Include, b.opts.Include) || !slices.Equal(p.last.Exclude, b.opts.Exclude) {
		return false
	}
	b.refuseBy(GuardOrigin, "the source is empty, and had %d objects on %s", p.last.Objects, p.last.Ended.Format(time.RFC3339))

	return true
}

// unknown reports whether nothing says that the content of the destination comes from
// the source: what it has more may be a stranger's.
func (b *bucketRun) unknown() bool {
	return b.session.Load() != nil && b.known == nil && !b.opts.Adopt
}

// forecast counts what a run is going to do to a destination.
type forecast struct {
	source, held int64
	going        int64 // will be replaced or removed
	extra        int64 // of these, removed
	unclear      int64 // will be replaced if the content differs
	examples     []string
}

// maxExamples is how many objects a refusal names.
const maxExamples = 3

// goes counts an object that will be replaced or removed.
func (f *forecast) goes(key string) {
	f.going++
	if len(f.examples) < maxExamples {
		f.examples = append(f.examples, strconv.Quote(key))
	}
}

// named spells out the first of what goes.
func (f *forecast) named() string {
	text := strings.Join(f.examples, ", ")
	if more := f.going - int64(len(f.examples)); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}

	return text
}

// add counts a pair. It wants no worker.
func (f *forecast) add(p pair) bool {
	if p.src != nil {
		f.source++
	}
	if p.dst != nil {
		f.held++
	}
	switch decide(p) {
	case actExtra:
		f.extra++
		f.goes(p.key())
	case actReplace:
		f.goes(p.key())
	case actCompare:
		f.unclear++
	case actNothing, actCopy, actDescribe:
	}

	return false
}

// clarify compares the content of unclear pairs, no further than to the first that
// goes beyond the allowance.
func (b *bucketRun) clarify(ctx context.Context, f *forecast) error {
	var mu sync.Mutex
	unclear := func(p pair) bool { return decide(p) == actCompare }
	err := b.walk(ctx, b.opts.concurrency(), unclear, func(ctx context.Context, p pair) {
		b.chase(ctx, p, func(ctx context.Context, p pair) error {
			if p.dst == nil {
				return nil
			}
			same, err := b.sameContent(ctx, p)
			if err != nil || same {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			if f.goes(p.key()); f.going > b.allowed {
				b.abandon(errAllowance)
			}

			return nil
		})
	})
	if err == nil && !b.rep.Complete {
		err = errors.New("cannot tell how much the run would replace")
	}

	return err
}

// charge takes one object off the allowance.
func (b *bucketRun) charge() error {
	if !b.opts.Remove.Enabled {
		return nil
	}
	b.mu.Lock()
	left := b.spent < b.allowed
	if left {
		b.spent++
	}
	b.mu.Unlock()
	if !left {
		b.refuse("more than %d objects would be replaced or removed, which is as many as the run may", b.allowed)

		return errAllowance
	}

	return nil
}

// setAside prepares an object of the destination for being replaced or removed:
// within the allowance, and with a proven copy in the trash when there is one.
func (b *bucketRun) setAside(ctx context.Context, e Entry) error {
	if err := b.charge(); err != nil {
		return err
	}
	if b.opts.Remove.Trash <= 0 {
		return nil
	}
	if err := b.trash(ctx, e); err != nil {
		return fmt.Errorf("copy to the trash: %w", err)
	}
	b.bump(&b.rep.Trashed)
	b.emit(Event{Kind: EventTrashed, Bucket: b.name, Key: e.Key, Bytes: e.Size, Held: e})

	return nil
}

// removeExtra removes what the source does not have, first what points to other
// objects. It lists both sides again, and does nothing after an error or with a key that could not be copied,
// unless that may be left behind.
func (b *bucketRun) removeExtra(ctx context.Context) {
	b.mu.Lock()
	refused := b.rep.KeysRefused
	if b.opts.LeaveNested {
		refused -= b.nested
	}
	may := b.opts.Remove.Enabled && b.rep.Complete && refused == 0 && ctx.Err() == nil
	b.mu.Unlock()
	if !may {
		return
	}
	b.enter(PhaseRemove)
	for r := rankPointer; r >= rankData; r-- {
		if b.extras[r] == 0 {
			continue
		}
		look := func(p pair) bool {
			have, _ := rankOf(p.key())

			return p.src == nil && have == r && !b.spared(p.key())
		}
		if err := b.walk(ctx, b.opts.concurrency(), look, b.removeOne); err != nil {
			b.fail(ctx, "", err)
		}
		b.mu.Lock()
		complete := b.rep.Complete
		b.mu.Unlock()
		if !complete {
			return // what others still point to stays
		}
	}
}

func (b *bucketRun) removeOne(ctx context.Context, p pair) {
	key := p.key()
	if b.opts.DryRun {
		b.bump(&b.rep.PlannedRemovals)
		b.emit(Event{Kind: EventPlanned, Bucket: b.name, Key: key})

		return
	}
	gone, err := b.remove(ctx, p)
	if err != nil {
		b.fail(ctx, key, fmt.Errorf("remove %q: %w", key, err))

		return
	}
	if gone {
		b.bump(&b.rep.Removed)
		b.emit(Event{Kind: EventRemoved, Bucket: b.name, Key: key, Bytes: p.dst.Size})
	}
}

// remove takes one object away, unless the source has it after all.
func (b *bucketRun) remove(ctx context.Context, p pair) (bool, error) {
	e := *p.dst
	now, err := b.again(ctx, e.Key)
	if err != nil || now.src != nil || now.dst == nil {
		return false, err
	}
	if err := moved(nil, *now.dst, e); err != nil {
		return false, err
	}
	if err := b.noteOne(ctx, p); err != nil {
		return false, err
	}
	if err := b.setAside(ctx, e); err != nil {
		return false, err
	}
	err = repeat(ctx, b.retried, func(ctx context.Context) error { return b.dst.Remove(ctx, b.name, e.Key) })

	return err == nil, err
}
