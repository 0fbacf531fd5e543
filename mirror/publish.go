package mirror

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
)

// publisher copies what points to other objects. Whatever an object pointed to when a
// listing showed it, a listing that begins later shows as well. Data is copied during
// the listings; a point that listing n has shown waits for
//
//   - metadata: listing n+1, whose data is then there;
//   - a pointer: listing n+1, which shows all the metadata that it may point to, and
//     listing n+2 where some of that is new.
//
// A point that changes meanwhile begins again.
type publisher struct {
	*bucketRun

	listing int             // the last one that has begun
	tables  map[string]bool // those with pointers for which this listing shows the metadata

	mu      sync.Mutex
	pending map[string]point
	crowded bool // there was too much new metadata
}

// publish copies the points that the first listing has shown.
func (b *bucketRun) publish(ctx context.Context) error {
	p := &publisher{bucketRun: b, listing: 1, pending: map[string]point{}}
	for {
		if err := b.lookForVanished(ctx, b.workAnyKey); err != nil {
			return err
		}
		more := p.admit()
		for len(p.pending) > 0 {
			if err := p.round(ctx); err != nil {
				return err
			}
		}
		if !more && len(b.changed) == 0 {
			return nil
		}
		if more {
			p.listing++
			if err := b.walk(ctx, 1, b.lookForPoints, nil); err != nil {
				return err
			}
		}
	}
}

// admit takes the points that were put off.
func (p *publisher) admit() (more bool) {
	points, more := p.points.take()
	for _, point := range append(points, p.changed...) {
		point.listing = p.listing
		p.pending[point.key()] = point
	}
	p.changed = nil

	return more
}

// round lists once more and publishes what has waited for that.
func (p *publisher) round(ctx context.Context) error {
	p.listing++
	p.tables = map[string]bool{}
	for _, point := range p.pending {
		if point.rank == rankPointer && point.listing == p.listing-1 {
			p.tables[point.table] = true
		}
	}
	if err := p.copyData(ctx, p.look); err != nil {
		return err
	}
	if p.crowded {
		return fmt.Errorf("more than %d new files of metadata during the run", maxPoints)
	}
	err := p.publishAll(ctx, p.ripe())
	for _, point := range p.changed {
		point.listing = p.listing
		p.pending[point.key()] = point
	}
	p.changed = nil

	return err
}

// look picks the data that is new since the first listing, and takes new metadata of
// tables whose pointers wait for it.
func (p *publisher) look(pr pair) bool {
	act := p.decide(pr)
	if act == actNothing || act == actExtra || p.isLost(pr.key()) {
		return false
	}
	r, table := rankOf(pr.key())
	if r == rankData {
		return !p.putOff(pr, act)
	}
	if r == rankPointer || !p.tables[table] {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known := p.pending[pr.key()]; known {
		return false
	}
	if len(p.pending) >= 3*maxPoints {
		p.crowded = true

		return false
	}
	point := newPoint(pr)
	point.listing = p.listing
	p.pending[point.key()] = point

	return false
}

// ripe takes the points that have waited long enough.
func (p *publisher) ripe() []point {
	renewed := map[string]bool{} // tables with metadata that this listing has shown first
	for _, point := range p.pending {
		if point.rank == rankMetadata && point.listing == p.listing {
			renewed[point.table] = true
		}
	}
	var ripe []point
	for key, point := range p.pending {
		waits := point.listing == p.listing ||
			point.rank == rankPointer && point.listing == p.listing-1 && renewed[point.table]
		if !waits {
			ripe = append(ripe, point)
			delete(p.pending, key)
		}
	}

	return ripe
}

// lookForPoints picks the points for which there was no room before.
func (b *bucketRun) lookForPoints(p pair) bool {
	r, _ := rankOf(p.key())
	if act := b.decide(p); r > rankData && act != actNothing && act != actExtra {
		b.points.add(p)
	}

	return false
}

// publishAll copies points, table by table: metadata before pointers, and in the order
// of their keys, which is that of their versions.
func (b *bucketRun) publishAll(ctx context.Context, points []point) error {
	slices.SortFunc(points, func(a, b point) int {
		return cmp.Or(cmp.Compare(a.table, b.table), cmp.Compare(a.rank, b.rank), cmp.Compare(a.key(), b.key()))
	})
	if !b.foreseePoints(ctx, points) {
		return nil
	}
	working, stop := lasting(ctx, b.opts.Grace)
	defer stop(nil)
	group, working := errgroup.WithContext(working)
	group.SetLimit(b.opts.concurrency())
	for len(points) > 0 {
		n := slices.IndexFunc(points, func(p point) bool { return p.table != points[0].table })
		if n < 0 {
			n = len(points)
		}
		table := points[:n]
		points = points[n:]
		group.Go(func() error {
			for _, p := range table {
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				b.publishOne(working, p)
			}

			return nil
		})
	}

	return group.Wait()
}

// foreseePoints notes points in the past of the destination.
func (b *bucketRun) foreseePoints(ctx context.Context, points []point) bool {
	pairs := make([]pair, len(points))
	for i, p := range points {
		pairs[i] = p.pair
	}
	if !b.foresee(ctx, pairs) {
		return false
	}
	for i, p := range pairs {
		points[i].noted = p.noted
	}

	return true
}

// publishOne copies a point, unless something of its table is missing.
func (b *bucketRun) publishOne(ctx context.Context, p point) {
	key := p.key()
	if missing, held := b.holds(p.table); held {
		b.fail(ctx, key, fmt.Errorf("%s %q: held back: it may point to %s, which could not be copied", b.kind, key, missing))

		return
	}
	settle := b.settle
	if careful(p.pair) {
		settle = b.settleCarefully
	}
	err := settle(ctx, p.pair)
	if errors.Is(err, errMoved) {
		b.bump(&b.rep.Moved)
		p.pair, err = b.again(ctx, key)
		p.looks++
		switch {
		case err != nil:
		case p.src == nil:
			b.vanish(ctx, key)
		case p.looks == maxLooks:
			err = fmt.Errorf("keeps changing, given up after %d looks", maxLooks)
		default:
			b.wait(p)
		}
	}
	if err != nil {
		b.fail(ctx, key, fmt.Errorf("%s %q: %w", b.kind, key, err))
	}
}

// wait has a point published after further listings.
func (b *bucketRun) wait(p point) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.changed = append(b.changed, p)
}

// maxLost is how many keys that could not be copied are remembered one by one.
const maxLost = 1000

// lose remembers a key that is not at the destination as it is at the source. b.mu is
// locked.
func (b *bucketRun) lose(key string) {
	b.lostAny++
	if len(b.lost) < maxLost {
		b.lost[key] = true
	}
}

func (b *bucketRun) isLost(key string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()

	return b.lost[key]
}

// holds reports whether a table lacks something, and what.
func (b *bucketRun) holds(table string) (missing string, held bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for key := range b.lost {
		if strings.HasPrefix(key, table) {
			return fmt.Sprintf("%q", key), true
		}
	}

	return fmt.Sprintf("one of %d objects", b.lostAny), b.lostAny > len(b.lost)
}
