package mirror

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

const (
	maxLooks    = 4      // at a key that keeps changing
	maxVanished = 10_000 // keys that are looked at again
)

// chase calls settle until the key holds still.
func (b *bucketRun) chase(ctx context.Context, p pair, settle func(context.Context, pair) error) {
	key := p.key()
	for range maxLooks {
		err := settle(ctx, p)
		if err == nil {
			return
		}
		if errors.Is(err, errMoved) {
			b.bump(&b.rep.Moved)
			p, err = b.again(ctx, key)
		}
		if err != nil {
			b.fail(ctx, key, fmt.Errorf("%s %q: %w", b.kind, key, err))

			return
		}
		if p.src == nil {
			b.vanish(ctx, key)

			return
		}
		if !b.opts.within(p) {
			return // it was written again, and is not of this run any more
		}
	}
	b.fail(ctx, key, fmt.Errorf("%s %q: keeps changing, given up after %d looks", b.kind, key, maxLooks))
}

// vanish records a key that the source listed and does not have. Servers list keys
// that they cannot find, or spell them in a way of their own: what is listed again
// after the run has not been deleted meanwhile, and is a failure.
func (b *bucketRun) vanish(ctx context.Context, key string) {
	b.mu.Lock()
	_, again := b.vanished[key]
	tooMany := len(b.vanished) == maxVanished && !again
	if !again && !tooMany {
		b.vanished[key] = false
		b.rep.Vanished++
	}
	b.mu.Unlock()
	switch {
	case again:
		b.fail(ctx, key, fmt.Errorf("%s %q: listed by %s but not readable", b.kind, key, b.src.Location()))
	case tooMany:
		b.fail(ctx, key, fmt.Errorf("%s %q: vanished, as did %d others", b.kind, key, maxVanished))
	}
}

// lookForVanished lists again and has work deal with the keys that are still there.
func (b *bucketRun) lookForVanished(ctx context.Context, work func(context.Context, pair)) error {
	looking := map[string]bool{}
	for key, looked := range b.vanished {
		if !looked {
			looking[key] = true
			b.vanished[key] = true
		}
	}
	if len(looking) == 0 {
		return nil
	}

	return b.walk(ctx, 1, func(p pair) bool { return p.src != nil && looking[p.key()] }, func(ctx context.Context, p pair) {
		b.mu.Lock()
		b.rep.Vanished-- // it is there
		b.mu.Unlock()
		work(ctx, p)
	})
}

// again looks at a key that has changed. A side that does not have it is nil.
func (b *bucketRun) again(ctx context.Context, key string) (pair, error) {
	src, err := b.current(ctx, b.src, b.rep.Missing, key)
	if err != nil {
		return pair{}, err
	}
	dst, err := b.current(ctx, b.read, b.absent, key)

	return pair{src: src, dst: dst}, err
}

// current returns the object under a key as it is now, or nil.
func (b *bucketRun) current(ctx context.Context, store Reader, none bool, key string) (*Entry, error) {
	if none {
		return nil, nil
	}
	obj, err := b.stat(ctx, store, key)
	if errors.Is(err, ErrNoObject) {
		return nil, nil
	}

	return &obj.Entry, err
}

// listed reports whether a listing has exactly this key.
func (b *bucketRun) listed(ctx context.Context, store Reader, key string) (bool, error) {
	var page Page
	err := repeat(ctx, b.retried, func(ctx context.Context) error {
		var err error
		page, err = store.List(ctx, b.name, Cursor{Prefix: key})

		return err
	})

	return slices.ContainsFunc(page.Entries, func(e Entry) bool { return e.Key == key }), err
}

func (b *bucketRun) stat(ctx context.Context, store Reader, key string) (Object, error) {
	var obj Object
	err := repeat(ctx, b.retried, func(ctx context.Context) error {
		var err error
		obj, err = store.Stat(ctx, b.name, key)

		return err
	})

	return obj, err
}

// missing names the attributes that the destination does not have as the source
// has them. Both objects must still be as listed.
func (b *bucketRun) missing(ctx context.Context, p pair) ([]string, error) {
	src, err := b.stat(ctx, b.src, p.key())
	if err = moved(err, src.Entry, *p.src); err != nil {
		return nil, err
	}
	dst, err := b.stat(ctx, b.read, p.key())
	if err = moved(err, dst.Entry, *p.dst); err != nil {
		return nil, err
	}

	return b.locks.missing(ctx, src, dst)
}

// moved turns the loss of an object, and one that is not as listed, into errMoved.
func moved(err error, got, want Entry) error {
	switch {
	case errors.Is(err, ErrNoObject), errors.Is(err, ErrChanged):
		return fmt.Errorf("%w: %w", errMoved, err)
	case err != nil:
		return err
	case got.ETag != want.ETag || got.Size != want.Size:
		return fmt.Errorf("%w: is %s of %d bytes, was %s of %d", errMoved, got.ETag, got.Size, want.ETag, want.Size)
	default:
		return nil
	}
}
