package mirror

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// maxEmptyPages is how many pages without a new key may follow one another.
const maxEmptyPages = 100

// lister reads the listing of one bucket and trusts none of it.
type lister struct {
	store   Reader
	bucket  string
	onRetry func()
	anomaly func(kind AnomalyKind, detail string)
}

// entries yields every object of the bucket in byte order. It ends without an
// error only when the listing is complete: the server said so, and had nothing
// more when asked again for what comes behind the last key. Keys that do not
// increase, a token that repeats and a truncated page without a token are errors.
func (l lister) entries(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		w := walk{lister: l}
		for !w.done {
			page, err := w.page(ctx)
			if err == nil {
				page.Entries, err = w.check(page)
			}
			if err != nil {
				yield(Entry{}, fmt.Errorf("list bucket %q of %s: %w", l.bucket, l.store.Location(), err))

				return
			}
			for _, entry := range page.Entries {
				if !yield(entry, nil) {
					return
				}
			}
		}
	}
}

// walk is the state of one listing between pages.
type walk struct {
	lister
	cursor  Cursor
	last    string // the greatest key so far
	started bool   // there was a key
	empty   int    // pages without a new key
	probing bool   // the server has said that the listing ended
	done    bool
}

func (w *walk) page(ctx context.Context) (Page, error) {
	var page Page
	err := repeat(ctx, w.onRetry, func(ctx context.Context) error {
		var err error
		page, err = w.store.List(ctx, w.bucket, w.cursor)

		return err
	})
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}

	return page, err
}

// check returns the new entries of a page and moves the cursor behind it.
func (w *walk) check(page Page) ([]Entry, error) {
	entries := page.Entries
	if w.cursor.After != "" && len(entries) > 0 && entries[0].Key == w.cursor.After {
		w.anomaly(AnomalyInclusive, "start-after includes the key it names")
		entries = entries[1:]
	}
	for _, entry := range entries {
		if w.started && entry.Key <= w.last {
			return nil, fmt.Errorf("out of order: %q follows %q", entry.Key, w.last)
		}
		w.started, w.last = true, entry.Key
	}
	if page.Truncated {
		return entries, w.advance(page.Next, len(entries))
	}
	if w.probing && len(entries) > 0 {
		w.anomaly(AnomalyEarlyEnd, "the listing was declared complete with keys still to come")
	}
	w.done = w.probing && len(entries) == 0
	w.probing, w.cursor = true, Cursor{After: w.last}

	return entries, nil
}

// advance continues behind a truncated page.
func (w *walk) advance(next string, entries int) error {
	switch {
	case next == "":
		return errors.New("page is truncated and has no token")
	case next == w.cursor.Token:
		return errors.New("continuation token repeats")
	case entries > 0:
		w.empty = 0
	case w.empty == maxEmptyPages:
		return fmt.Errorf("%d pages without a key", maxEmptyPages)
	default:
		w.empty++
	}
	w.cursor = Cursor{Token: next}

	return nil
}
