package mirror

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// maxLooks is how often a key is looked at that keeps changing.
const maxLooks = 4

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
			b.bump(&b.rep.Vanished)

			return
		}
	}
	b.fail(ctx, key, fmt.Errorf("%s %q: keeps changing, given up after %d looks", b.kind, key, maxLooks))
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

// current returns the object under a key as it is now, or nil. A key that is
// listed but cannot be read is an error: nobody can say what it holds.
func (b *bucketRun) current(ctx context.Context, store Reader, none bool, key string) (*Entry, error) {
	if none {
		return nil, nil
	}
	obj, err := b.stat(ctx, store, key)
	if err == nil {
		return &obj.Entry, nil
	}
	if !errors.Is(err, ErrNoObject) {
		return nil, err
	}
	listed, err := b.listed(ctx, store, key)
	if err == nil && listed {
		err = fmt.Errorf("listed by %s but not readable", store.Location())
	}

	return nil, err
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

	return src.Missing(dst.Attributes), nil
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
