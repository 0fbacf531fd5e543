package mirror

import (
	"context"
	"errors"
)

// lookCarefully picks the delicate keys that the destination does not have.
func (b *bucketRun) lookCarefully(p pair) bool {
	return p.dst == nil && delicate(p.key())
}

// workCarefully copies a key that the destination may take for another one.
func (b *bucketRun) workCarefully(ctx context.Context, p pair) { b.chase(ctx, p, b.settleCarefully) }

// settleCarefully runs after all plain keys, one key at a time. A destination that
// answers for a key which it does not list has mixed it up with another one.
func (b *bucketRun) settleCarefully(ctx context.Context, p pair) error {
	key := p.key()
	dst, err := b.stat(ctx, b.dst, key)
	switch {
	case errors.Is(err, ErrNoObject):
		return b.writeCarefully(ctx, pair{src: p.src})
	case errors.Is(err, ErrKeyRefused):
		b.refuseKey(key, err.Error())

		return nil
	case err != nil:
		return err
	}
	listed, err := b.listed(ctx, b.dst, key)
	if err != nil {
		return err
	}
	if !listed {
		b.refuseKey(key, "it answers with the object of another key")

		return nil
	}

	return b.settle(ctx, pair{src: p.src, dst: &dst.Entry})
}

// writeCarefully copies an object and takes the copy back when the destination
// does not list it under its key. There was nothing that this could hit: before,
// the destination did not answer for the key.
func (b *bucketRun) writeCarefully(ctx context.Context, p pair) error {
	key := p.key()
	if wrote, err := b.write(ctx, p); err != nil || !wrote {
		return err
	}
	listed, err := b.listed(ctx, b.dst, key)
	if err != nil || listed {
		return err
	}
	b.refuseKey(key, "it stored the object under another key; taken back")

	return repeat(ctx, b.retried, func(ctx context.Context) error { return b.dst.Remove(ctx, b.name, key) })
}

// refuseKey records a key that the destination cannot hold.
func (b *bucketRun) refuseKey(key, detail string) {
	b.bump(&b.rep.KeysRefused)
	b.differs(key, DiffMissing, "the destination cannot hold this key: "+detail)
}
