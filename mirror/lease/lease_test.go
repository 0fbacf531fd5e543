package lease_test

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/lease"
	"github.com/helm-ferry/ferry/mirror/memory"
	"github.com/helm-ferry/ferry/mirror/state"
)

// inWorld runs a test with a place for leases, and a clock that costs no time.
func inWorld(t *testing.T, f func(w world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := world{T: t, store: memory.New("mem://a:1", memory.Quirks{})}
		f(w)
	})
}

type world struct {
	*testing.T
	store *memory.Store
}

// somebody is a writer with a way of its own to the place.
type somebody struct {
	world
	broken *atomic.Bool // the way
	place  state.Place
	who    lease.Holder
}

func (w world) somebody(name string) somebody {
	w.Helper()
	s := somebody{world: w, broken: new(atomic.Bool), who: lease.Holder{ID: name, Host: name, Command: "ferry mirror"}}
	way := faulty.New(w.store, faulty.Faults{Before: func(faulty.Call) error {
		if s.broken.Load() {
			return errors.New("no way to the store")
		}

		return nil
	}})
	s.place = mirror.StateIn(way, "state", "")
	if _, err := s.place.Open(w.Context(), state.Write); err != nil {
		w.Fatal(err)
	}

	return s
}

func (s somebody) take(names ...string) (context.Context, *lease.Locks) {
	s.Helper()
	ctx, locks, err := lease.Take(s.Context(), s.place, names, s.who)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = locks.Release(ctx) })

	return ctx, locks
}

// refused demands that a living holder has a lease.
func (s somebody) refused(locks *lease.Locks, name, by string) {
	s.Helper()
	if other, ok := locks.Refused(name); !ok || other.Holder.Host != by {
		s.Errorf("the lock of %s is refused: %v, by %s", name, ok, other)
	}
}

func (s somebody) free(locks *lease.Locks, name string) {
	s.Helper()
	if other, ok := locks.Refused(name); ok {
		s.Errorf("the lock of %s is refused: %s has it", name, other)
	}
}

// A holder that lives is left alone, however long it holds; when it has released,
// the next one need not wait.
func TestOneWriterAtATime(t *testing.T) {
	inWorld(t, func(w world) {
		a, b := w.somebody("a"), w.somebody("b")
		ctx, first := a.take("cargo", "mail")
		time.Sleep(3 * lease.Term)
		began := time.Now()
		_, second := b.take("cargo", "other")
		if took := time.Since(began); took > lease.Renewal+10*time.Second {
			t.Errorf("refused after %s", took)
		}
		b.refused(second, "cargo", "a")
		b.free(second, "other")
		if err := errors.Join(first.Check(), second.Check(), ctx.Err()); err != nil {
			t.Error(err)
		}
		if err := first.Release(ctx); err != nil {
			t.Error(err)
		}
		began = time.Now()
		_, third := b.take("mail")
		b.free(third, "mail")
		if took := time.Since(began); took > time.Second || len(third.Takeovers()) > 0 {
			t.Errorf("taken after %s, over %v", took, third.Takeovers())
		}
	})
}

// Of many that come at the same moment one gets the lease, a new one and a dead one's.
func TestRacingWriters(t *testing.T) {
	inWorld(t, func(w world) {
		for round := range 2 {
			if round == 1 {
				w.crash("cargo")
			}
			var mu sync.Mutex
			var group sync.WaitGroup
			winners := 0
			for _, name := range []string{"a", "b", "c"} {
				s := w.somebody(name)
				group.Go(func() {
					ctx, locks, err := lease.Take(w.Context(), s.place, []string{"cargo"}, s.who)
					if err != nil {
						t.Error(err)

						return
					}
					if _, ok := locks.Refused("cargo"); !ok {
						mu.Lock()
						winners++
						mu.Unlock()
						time.Sleep(2 * lease.Term)
					}
					if err := errors.Join(locks.Check(), locks.Release(ctx)); err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			if winners != 1 {
				t.Errorf("round %d has %d winners", round, winners)
			}
		}
	})
}

// crash takes a lease and never renews or releases it.
func (w world) crash(name string) {
	w.Helper()
	dying := w.somebody("dying")
	_, locks := dying.take(name)
	w.free(locks)
	dying.broken.Store(true)
}

func (w world) free(locks *lease.Locks) {
	w.Helper()
	if err := locks.Check(); err != nil {
		w.Fatal(err)
	}
}

// The lease of a holder that crashed is taken over, within a term and not before
// renewals are overdue.
func TestCrash(t *testing.T) {
	for name, after := range map[string]time.Duration{"at once": 0, "long ago": time.Hour} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w world) {
				w.crash("cargo")
				w.crash("mail")
				time.Sleep(after)
				next := w.somebody("next")
				began := time.Now()
				ctx, locks := next.take("cargo", "fresh", "mail")
				least, most := lease.Term-time.Second, lease.Term+15*time.Second
				if after > 0 {
					least, most = 3*lease.Renewal, 4*lease.Renewal
				}
				if took := time.Since(began); took < least || took > most {
					t.Errorf("took over after %s", took)
				}
				next.free(locks, "cargo")
				next.free(locks, "mail")
				if over := locks.Takeovers(); len(over) != 2 || over[0].From.Holder.Host != "dying" {
					t.Errorf("took over from %v", over)
				}
				if err := errors.Join(locks.Check(), ctx.Err()); err != nil {
					t.Errorf("what was taken first is lost meanwhile: %v", err)
				}
			})
		})
	}
}

