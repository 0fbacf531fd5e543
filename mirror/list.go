package mirror

import (
	"context"
	"errors"
	"fmt"
)

const (
	fullPage      = 1000 // keys that a page may have
	maxEmptyPages = 100  // pages without a new key that may follow one another
)

// lister reads the listing of one bucket and trusts none of it.
type lister struct {
	store   Reader
	bucket  string
	onRetry func()
	anomaly func(kind AnomalyKind, detail string)
}

// pages lists what comes behind a key; "" is all.
func (l lister) pages(after string) *pager {
	return &pager{lister: l, cursor: Cursor{After: after}, last: after, started: after != ""}
}

// pager is the state of one listing between pages. It is done only when the listing
// is complete: the server said so, and had nothing more when asked again for what
// comes behind the last key. Keys that do not increase, tokens that go round in a
// circle and a truncated page without a token are errors.
type pager struct {
	lister
	cursor  Cursor
	last    string // the greatest key so far
	started bool   // there was a key
	empty   int    // pages without a new key
	steps   int    // tokens followed
	mark    string // the token of a step that is a power of two: every circle comes by it again
	probing bool   // the server has said that the listing ended
	done    bool

	searches bool // what the last page said
}

// next returns the new entries of the next page; there may be none.
func (p *pager) next(ctx context.Context) ([]Entry, error) {
	page, err := p.page(ctx)
	if err == nil {
		page.Entries, err = p.check(page)
	}
	if err != nil {
		return nil, fmt.Errorf("list bucket %q of %s: %w", p.bucket, p.store.Location(), err)
	}

	return page.Entries, nil
}

// page asks for the next page. A token that has lost its worth is replaced by the
// last key.
func (p *pager) page(ctx context.Context) (Page, error) {
	page, err := p.ask(ctx)
	if err != nil && p.cursor.Token != "" && ctx.Err() == nil && !errors.Is(err, ErrNoBucket) {
		p.onRetry()
		p.cursor, p.mark, p.steps = Cursor{After: p.last}, "", 0
		page, err = p.ask(ctx)
	}

	return page, err
}

func (p *pager) ask(ctx context.Context) (Page, error) {
	var page Page
	err := repeat(ctx, p.onRetry, func(ctx context.Context) error {
		var err error
		page, err = p.store.List(ctx, p.bucket, p.cursor)
		p.searches = page.Searches

		return err
	})
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}

	return page, err
}

// check returns the new entries of a page and moves the cursor behind it.
func (p *pager) check(page Page) ([]Entry, error) {
	entries := page.Entries
	if len(entries) > fullPage {
		p.anomaly(AnomalyLongPage, fmt.Sprintf("a page of %d keys", len(entries)))
	}
	if p.cursor.After != "" && len(entries) > 0 && entries[0].Key == p.cursor.After {
		p.anomaly(AnomalyInclusive, "start-after includes the key it names")
		entries = entries[1:]
	}
	for i := range entries {
		if p.started && entries[i].Key <= p.last {
			return nil, fmt.Errorf("out of order: %q follows %q", entries[i].Key, p.last)
		}
		p.started, p.last = true, entries[i].Key
	}
	if p.probing && len(entries) > 0 {
		p.anomaly(AnomalyEarlyEnd, "the listing was declared complete with keys still to come")
		p.probing = false
	}
	if page.Truncated {
		return entries, p.advance(page.Next, len(entries))
	}
	p.done = p.probing && len(entries) == 0
	p.probing, p.cursor = true, Cursor{After: p.last}

	return entries, nil
}

// advance continues behind a truncated page.
func (p *pager) advance(next string, entries int) error {
	switch {
	case next == "":
		return errors.New("page is truncated and has no token")
	case next == p.cursor.Token || next == p.mark:
		return errors.New("continuation token repeats")
	case entries > 0:
		p.empty = 0
	case p.empty == maxEmptyPages:
		return fmt.Errorf("%d pages without a key", maxEmptyPages)
	default:
		p.empty++
	}
	if p.steps++; p.steps&(p.steps-1) == 0 {
		p.mark = next
	}
	p.cursor = Cursor{Token: next}

	return nil
}
