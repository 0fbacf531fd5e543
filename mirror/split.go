package mirror

import (
	"context"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	maxSpans      = 8 // of one walk at a time
	firstPatience = 8 // pages that a listing has before it is split
	patience      = 4 // pages that a span has before it is split again
	probePrice    = 2 // pages that pay for a probe
	dearProbe     = 4 // pages that take as long as a probe of a server that has to look for the middle
)

// quickPage is a page for which there was hardly any wait: a server that gives pages so quickly does
// nothing faster when it is asked for several, and some begin a search of their own for each place.
const quickPage = 20 * time.Millisecond

// split splits off what is far ahead of the page that a feed has just taken, as
// long as there are spans to spare, and the walk waits for listings and not for its workers. A probe
// that finds nothing narrows the next one down.
func (s *span) split(ctx context.Context, f *feed) error {
	if f.quickest() < s.opts.sizes().page || !s.pays(f) || s.crew.busy() {
		return nil
	}
	for !f.ended() && !s.whole.Load() {
		pages := max(s.left.count, s.right.count)
		if pages < s.patience || pages < s.spent+probePrice {
			return nil
		}
		guess, ok := middle(f.page[0].Key, f.page[len(f.page)-1].Key, s.ceiling)
		if !ok {
			return nil
		}
		select {
		case s.slots <- struct{}{}:
		default:
			return nil
		}
		s.spent += probePrice
		if far := s.probe(ctx, guess); far != nil {
			s.patience, s.spent, s.ceiling = pages+patience, pages, far.left.from

			return s.give(ctx, far)
		}
		<-s.slots
		s.ceiling = guess
	}

	return nil
}

// pays tells whether it is worth reading at several places what has this side waiting. It is not for a server that
// begins a search for each of them, and beside such a server only where all these together keep up with this side
// (docs/adr/0017).
func (s *span) pays(f *feed) bool {
	other := s.left
	if f == s.left {
		other = s.right
	}

	return !f.searches.Load() && (!other.searches.Load() || f.quickest() > maxSpans*other.quickest())
}

// probe asks both sides what comes behind a guess. It returns the span from there to
// the end of s, or nil if nothing does or a side does not say. A failure is none of
// the walk, which gets there without a guess. A server that takes long to begin in the
// middle reads all that lies before: it is read in one go, and not asked again.
func (s *span) probe(ctx context.Context, guess string) *span {
	far := &span{walker: s.walker, patience: patience, ceiling: s.left.end}
	dear := max(dearProbe*max(s.left.perPage(), s.right.perPage()), 50*time.Millisecond)
	began := time.Now()
	var group sync.WaitGroup
	group.Go(func() { far.left = s.left.behind(ctx, guess) })
	group.Go(func() { far.right = s.right.behind(ctx, guess) })
	group.Wait()
	if far.left == nil || far.right == nil || time.Since(began) > dear {
		s.whole.Store(true)

		return nil
	}
	first := ""
	for _, f := range []*feed{far.left, far.right} {
		if entry := f.head(); entry != nil && (first == "" || entry.Key < first) {
			first = entry.Key
		}
	}
	if first == "" || s.left.end != "" && first >= s.left.end {
		return nil
	}
	far.left.from, far.right.from = first, first

	return far
}

// give ends s where far begins, and begins far.
func (s *span) give(ctx context.Context, far *span) error {
	for _, side := range []struct{ near, far *feed }{{s.left, far.left}, {s.right, far.right}} {
		if err := side.far.until(ctx, side.near.end, side.near.seam); err != nil {
			return err
		}
		if err := side.near.until(ctx, side.far.from, side.far.shown); err != nil {
			return err
		}
	}
	s.begin(far)

	return nil
}

// middle guesses a key behind the page from first to last that halves what lies before
// the ceiling. It keeps the beginning of last, for which there are keys, and has one
// letter or digit behind it, which any server takes. Positions in which the page
// itself varies are too near.
func middle(first, last, ceiling string) (string, bool) {
	low, high := 0, min(common(first, last), len(last)-1)
	if ceiling != "" {
		if last >= ceiling {
			return "", false
		}
		low = common(last, ceiling)
	}
	start := (low + high) / 2
	for i := start; i >= low; i-- {
		if guess, ok := above(first, last, ceiling, i); ok {
			return guess, true
		}
	}
	for i := start + 1; i <= high; i++ {
		if guess, ok := above(first, last, ceiling, i); ok {
			return guess, true
		}
	}

	return "", false
}

// letters are what a guess may have behind the beginning of a key, in byte order.
const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz~"

// above guesses a key that is like last up to position i and greater there: a letter
// of the same kind if there is one, since keys have numbers of some base.
func above(first, last, ceiling string, i int) (string, bool) {
	c := last[i]
	if c >= utf8.RuneSelf || !utf8.ValidString(last[:i]) {
		return "", false
	}
	low, limit := int(c)+1, utf8.RuneSelf
	if i < len(first) {
		low += 2 * int(c-first[i])
	}
	if i == common(last, ceiling) && i < len(ceiling) {
		limit = min(limit, int(ceiling[i]))
	}
	for _, end := range []int{'9' + 1, 'Z' + 1, 'z' + 1, limit} {
		if int(c) >= end {
			continue
		}
		if letter, ok := between(low, min(end, limit)); ok {
			return last[:i] + string(letter), true
		}
	}

	return "", false
}

// between returns the letter in the middle of those from low to below limit.
func between(low, limit int) (rune, bool) {
	from := strings.IndexFunc(letters, func(r rune) bool { return int(r) >= low })
	to := strings.LastIndexFunc(letters, func(r rune) bool { return int(r) < limit })
	if from < 0 || to < from {
		return 0, false
	}

	return rune(letters[(from+to+1)/2]), true
}

// common returns the length of the beginning that two keys have in common.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}

	return n
}
