package mirror

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	firstPace = 8 // calls at a time before anything is known of an endpoint
	slowest   = 2
	window    = 250 * time.Millisecond // over which an endpoint is measured
	holdTime  = 10 * time.Second       // before more is tried again
	busyTime  = time.Second            // in which refusals count once
)

// pace is how many calls of one endpoint may be under way. It asks for more as long as
// that gets more done; where more calls only take longer, it goes back. A refusal for
// being busy halves it.
type pace struct {
	max int

	mu      sync.Mutex
	limit   int
	running int
	waiting []chan struct{}

	began   time.Time // of the window
	done    float64   // in the window: calls, large ones counting for more
	full    bool      // in the window, a call had to wait
	best    float64   // done per second at the limit that is known to be good
	good    int       // that limit
	nextTry time.Time
	busy    time.Time // of the last refusal that counted
	known   bool      // it was too much once: from then on, more is tried in smaller steps
}

func newPace(limit int) *pace {
	first := min(firstPace, limit)

	return &pace{max: limit, limit: first, good: first}
}

// enter waits for leave to begin a call. The call ends with leave.
func (p *pace) enter(ctx context.Context) error {
	p.mu.Lock()
	if p.running < p.limit {
		p.running++
		p.mu.Unlock()

		return nil
	}
	p.full = true
	turn := make(chan struct{})
	p.waiting = append(p.waiting, turn)
	p.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, other := range p.waiting {
		if other == turn {
			p.waiting = append(p.waiting[:i], p.waiting[i+1:]...)

			return context.Cause(ctx)
		}
	}
	p.running-- // it was let in at the same moment
	p.wake()

	return context.Cause(ctx)
}

// leave ends a call that moved so many bytes.
func (p *pace) leave(bytes int64, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running--
	now := time.Now()
	if errors.Is(err, ErrTemporary) {
		p.refused(now)
	} else {
		p.done += 1 + float64(bytes)/(256<<10)
		p.judge(now)
	}
	p.wake()
}

// wake lets in as many as may run.
func (p *pace) wake() {
	for p.running < p.limit && len(p.waiting) > 0 {
		close(p.waiting[0])
		p.waiting = p.waiting[1:]
		p.running++
	}
}

// refused halves the pace, once for refusals that come together.
func (p *pace) refused(now time.Time) {
	if now.Sub(p.busy) < busyTime {
		return
	}
	p.busy, p.nextTry, p.known = now, now.Add(holdTime), true
	p.limit = max(slowest, p.limit/2)
	p.good, p.best = p.limit, 0
	p.restart(now)
}

// judge looks at a window that is over.
func (p *pace) judge(now time.Time) {
	if p.began.IsZero() {
		p.restart(now)
	}
	elapsed := now.Sub(p.began)
	if elapsed < window || p.done < float64(4*p.limit) {
		return
	}
	rate := p.done / elapsed.Seconds()
	switch {
	case p.limit > p.good && rate < 1.1*p.best: // more calls at a time took longer each
		p.limit, p.nextTry, p.known = p.good, now.Add(holdTime), true
	default:
		p.good, p.best = p.limit, rate
		if p.full && !now.Before(p.nextTry) {
			p.limit = min(p.max, p.limit+p.more())
		}
	}
	p.restart(now)
}

// more is how many calls at a time are tried in addition.
func (p *pace) more() int {
	if p.known {
		return max(2, p.limit/2)
	}

	return p.limit
}

func (p *pace) restart(now time.Time) { p.began, p.done, p.full = now, 0, false }

// call makes a call that sends so many bytes when it is its turn.
func (p *pace) call(ctx context.Context, bytes int64, f func() error) error {
	if err := p.enter(ctx); err != nil {
		return err
	}
	err := f()
	p.leave(bytes, err)

	return err
}
