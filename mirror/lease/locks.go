package lease

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/helm-ferry/ferry/mirror/state"
)

// Locks are the leases that a run holds. Its methods are safe for concurrent use.
type Locks struct {
	place  state.Place
	who    Holder
	end    context.CancelCauseFunc
	closed chan struct{} // the renewals shall end
	done   chan struct{} // they have

	mu       sync.Mutex
	held     map[string]*holding
	doubtful []claim
	refused  map[string]Lease
	over     []Takeover
	released bool
	lost     error
}

// holding is one lease. sure is when the write began that confirmed it last.
type holding struct {
	lease Lease
	tag   state.Tag
	sure  time.Time
	alarm *time.Timer
}

// claim is the write of a lease that was cut off: it may have had its effect, or may still have it.
type claim struct {
	name  string
	lease Lease
	only  state.Condition
}

// hold begins to renew what Take is going to win.
func hold(ctx context.Context, place state.Place, who Holder) (context.Context, *Locks) {
	ctx, end := context.WithCancelCause(ctx)
	l := &Locks{
		place: place, who: who, end: end, closed: make(chan struct{}), done: make(chan struct{}),
		held: map[string]*holding{}, refused: map[string]Lease{},
	}
	go l.keep(ctx)

	return ctx, l
}

// Refused returns the lease that a living holder has of a name.
func (l *Locks) Refused(name string) (Lease, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	by, ok := l.refused[name]

	return by, ok
}

// Takeovers returns what was taken from dead holders.
func (l *Locks) Takeovers() []Takeover {
	l.mu.Lock()
	defer l.mu.Unlock()

	return slices.Clone(l.over)
}

// Check returns an error when a lease is lost, or may be. It asks nobody.
func (l *Locks) Check() error {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, h := range l.held {
		if l.lost == nil && elapsed(h.sure, now) >= Term-margin {
			l.fail(fmt.Errorf("%w: that of %q could not be renewed for %s", ErrLost, name, elapsed(h.sure, now).Round(time.Second)))
		}
	}

	return l.lost
}

// fail ends the run. The caller holds the mutex.
func (l *Locks) fail(err error) {
	if l.lost == nil {
		l.lost = err
		l.end(err)
	}
}

// add takes note of a lease that was written.
func (l *Locks) add(name string, lease Lease, tag state.Tag, began time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := &holding{lease: lease, tag: tag, sure: began}
	h.alarm = time.AfterFunc(Term-margin-time.Since(began), func() { _ = l.Check() })
	l.held[name] = h
}

// keep renews until Release.
func (l *Locks) keep(ctx context.Context) {
	defer close(l.done)
	ticker := time.NewTicker(Renewal)
	defer ticker.Stop()
	for {
		select {
		case <-l.closed:
			return
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		l.renewAll(ctx)
	}
}

func (l *Locks) renewAll(ctx context.Context) {
	l.mu.Lock()
	names := slices.Sorted(maps.Keys(l.held))
	l.mu.Unlock()
	var group sync.WaitGroup
	for _, name := range names {
		group.Go(func() { l.renew(ctx, name) })
	}
	group.Wait()
}

// renew renews one lease. A write that fails is tried again with the next renewal; the
// alarm of the lease ends the run when none succeeds in time.
func (l *Locks) renew(ctx context.Context, name string) {
	ctx, cancel := context.WithTimeout(ctx, Renewal)
	defer cancel()
	l.mu.Lock()
	h := *l.held[name]
	l.mu.Unlock()
	began := time.Now()
	next := h.lease.renewed(began)
	tag, err := l.place.Put(ctx, item(name), next.encode(), state.Condition{Tag: h.tag})
	if errors.Is(err, state.ErrConflict) {
		l.conflict(ctx, name)

		return
	}
	if err != nil {
		return
	}
	l.confirm(name, next, tag, began)
}

func (l *Locks) confirm(name string, lease Lease, tag state.Tag, began time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.held[name]
	h.lease, h.tag, h.sure = lease, tag, began
	h.alarm.Reset(Term - margin - time.Since(began))
}

// conflict finds out who wrote over a lease. That may have been a renewal of our own
// whose answer was lost.
func (l *Locks) conflict(ctx context.Context, name string) {
	began := time.Now()
	s, err := l.see(ctx, name)
	switch {
	case err != nil:
	case s != nil && s.lease.Holder.ID == l.who.ID:
		l.confirm(name, s.lease, s.tag, began)
	default:
		by := "somebody removed it"
		if s != nil {
			by = "another writer took over: " + s.lease.String()
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.fail(fmt.Errorf("%w: that of %q: %s", ErrLost, name, by))
	}
}

// Release gives all leases back that are still held, or may be. It works after the end of ctx too,
// for a moment.
func (l *Locks) Release(ctx context.Context) error {
	l.mu.Lock()
	again := l.released
	l.released = true
	l.mu.Unlock()
	if again {
		return nil
	}
	close(l.closed)
	<-l.done
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), parting)
	defer cancel()
	l.mu.Lock()
	defer l.mu.Unlock()
	var errs []error
	for name, h := range l.held {
		h.alarm.Stop()
		if err := l.give(ctx, name, h.lease, state.Condition{Tag: h.tag}); err != nil {
			errs = append(errs, fmt.Errorf("release the lock of %q: %w", name, err))
		}
	}
	for _, c := range l.doubtful {
		if err := l.withdraw(ctx, c); err != nil {
			errs = append(errs, fmt.Errorf("release the lock of %q: %w", c.name, err))
		}
	}
	l.end(nil)

	return errors.Join(errs...)
}

// give gives one lease back. What is not as it was left may be a renewal that was cut
// off; another holder's lease stays as it is.
func (l *Locks) give(ctx context.Context, name string, lease Lease, only state.Condition) error {
	for range 2 {
		gift := lease.renewed(time.Now())
		gift.Until, gift.Released = gift.Renewed, true
		_, err := l.place.Put(ctx, item(name), gift.encode(), only)
		if !errors.Is(err, state.ErrConflict) {
			return err
		}
		now, err := l.see(ctx, name)
		if err != nil || now == nil || now.lease.Holder.ID != l.who.ID {
			return err
		}
		lease, only = now.lease, state.Condition{Tag: now.tag}
	}

	return nil
}

// withdraw gives back what a claim may have won. One that has not had its effect yet never will: what is written
// here, under its own condition, stands before it.
func (l *Locks) withdraw(ctx context.Context, c claim) error {
	now, err := l.see(ctx, c.name)
	switch {
	case err != nil:
		return err
	case now == nil || now.tag == c.only.Tag:
		return l.give(ctx, c.name, c.lease, c.only)
	case now.lease.Holder.ID == l.who.ID:
		return l.give(ctx, c.name, now.lease, state.Condition{Tag: now.tag})
	}

	return nil
}
