package lease

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/helm-ferry/ferry/mirror/state"
)

// Take takes the leases of all names that are free or whose holders are dead, and
// watches the others until it knows which of both they are. The context it returns ends
// when a lease is lost. After an error nothing is held.
func Take(ctx context.Context, place state.Place, names []string, who Holder) (context.Context, *Locks, error) {
	ctx, l := hold(ctx, place, who)
	err := l.take(ctx, slices.Sorted(slices.Values(names)))
	if err != nil {
		return ctx, nil, errors.Join(err, l.Release(ctx))
	}

	return ctx, l, nil
}

func (l *Locks) take(ctx context.Context, names []string) error {
	watched := map[string]sight{}
	for _, name := range names {
		other, err := l.claim(ctx, name)
		if err != nil {
			return err
		}
		if other != nil {
			watched[name] = *other
		}
	}
	if len(watched) == 0 {
		return nil
	}
	if err := l.ages(ctx, watched); err != nil {
		return err
	}
	for {
		for _, name := range names {
			s, ok := watched[name]
			if !ok {
				continue
			}
			settled, err := l.look(ctx, name, s)
			if err != nil {
				return err
			}
			if settled {
				delete(watched, name)
			}
		}
		if len(watched) == 0 {
			return nil
		}
		if err := sleep(ctx, glance); err != nil {
			return err
		}
	}
}

// claim takes a lease that is free, or returns whose it is.
func (l *Locks) claim(ctx context.Context, name string) (*sight, error) {
	s, err := l.see(ctx, name)
	if err != nil {
		return nil, err
	}
	switch {
	case s == nil:
		err = l.win(ctx, name, state.Condition{Absent: true}, nil)
	case s.dead(s.since):
		err = l.win(ctx, name, state.Condition{Tag: s.tag}, &s.lease)
	default:
		return s, nil
	}
	if errors.Is(err, state.ErrConflict) {
		return l.see(ctx, name)
	}

	return nil, err
}

// see reads a lease. It returns nil when there is none.
func (l *Locks) see(ctx context.Context, name string) (*sight, error) {
	doc, tag, err := l.place.Get(ctx, item(name))
	if errors.Is(err, state.ErrAbsent) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look at the lock of %q: %w", name, err)
	}
	other := decode(doc)

	return &sight{lease: other, tag: tag, since: time.Now(), gone: gone(other.Holder, l.who)}, nil
}

// ages finds out how old leases are by the clock of the place.
func (l *Locks) ages(ctx context.Context, watched map[string]sight) error {
	probe := "probes/" + l.who.ID
	if _, err := l.place.Put(ctx, probe, []byte(l.who.ID), state.Condition{}); err != nil {
		return fmt.Errorf("ask for the time of the place of the locks: %w", err)
	}
	probes, err := l.place.List(ctx, probe)
	if err == nil {
		err = l.place.Remove(ctx, probe)
	}
	if err != nil {
		return fmt.Errorf("ask for the time of the place of the locks: %w", err)
	}
	items, err := l.place.List(ctx, "locks/")
	if err != nil {
		return fmt.Errorf("list the locks: %w", err)
	}
	for name, s := range watched {
		i := slices.IndexFunc(items, func(i state.Item) bool { return i.Name == item(name) })
		if i >= 0 && len(probes) == 1 {
			s.age = probes[0].Modified.Sub(items[i].Modified)
			watched[name] = s
		}
	}

	return nil
}

// look looks at a watched lease again, and reports whether it is settled: won, or
// known to have a living holder.
func (l *Locks) look(ctx context.Context, name string, before sight) (bool, error) {
	now, err := l.see(ctx, name)
	switch {
	case err != nil:
		return false, err
	case now != nil && now.tag == before.tag && !before.dead(time.Now()):
		return false, nil
	case now != nil && now.tag != before.tag && !now.lease.Released:
		l.refuse(name, now.lease)

		return true, nil
	case now == nil:
		err = l.win(ctx, name, state.Condition{Absent: true}, nil)
	default:
		err = l.win(ctx, name, state.Condition{Tag: now.tag}, &now.lease)
	}
	if !errors.Is(err, state.ErrConflict) {
		return true, err
	}
	if now, err = l.see(ctx, name); err != nil || now == nil {
		return false, err
	}
	l.refuse(name, now.lease)

	return true, nil
}

// win writes the lease of a name.
func (l *Locks) win(ctx context.Context, name string, only state.Condition, before *Lease) error {
	now := time.Now()
	mine := Lease{Holder: l.who, Started: now.UTC()}.renewed(now)
	tag, err := l.place.Put(ctx, item(name), mine.encode(), only)
	if err != nil {
		if !errors.Is(err, state.ErrConflict) {
			l.mu.Lock()
			l.doubtful = append(l.doubtful, claim{name, mine, only})
			l.mu.Unlock()
		}

		return fmt.Errorf("take the lock of %q: %w", name, err)
	}
	l.add(name, mine, tag, now)
	if before != nil && !before.Released {
		l.mu.Lock()
		l.over = append(l.over, Takeover{Name: name, From: *before})
		l.mu.Unlock()
	}

	return nil
}

func (l *Locks) refuse(name string, by Lease) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refused[name] = by
}

// sleep waits, or returns why ctx has ended.
func sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// Takeover is a lease that was taken from a dead holder.
type Takeover struct {
	Name string
	From Lease
}

// String says for people what happened.
func (t Takeover) String() string { return strings.TrimSpace(fmt.Sprintf("%s: %s", t.Name, t.From)) }
