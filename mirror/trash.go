package mirror

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// The trash of a run is trash/STAMP/BUCKET/KEY in the state bucket. STAMP is when
// the run started; a key that goes there twice gets STAMP.2, and so on.
const (
	trashPrefix = "trash/"
	trashStamp  = "20060102T150405.000000000Z"
)

// trash copies an object of the destination to the trash and proves the copy.
func (b *bucketRun) trash(ctx context.Context, e Entry) error {
	state := b.opts.stateBucket()
	if err := b.ready(ctx); err != nil {
		return err
	}
	for n := 1; ; n++ {
		key := trashKey(b.engine.started, n, b.name, e.Key)
		taken, err := b.exists(ctx, state, key)
		if err != nil {
			return err
		}
		if taken {
			continue
		}
		done, err := b.transfer(b.dst, b.name, e, state, key).run(ctx)
		if err == nil && len(done.lost) > 0 {
			err = fmt.Errorf("the destination does not keep %s", strings.Join(done.lost, ", "))
		}

		return err
	}
}

// ready makes the state bucket when the run first needs it.
func (e *engine) ready(ctx context.Context) error {
	e.stateMu.Lock()
	defer e.stateMu.Unlock()
	if e.stateReady {
		return nil
	}
	err := e.create(ctx, e.opts.stateBucket(), BucketRequest{})
	e.stateReady = err == nil

	return err
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

// emptyTrash removes what has been in the trash for its time.
func (e *engine) emptyTrash(ctx context.Context) error {
	state := e.opts.stateBucket()
	list := lister{store: e.dst, bucket: state, onRetry: func() {}, anomaly: func(AnomalyKind, string) {}}
	for entry, err := range list.entries(ctx) {
		if errors.Is(err, ErrNoBucket) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("empty the trash: %w", err)
		}
		at, ok := trashedAt(entry.Key)
		if !ok || e.started.Sub(at) <= e.opts.Remove.Trash {
			continue
		}
		err := repeat(ctx, func() {}, func(ctx context.Context) error { return e.dst.Remove(ctx, state, entry.Key) })
		if err != nil {
			return fmt.Errorf("empty the trash: remove %q: %w", entry.Key, err)
		}
	}

	return nil
}
