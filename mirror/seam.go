package mirror

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// seam is where a span ends and the next begins: what the next one was shown of a side
// when it began. It began behind a key that a server need not have, and only the span
// before it, which comes there from page to page, can tell whether the server left
// something out. So that one reads on until it has seen all that the seam is about.
type seam struct {
	after string // where the page was asked for
	keys  []string
	upto  string // the page is about what lies before; "" is all
}

// maxDoubts is how often a key is looked for that a page does not show.
const maxDoubts = 5

func newSeam(after string, entries []Entry, end string) seam {
	s := seam{after: after, upto: end}
	if n := len(entries); n > 0 && (end == "" || entries[n-1].Key < end) {
		s.upto = entries[n-1].Key
	}
	for i := range entries {
		if end != "" && entries[i].Key >= end {
			break
		}
		s.keys = append(s.keys, entries[i].Key)
	}

	return s
}

// holds compares the seam with entries of the listing before it, and reports whether
// they reach the end of the seam.
func (s seam) holds(ctx context.Context, l *lister, entries []Entry) (bool, error) {
	for i := range entries {
		key := entries[i].Key
		if s.upto != "" && key > s.upto {
			return true, nil
		}
		if _, found := slices.BinarySearch(s.keys, key); !found && key != s.upto {
			if err := s.explain(ctx, l, key); err != nil {
				return false, err
			}
		}
		if key >= s.upto {
			return true, nil
		}
	}

	return false, nil
}

// explain finds out why a seam does not have a key: it came later, and may be gone
// again, or the server cannot be trusted to begin behind a given key.
func (s seam) explain(ctx context.Context, l *lister, key string) error {
	for range maxDoubts {
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
		if errors.Is(err, ErrNoObject) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("look for %q of bucket %q of %s: %w", key, l.bucket, l.store.Location(), err)
		}
	}

	return fmt.Errorf("list bucket %q of %s: start-after %q leaves out %q", l.bucket, l.store.Location(), s.after, key)
}

// closes makes sure that a listing which ended behind last, before the end of the seam,
// has missed nothing: what the seam has there must be gone.
func (s seam) closes(ctx context.Context, l *lister, last string) error {
	if len(s.keys) == 0 || s.keys[len(s.keys)-1] <= last {
		return nil
	}
	entries, err := l.pages(s.after).next(ctx)
	if err != nil {
		return err
	}
	for i := range entries {
		key := entries[i].Key
		if _, found := slices.BinarySearch(s.keys, key); found && key > last {
			return fmt.Errorf("list bucket %q of %s: ended before %q, which it has", l.bucket, l.store.Location(), key)
		}
	}

	return nil
}
