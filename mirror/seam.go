package mirror

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// seam is where a span ends and the next begins: the first page that the next one
// was shown of a side. The next one began behind a key that a server need not have,
// and only the span before it, which comes there from key to key, can tell whether
// the server left something out.
type seam struct {
	after string // where the page was asked for; "" is no seam
	keys  []string
}

func newSeam(after string, entries []Entry) seam {
	s := seam{after: after, keys: make([]string, len(entries))}
	for i := range entries {
		s.keys[i] = entries[i].Key
	}

	return s
}

// holds compares the page behind a seam with what the listing before it has there.
func (s seam) holds(ctx context.Context, l *lister, entries []Entry) error {
	if s.after == "" {
		return nil
	}
	for i := range entries {
		key := entries[i].Key
		if len(s.keys) > 0 && key > s.keys[len(s.keys)-1] {
			return nil
		}
		if _, found := slices.BinarySearch(s.keys, key); found {
			continue
		}
		if err := s.explain(ctx, l, key); err != nil {
			return err
		}
	}

	return nil
}

// explain finds out why the page behind a seam does not have a key: it came later,
// and may be gone again, or the server cannot be trusted to begin at a given key.
func (s seam) explain(ctx context.Context, l *lister, key string) error {
	entries, err := l.pages(s.after).next(ctx)
	if err != nil {
		return err
	}
	if i := search(entries, key); i < len(entries) && entries[i].Key == key || i > 0 && i == len(entries) {
		return nil
	}
	err = repeat(ctx, l.onRetry, func(ctx context.Context) error {
		_, err := l.store.Stat(ctx, l.bucket, key)

		return err
	})
	switch {
	case errors.Is(err, ErrNoObject):
		return nil
	case err != nil:
		return fmt.Errorf("look for %q of bucket %q of %s: %w", key, l.bucket, l.store.Location(), err)
	default:
		return fmt.Errorf("list bucket %q of %s: start-after %q leaves out %q", l.bucket, l.store.Location(), s.after, key)
	}
}

// closes makes sure that a listing which ended before a seam has missed nothing: all
// that was behind the seam must be gone.
func (s seam) closes(ctx context.Context, l *lister) error {
	if len(s.keys) == 0 {
		return nil
	}
	entries, err := l.pages(s.after).next(ctx)
	if err != nil {
		return err
	}
	for i := range entries {
		if _, found := slices.BinarySearch(s.keys, entries[i].Key); found {
			return fmt.Errorf("list bucket %q of %s: ended before %q, which it has", l.bucket, l.store.Location(), entries[i].Key)
		}
	}

	return nil
}
