package mirror

import (
	"context"
	"errors"
	"fmt"
)

// careful reports whether a pair needs care: a delicate key that the destination does
// not have.
func careful(p pair) bool { return p.dst == nil && delicate(p.key()) }

// lookCarefully picks the data that needs care.
func (b *bucketRun) lookCarefully(p pair) bool {
	r, _ := rankOf(p.key())

	return r == rankData && careful(p)
}

// workCarefully copies a key that the destination may take for another one.
func (b *bucketRun) workCarefully(ctx context.Context, p pair) { b.chase(ctx, p, b.settleCarefully) }

// workAnyKey copies a key with the care that it needs. It runs alone.
func (b *bucketRun) workAnyKey(ctx context.Context, p pair) {
	switch r, _ := rankOf(p.key()); {
	case r > rankData:
		b.wait(newPoint(p))
	case careful(p):
		b.workCarefully(ctx, p)
	default:
		b.work(ctx, p)
	}
}

// settleCarefully runs after all plain keys, one key at a time. A destination that
// answers for a key which it does not list has mixed it up with another one.
func (b *bucketRun) settleCarefully(ctx context.Context, p pair) error {
	key := p.key()
	dst, err := b.stat(ctx, b.dst, key)
	switch {
	case errors.Is(err, ErrNoObject):
		return b.writeCarefully(ctx, pair{src: p.src})
	case errors.Is(err, ErrKeyRefused):
		return b.refuseKey(ctx, key, err)
	case err != nil:
		return err
	}
	listed, err := b.listed(ctx, b.dst, key)
	if err != nil {
		return err
	}
	if !listed {
		return b.refuseKey(ctx, key, errors.New("it answers with the object of another key"))
	}

	return b.settle(ctx, pair{src: p.src, dst: &dst.Entry})
}

// writeCarefully copies an object and takes the copy back when the destination
// does not list it under its key. There was nothing that this could hit: before,
// the destination did not answer for the key.
func (b *bucketRun) writeCarefully(ctx context.Context, p pair) error {
	return b.write(ctx, p, func(ctx context.Context) error { return b.appeared(ctx, p.key()) })
}

// appeared makes sure that a new object is listed under its key, or takes it back.
func (b *bucketRun) appeared(ctx context.Context, key string) error {
	listed, err := b.listed(ctx, b.dst, key)
	if err != nil || listed {
		return err
	}
	err = repeat(ctx, b.retried, func(ctx context.Context) error { return b.dst.Remove(ctx, b.name, key) })
	if err != nil {
		return fmt.Errorf("take back a copy that appeared under another key: %w", err)
	}

	return fmt.Errorf("%w: the object appeared under another one and was taken back", ErrKeyRefused)
}