// mine demands that somebody has a lease.
func (s somebody) mine(name string) {
	s.Helper()
	doc, _, err := s.place.Get(s.Context(), "locks/"+name+".json")
	if err != nil || !strings.Contains(string(doc), `"id":"`+s.who.ID+`"`) {
		s.Errorf("the lease is %s, %v", doc, err)
	}
}

// A holder that cannot renew stops before anybody may take over.
func TestNoWayToRenew(t *testing.T) {
	inWorld(t, func(w world) {
		a := w.somebody("a")
		ctx, locks := a.take("cargo")
		time.Sleep(time.Minute)
		a.broken.Store(true)
		time.Sleep(2 * time.Minute)
		if err := locks.Check(); err != nil {
			t.Errorf("gave up early: %v", err)
		}
		b := w.somebody("b")
		var ended atomic.Bool // before b has it
		context.AfterFunc(ctx, func() { ended.Store(true) })
		_, second := b.take("cargo")
		b.free(second, "cargo")
		if !ended.Load() || !errors.Is(context.Cause(ctx), lease.ErrLost) || !errors.Is(locks.Check(), lease.ErrLost) {
			t.Errorf("the first writer goes on: %v", context.Cause(ctx))
		}
		a.broken.Store(false)
		if err := locks.Release(ctx); err != nil {
			t.Error(err)
		}
		b.mine("cargo")
	})
}

// A way to the place that is back before the term ends is found in time.
func TestRenewalsGoOn(t *testing.T) {
	inWorld(t, func(w world) {
		a := w.somebody("a")
		ctx, locks := a.take("cargo")
		for range 5 {
			a.broken.Store(true)
			time.Sleep(150 * time.Second)
			a.broken.Store(false)
			time.Sleep(time.Minute)
		}
		if err := errors.Join(locks.Check(), ctx.Err()); err != nil {
			t.Error(err)
		}
		a.mine("cargo")
	})
}

// Who finds another one's lease in the place of its own stops.
func TestTakenOver(t *testing.T) {
	inWorld(t, func(w world) {
		a := w.somebody("a")
		ctx, locks := a.take("cargo")
		_, err := a.place.Put(w.Context(), "locks/cargo.json", []byte(`{"holder":{"id":"b","host":"b","command":"ferry restore"}}`), state.Condition{})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(lease.Renewal + time.Second)
		cause := context.Cause(ctx)
		if !errors.Is(cause, lease.ErrLost) || !strings.Contains(cause.Error(), `"cargo": another writer took over: ferry restore on b`) {
			t.Errorf("the cause is %v", cause)
		}
		if !errors.Is(locks.Check(), lease.ErrLost) {
			t.Error("may write")
		}
	})
}

// A renewal that had its effect without an answer is the holder's own.
func TestRenewalWithoutAnswer(t *testing.T) {
	inWorld(t, func(w world) {
		var cut atomic.Bool
		way := faulty.New(w.store, faulty.Faults{After: func(call faulty.Call) error {
			if call.Method == "Put" && call.Key == "locks/cargo.json" && cut.Load() {
				return errors.New("connection reset")
			}

			return nil
		}})
		place := mirror.StateIn(way, "state", "")
		if _, err := place.Open(w.Context(), state.Write); err != nil {
			t.Fatal(err)
		}
		ctx, locks, err := lease.Take(w.Context(), place, []string{"cargo"}, lease.Holder{ID: "a"})
		if err != nil {
			t.Fatal(err)
		}
		cut.Store(true)
		time.Sleep(lease.Renewal + time.Second)
		cut.Store(false)
		time.Sleep(3 * lease.Term)
		if err := errors.Join(locks.Check(), ctx.Err()); err != nil {
			t.Error(err)
		}
		cut.Store(true)
		time.Sleep(lease.Renewal + time.Second)
		cut.Store(false)
		if err := locks.Release(ctx); err != nil {
			t.Error(err)
		}
		began := time.Now()
		b := w.somebody("b")
		_, next := b.take("cargo")
		b.free(next, "cargo")
		if took := time.Since(began); took > time.Second {
			t.Errorf("the lease was not released: taken after %s", took)
		}
	})
}

