package mirror

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/helm-ferry/ferry/mirror/state"
)

// The trash of a run is trash/STAMP/BUCKET/KEY in the state bucket, below its prefix. STAMP is when
// the run started; a key that goes there twice gets STAMP.2, and so on.
const (
	trashPrefix = "trash/"
	trashStamp  = "20060102T150405.000000000Z"
)

// trash copies an object of the destination to the trash and proves the copy.
func (b *bucketRun) trash(ctx context.Context, e Entry) error {
	into := b.opts.stateBucket()
	if err := b.ready(ctx); err != nil {
		return err
	}
	for n := 1; ; n++ {
		key := folder(b.opts.StatePrefix) + trashKey(b.stamp, n, b.name, e.Key)
		taken, err := b.exists(ctx, into, key)
		if err != nil {
			return err
		}
		if taken {
			continue
		}
		done, err := b.transfer(b.dst, b.name, e, into, key).run(ctx)
		if err == nil && len(done.lost) > 0 {
			err = fmt.Errorf("the destination does not keep %s", strings.Join(done.lost, ", "))
		}

		return err
	}
}

// ready makes the state bucket when the run first needs it, and makes sure that it is
// not a stranger's.
func (e *engine) ready(ctx context.Context) error {
	e.stateMu.Lock()
	defer e.stateMu.Unlock()
	if e.stateReady {
		return nil
	}
	err := e.trashPlace().own(ctx, state.Write)
	e.stateReady = err == nil

	return err
}

func (e *engine) trashPlace() *stateBucket {
	return &stateBucket{store: e.dst, bucket: e.opts.stateBucket(), prefix: folder(e.opts.StatePrefix)}
}

// exists reports whether the destination has an object.
func (b *bucketRun) exists(ctx context.Context, bucket, key string) (bool, error) {
	err := repeat(ctx, b.retried, func(ctx context.Context) error {
		_, err := b.dst.Stat(ctx, bucket, key)

		return err
	})
	if errors.Is(err, ErrNoObject) {
		return false, nil
	}

	return err == nil, err
}

func trashKey(started time.Time, n int, bucket, key string) string {
	stamp := started.UTC().Format(trashStamp)
	if n > 1 {
		stamp += fmt.Sprintf(".%d", n)
	}

	return trashPrefix + stamp + "/" + bucket + "/" + key
}

// trashedAt returns when the run started that put a key of the state bucket into
// the trash. It does not recognise what it has not put there.
func trashedAt(key string) (time.Time, bool) {
	rest, ok := strings.CutPrefix(key, trashPrefix)
	if !ok || len(rest) < len(trashStamp) {
		return time.Time{}, false
	}
	stamp, rest := rest[:len(trashStamp)], rest[len(trashStamp):]
	at, err := time.Parse(trashStamp, stamp)
	if err != nil || !strings.HasPrefix(rest, "/") && !strings.HasPrefix(rest, ".") {
		return time.Time{}, false
	}

	return at, true
}

// emptyTrash removes what has been in the trash for its time, if the place is Ferry's
// own, and what is kept of the past for as long.
func (e *engine) emptyTrash(ctx context.Context) error {
	place := e.trashPlace()
	if err := place.own(ctx, state.Read); err != nil {
		return fmt.Errorf("empty the trash: %w", err)
	}
	var useless map[string]time.Time
	if s := e.session.Load(); s != nil {
		var err error
		if useless, err = e.prunePast(ctx, s.place); err != nil {
			return err
		}
	}
	err := place.each(ctx, trashPrefix, func(name string, _ Entry) error {
		at, ok := trashedAt(name)
		if !ok || e.started.Sub(at) <= e.opts.Remove.Trash || !uselessAt(useless, name, at) {
			return nil
		}

		return place.remove(ctx, name)
	})
	if err != nil {
		return fmt.Errorf("empty the trash: %w", err)
	}

	return nil
}

// uselessAt reports whether no point of any bucket that a name in the trash may be of
// needs what a run has put there.
func uselessAt(useless map[string]time.Time, name string, at time.Time) bool {
	_, rest, _ := strings.Cut(strings.TrimPrefix(name, trashPrefix), "/")
	for i := range len(rest) {
		if rest[i] != '/' {
			continue
		}
		if until, known := useless[state.Segment(rest[:i])]; known && at.After(until) {
			return false
		}
	}

	return true
}
