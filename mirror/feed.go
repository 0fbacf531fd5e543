package mirror

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// feed hands out one side of a span: the entries of a listing from one key up to
// another. A goroutine reads a page ahead.
type feed struct {
	list  *lister // nil when the side has no bucket
	pager *pager  // the goroutine's
	pages chan []Entry
	err   error                  // why pages was closed, if not for the end
	stop  atomic.Pointer[string] // how far the goroutine has to read

	spent, asked atomic.Int64 // nanoseconds for how many pages
	least        atomic.Int64 // nanoseconds for one of them, 0 before there is one
	searches     atomic.Bool  // see [Page]

	shown seam   // what the listing began with, behind a guess
	from  string // keys below are those of another span
	end   string // as are this one and all behind it; "" is no end
	seam  seam   // what the span behind the end was shown
	count int    // pages taken
	page  []Entry
	next  int  // of page
	limit int  // of page: where the end is
	done  bool // nothing is left to be taken
	dry   bool // the listing itself has ended
}

// newFeed returns a feed of what comes behind a key; "" is all.
func newFeed(l *lister, after string) *feed {
	f := &feed{list: l, pages: make(chan []Entry)}
	if l != nil {
		f.pager = l.pages(after)
	}

	return f
}

// behind returns a feed with the page behind a key in hand, or nil where the server
// does not say what comes there.
func (f *feed) behind(ctx context.Context, after string) *feed {
	far := newFeed(f.list, after)
	if f.list == nil {
		return far
	}
	entries, err := far.pager.next(ctx)
	if err != nil || len(entries) == 0 && !far.pager.probing {
		return nil
	}
	far.count, far.shown = 1, newSeam(after, entries, f.end)
	far.page, far.limit = entries, len(entries)

	return far
}

// read fetches pages until the listing or the span is complete, or ctx ends, which
// is an error.
func (f *feed) read(ctx context.Context) {
	defer close(f.pages)
	for f.list != nil && !f.pager.done {
		if stop := f.stop.Load(); stop != nil && f.pager.started && f.pager.last >= *stop {
			return
		}
		began := time.Now()
		entries, err := f.pager.next(ctx)
		f.took(time.Since(began))
		f.searches.Store(f.pager.searches)
		if err != nil {
			f.err = err

			return
		}
		if len(entries) == 0 {
			continue
		}
		select {
		case f.pages <- entries:
		case <-ctx.Done():
			f.err = context.Cause(ctx)

			return
		}
	}
}

// took takes note of how long a page took. The goroutine alone does.
func (f *feed) took(elapsed time.Duration) {
	f.spent.Add(int64(elapsed))
	f.asked.Add(1)
	if least := f.least.Load(); least == 0 || int64(elapsed) < least {
		f.least.Store(max(1, int64(elapsed)))
	}
}

// quickest is how long the server has taken for a page at least.
func (f *feed) quickest() time.Duration { return time.Duration(f.least.Load()) }

// perPage is how long the server takes for a page.
func (f *feed) perPage() time.Duration {
	return time.Duration(f.spent.Load() / max(1, f.asked.Load()))
}

// head returns the entry in hand, or nil when there is none: a page has to be taken.
func (f *feed) head() *Entry {
	if f.next < f.limit {
		return &f.page[f.next]
	}

	return nil
}

// ended reports whether the page in hand goes beyond the end.
func (f *feed) ended() bool { return f.limit < len(f.page) }

// take waits for the next page. The answer false without an error means that the
// side is complete. idle is called when the page is not there yet.
func (f *feed) take(ctx context.Context, idle func()) (bool, error) {
	if f.done {
		return false, nil
	}
	var page []Entry
	var ok bool
	select {
	case page, ok = <-f.pages:
	default:
		idle()
		page, ok = <-f.pages
	}
	if !ok {
		f.done = true
		if f.err != nil || f.list == nil {
			return false, f.err
		}
		f.dry = true

		return false, f.seam.closes(ctx, f.list, f.pager.last)
	}
	f.count++
	f.show(page)
	_, err := f.prove(ctx)

	return true, err
}

// show puts a page in hand.
func (f *feed) show(page []Entry) {
	f.page, f.next = page, 0
	if f.from != "" && page[0].Key < f.from {
		f.next = search(page, f.from)
	}
	f.cut()
}

// cut finds the end of the span in the page in hand.
func (f *feed) cut() {
	f.limit = len(f.page)
	if f.limit > 0 && f.end != "" && f.page[f.limit-1].Key >= f.end {
		f.limit = search(f.page, f.end)
	}
}

// until sets the end of the span, or moves it forward, to where another one begins.
func (f *feed) until(ctx context.Context, end string, s seam) error {
	if end == "" {
		return nil
	}
	f.end, f.seam = end, s
	f.stop.Store(&s.upto)
	if s.upto == "" {
		f.stop.Store(&end)
	}
	f.cut()
	proven, err := f.prove(ctx)
	if err == nil && f.dry && !proven {
		err = s.closes(ctx, f.list, f.pager.last)
	}

	return err
}

// prove compares what has come into sight behind the end with the seam. The feed is
// done when all of the seam is in sight.
func (f *feed) prove(ctx context.Context) (bool, error) {
	if !f.ended() {
		return false, nil
	}
	proven, err := f.seam.holds(ctx, f.list, f.page[f.limit:])
	f.done = f.done || proven

	return proven, err
}

// search returns the index of the first entry that is not below a key.
func search(entries []Entry, key string) int {
	i, _ := slices.BinarySearchFunc(entries, key, func(e Entry, key string) int { return strings.Compare(e.Key, key) })

	return i
}