// Somebody who is interrupted while waiting holds nothing.
func TestInterruptedWhileWaiting(t *testing.T) {
	inWorld(t, func(w world) {
		w.crash("mail")
		a := w.somebody("a")
		ctx, cancel := context.WithTimeout(w.Context(), time.Minute)
		defer cancel()
		if _, _, err := lease.Take(ctx, a.place, []string{"cargo", "mail"}, a.who); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		b := w.somebody("b")
		began := time.Now()
		_, locks := b.take("cargo")
		b.free(locks, "cargo")
		if took := time.Since(began); took > time.Second {
			t.Errorf("taken after %s", took)
		}
	})
}

// Somebody who is interrupted while taking a lease holds nothing either, whether the write has its effect, then or later,
// or none, and whether the lease was free or a dead holder's.
func TestInterruptedWhileTaking(t *testing.T) {
	effects := map[string]func(write func()){
		"at once": func(write func()) { write() },
		"later":   func(write func()) { time.AfterFunc(time.Second, write) },
		"none":    func(func()) {},
	}
	for of, dead := range map[string]bool{"a free one": false, "a dead holder's": true} {
		for when, effect := range effects {
			t.Run(of+"/"+when, func(t *testing.T) {
				inWorld(t, func(w world) {
					if dead {
						w.crash("cargo")
						time.Sleep(time.Hour)
					}
					place := mirror.StateIn(&cutOff{Store: w.store, key: "locks/cargo.json", effect: effect}, "state", "")
					if _, err := place.Open(w.Context(), state.Write); err != nil {
						t.Fatal(err)
					}
					if _, _, err := lease.Take(w.Context(), place, []string{"cargo"}, lease.Holder{ID: "a"}); !errors.Is(err, errCutOff) {
						t.Fatalf("got %v", err)
					}
					b := w.somebody("b")
					began := time.Now()
					_, locks := b.take("cargo")
					b.free(locks, "cargo")
					if took := time.Since(began); took > time.Second {
						t.Errorf("taken after %s", took)
					}
					time.Sleep(3 * time.Second)
					b.mine("cargo")
				})
			})
		}
	}
}

var errCutOff = errors.New("connection reset")

// cutOff is a store whose first write of a key is cut off.
type cutOff struct {
	mirror.Store

	key    string
	effect func(write func())
}

func (c *cutOff) Put(ctx context.Context, bucket, key string, req mirror.PutRequest) (mirror.ETag, error) {
	if key != c.key {
		return c.Store.Put(ctx, bucket, key, req)
	}
	c.key = ""
	c.effect(func() { _, _ = c.Store.Put(ctx, bucket, key, req) })

	return "", errCutOff
}

// What nobody can read is somebody's lease.
func TestUnreadableLease(t *testing.T) {
	inWorld(t, func(w world) {
		a := w.somebody("a")
		if _, err := a.place.Put(w.Context(), "locks/cargo.json", []byte("?"), state.Condition{}); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		_, locks := a.take("cargo")
		a.free(locks, "cargo")
		if took := time.Since(began); took < lease.Term {
			t.Errorf("taken over after %s", took)
		}
	})
}

// The lease of a process of this machine that has ended is taken at once; that of one
// that runs is not.
func TestEndedProcess(t *testing.T) {
	place := state.NewFolder(t.TempDir())
	if _, err := place.Open(t.Context(), state.Write); err != nil {
		t.Fatal(err)
	}
	here := lease.Here("ferry mirror")
	if here.Process == "" {
		t.Log("this system does not tell processes apart")

		return
	}
	child := exec.CommandContext(t.Context(), "sleep", "1000")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	other := lease.Holder{ID: "other", Process: lease.ProcessOf(child.Process.Pid)}
	ctx, locks, err := lease.Take(t.Context(), place, []string{"cargo"}, other)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = locks.Release(ctx) }()
	if lease.Gone(other, here) || lease.Gone(here, here) {
		t.Error("a process that runs is gone")
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	if !lease.Gone(other, here) {
		t.Error("a process that has ended is there")
	}
	began := time.Now()
	ctx, next, err := lease.Take(t.Context(), place, []string{"cargo"}, here)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = next.Release(ctx) }()
	if _, refused := next.Refused("cargo"); refused || time.Since(began) > 5*time.Second {
		t.Errorf("refused: %v, after %s", refused, time.Since(began))
	}
}
