package mirror

import (
	"context"
	"strings"
)

// pair is one key of both sides. One of the two may be nil. The entries of a pair
// that is looked at are those of a page; whoever keeps them takes a clone.
type pair struct {
	src, dst *Entry

	noted bool // in the past of the destination
}

// key returns the key that both have in common.
func (p pair) key() string {
	if p.src != nil {
		return p.src.Key
	}

	return p.dst.Key
}

// clone returns a pair that shares no memory with the listings.
func (p pair) clone() pair { return pair{src: p.src.clone(), dst: p.dst.clone(), noted: p.noted} }

// older reports whether the source was written before the destination, as it mostly
// is when the destination is a copy.
func (p pair) older() bool { return p.src.Modified.Before(p.dst.Modified) }

// newer reports whether the source was written after the destination, as it never is
// when the destination is a copy of what the source has now.
func (p pair) newer() bool { return p.src.Modified.After(p.dst.Modified) }

// batchSize is how many pairs are looked at together.
const batchSize = 256

// span is a stretch of the key space, both sides of which are joined key by key.
type span struct {
	*walker
	left, right *feed // of the source and the destination
	batch       []pair
	ceiling     string // nothing was found behind it; "" is no ceiling
	spent       int    // pages that have paid for a probe
	patience    int    // pages before the next probe
}

// run joins the two sides: each key once, in order. It splits off what is far ahead.
func (s *span) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for _, f := range []*feed{s.left, s.right} {
		s.spans.Go(func() error { f.read(ctx); return nil })
	}
	for ctx.Err() == nil {
		for _, f := range []*feed{s.left, s.right} {
			if err := s.fill(ctx, f); err != nil {
				return err
			}
		}
		p, ok := s.step()
		if ok {
			s.batch = append(s.batch, p)
		}
		if !ok || len(s.batch) == batchSize {
			s.flush(ctx)
		}
		if !ok {
			return nil
		}
	}

	return context.Cause(ctx)
}

// fill puts an entry of a side in hand, unless the side has come to its end.
func (s *span) fill(ctx context.Context, f *feed) error {
	for f.head() == nil {
		more, err := f.take(ctx, func() { s.flush(ctx) })
		if err == nil && more {
			err = s.split(ctx, f)
		}
		if err != nil || !more {
			return err
		}
	}

	return nil
}

// step takes the lesser key from the side or sides that have it.
func (s *span) step() (p pair, ok bool) {
	left, right, order := s.left.head(), s.right.head(), 0
	switch {
	case left == nil && right == nil:
		return p, false
	case right == nil:
		order = -1
	case left == nil:
		order = 1
	default:
		order = strings.Compare(left.Key, right.Key)
	}
	if order <= 0 {
		p.src = left
		s.left.next++
	}
	if order >= 0 {
		p.dst = right
		s.right.next++
	}

	return p, true
}

// flush has the pairs so far looked at.
func (s *span) flush(ctx context.Context) {
	s.settle(ctx, s.batch)
	clear(s.batch)
	s.batch = s.batch[:0]
}
