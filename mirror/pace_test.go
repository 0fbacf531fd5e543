package mirror

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// endpoint answers each call after a time that depends on how many are under way.
type endpoint struct {
	mu      sync.Mutex
	running int
	most    int
	latency func(running int) time.Duration
	fails   bool
}

func (e *endpoint) call() error {
	e.mu.Lock()
	e.running++
	e.most = max(e.most, e.running)
	latency, fails := e.latency(e.running), e.fails
	e.mu.Unlock()
	time.Sleep(latency)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.running--
	if fails {
		return ErrTemporary
	}

	return nil
}

// load keeps 100 callers busy for a time and returns the pace that they end with.
func load(t *testing.T, p *pace, e *endpoint, d time.Duration) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() {
			for ctx.Err() == nil {
				_ = p.call(ctx, 0, e.call)
			}
		})
	}
	group.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.limit
}

// An endpoint that does more at a time gets more at a time; one that only takes longer
// does not.
func TestPace(t *testing.T) {
	for name, test := range map[string]struct {
		latency  func(int) time.Duration
		min, max int
	}{
		"far away":        {func(int) time.Duration { return 50 * time.Millisecond }, 56, 64},
		"eight at a time": {func(n int) time.Duration { return time.Duration(max(8, n)) * time.Millisecond }, 8, 12},
		"one at a time":   {func(n int) time.Duration { return time.Duration(n) * time.Millisecond }, 2, 12},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := load(t, newPace(64), &endpoint{latency: test.latency}, time.Minute+time.Second)
				if got < test.min || got > test.max {
					t.Errorf("pace %d, want from %d to %d", got, test.min, test.max)
				}
			})
		})
	}
}

// A busy endpoint gets less, and more again when it is not.
func TestPaceOfBusyEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &endpoint{latency: func(int) time.Duration { return 50 * time.Millisecond }}
		p := newPace(64)
		load(t, p, e, time.Minute)
		e.fails = true
		if got := load(t, p, e, 10*time.Second); got != slowest {
			t.Errorf("pace %d while all calls fail, want %d", got, slowest)
		}
		e.fails = false
		if got := load(t, p, e, 5*time.Minute); got < 56 {
			t.Errorf("pace %d after the failures, want 56 or more", got)
		}
		if e.most > 64 {
			t.Errorf("%d calls at a time, want no more than 64", e.most)
		}
	})
}

// Whoever gives up waiting leaves no place taken.
func TestPaceGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(1)
		if err := p.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		stop := errors.New("stop")
		go func() { time.Sleep(time.Second); cancel(stop) }()
		if err := p.enter(ctx); !errors.Is(err, stop) {
			t.Errorf("waited and got %v", err)
		}
		p.leave(0, nil)
		if err := p.enter(t.Context()); err != nil || p.running != 1 || len(p.waiting) != 0 {
			t.Errorf("%v, %d running, %d waiting", err, p.running, len(p.waiting))
		}
	})
}
