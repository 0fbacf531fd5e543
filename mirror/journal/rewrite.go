package journal

import (
	"context"
	"iter"
)

// rewrite writes the base and newer entries into blocks.
func (j *Journal) rewrite(ctx context.Context, w *writer, newer iter.Seq2[Equivalence, error], prune bool) error {
	fresh := pull(newer)
	defer fresh.stop()
	all := j.base.scattered(j.full)
	for n, b := range j.base.blocks {
		confirmed := j.seen[n].count()
		if err := w.addBefore(ctx, fresh, b.first); err != nil {
			return err
		}
		untouched := !fresh.ok || !j.base.before(n, fresh.entry.Key)
		switch {
		case prune && confirmed == 0:
		case untouched && !all && (!prune || confirmed == b.entries):
			if err := w.flush(ctx); err != nil {
				return err
			}
			w.keep(b)
		default:
			if err := j.rewriteBlock(ctx, w, fresh, n, prune); err != nil {
				return err
			}
		}
	}
	if err := w.addAll(ctx, fresh); err != nil {
		return err
	}

	return w.flush(ctx)
}

// rewriteBlock writes what counts of a block, and the newer entries in between.
func (j *Journal) rewriteBlock(ctx context.Context, w *writer, fresh *head, n int, prune bool) error {
	d, err := j.read(ctx, j.base.blocks[n])
	if err != nil {
		return err
	}
	for d.next() {
		if err := w.addBefore(ctx, fresh, string(d.key)); err != nil {
			return err
		}
		superseded := fresh.ok && fresh.entry.Key == string(d.key)
		if superseded || prune && !j.seen[n].has(d.count-1) {
			continue
		}
		if err := w.add(ctx, d.entry()); err != nil {
			return err
		}
	}
	if d.bad {
		j.damage()
	}

	return nil
}

// addBefore takes the newer entries whose keys come before one.
func (w *writer) addBefore(ctx context.Context, fresh *head, key string) error {
	for fresh.ok && fresh.entry.Key < key {
		if err := w.add(ctx, fresh.entry); err != nil {
			return err
		}
		fresh.next()
	}

	return fresh.err
}

func (w *writer) addAll(ctx context.Context, fresh *head) error {
	for fresh.ok {
		if err := w.add(ctx, fresh.entry); err != nil {
			return err
		}
		fresh.next()
	}

	return fresh.err
}
