package mirror

import (
	"context"
	"fmt"
	"strings"
)

// refuseKey records a key that the destination cannot hold. One that is in the way of nothing but an
// object which is going to be removed is tried again after that.
func (b *bucketRun) refuseKey(ctx context.Context, key string, why error) error {
	other, err := b.beside(ctx, b.src, key)
	if err != nil {
		return err
	}
	if other == "" && b.opts.Remove.Enabled && !b.history {
		if other, err = b.beside(ctx, b.dst, key); err != nil {
			return err
		}
		if other != "" && b.block(key) {
			return nil
		}
		other = ""
	}
	var names []string
	detail := "the destination cannot hold this key: " + strings.TrimPrefix(why.Error(), ErrKeyRefused.Error()+": ")
	if other != "" {
		names = []string{NestedKeys}
		detail = fmt.Sprintf("the destination cannot hold this key beside %q: %s", other, strings.TrimPrefix(why.Error(), ErrKeyRefused.Error()+": "))
	}
	b.mu.Lock()
	b.rep.KeysRefused++
	if other != "" {
		b.nested++
	}
	if other == "" || !b.opts.LeaveNested {
		b.lose(key)
	}
	b.mu.Unlock()
	b.differs(key, DiffMissing, detail, names...)

	return nil
}

// beside returns a key of a store that is an object in which another one lies as in a folder, or that lies
// in that one.
func (b *bucketRun) beside(ctx context.Context, store Reader, key string) (string, error) {
	for i := 1; i < len(key); i++ {
		if key[i] != '/' || key[i-1] == '/' || !b.filter.keeps(key[:i]) {
			continue
		}
		if listed, err := b.listed(ctx, store, key[:i]); err != nil || listed {
			return key[:i], err
		}
	}
	var page Page
	err := repeat(ctx, b.retried, func(ctx context.Context) error {
		var err error
		page, err = store.List(ctx, b.name, Cursor{Prefix: strings.TrimSuffix(key, "/") + "/"})

		return err
	})
	for _, entry := range page.Entries {
		if entry.Key != key && b.filter.keeps(entry.Key) && !b.opts.owns(b.name, entry.Key) {
			return strings.Clone(entry.Key), err
		}
	}

	return "", err
}

// block has a key looked at again when everything else is done, once.
func (b *bucketRun) block(key string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.blocked == nil {
		b.blocked = map[string]bool{}
	}
	if _, again := b.blocked[key]; again || len(b.blocked) == maxVanished {
		return false
	}
	b.blocked[key] = true
	b.lose(key)

	return true
}

// unblock copies what the destination could not hold beside objects that are removed by now. What it
// still cannot hold is recorded.
func (b *bucketRun) unblock(ctx context.Context) {
	if len(b.blocked) == 0 || ctx.Err() != nil {
		return
	}
	look := func(p pair) bool { return p.src != nil && p.dst == nil && b.blocked[p.key()] }
	err := b.walk(ctx, 1, look, func(ctx context.Context, p pair) {
		if careful(p) {
			b.workCarefully(ctx, p)
		} else {
			b.work(ctx, p)
		}
	})
	if err != nil {
		b.fail(ctx, "", err)
	}
}

// spared reports whether an object that only the destination has stays.
func (b *bucketRun) spared(key string) bool {
	return b.opts.Spare != nil && b.opts.Spare(b.name, key)
}
