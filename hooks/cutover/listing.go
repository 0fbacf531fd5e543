package cutover

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/helm-ferry/ferry/mirror"
)

// listing yields the objects of a bucket in the order of their keys. A bucket that is not there has none.
func listing(ctx context.Context, store mirror.Reader, bucket string) iter.Seq2[mirror.Entry, error] {
	return func(yield func(mirror.Entry, error) bool) {
		last, from := "", mirror.Cursor{}
		for first := true; ; first = false {
			page, err := store.List(ctx, bucket, from)
			if errors.Is(err, mirror.ErrNoBucket) && first {
				return
			}
			if err != nil {
				yield(mirror.Entry{}, fmt.Errorf("list bucket %q of %s: %w", bucket, store.Location(), err))
				return
			}
			for _, e := range page.Entries {
				if last != "" && e.Key <= last {
					yield(mirror.Entry{}, fmt.Errorf("list bucket %q of %s: key %q comes after %q", bucket, store.Location(), e.Key, last))
					return
				}
				last = e.Key
				if !yield(e, nil) {
					return
				}
			}
			if !page.Truncated {
				return
			}
			if page.Next == "" || page.Next == from.Token {
				yield(mirror.Entry{}, fmt.Errorf("list bucket %q of %s: the server does not say how to go on after %q", bucket, store.Location(), last))
				return
			}
			from = mirror.Cursor{Token: page.Next}
		}
	}
}

// pair is what two stores hold under one key; one of the two may be nil.
type pair struct {
	key      string
	src, dst *mirror.Entry
}

// joined yields what two listings hold, key by key.
func joined(src, dst iter.Seq2[mirror.Entry, error]) iter.Seq2[pair, error] {
	return func(yield func(pair, error) bool) {
		nextSource, stopSource := iter.Pull2(src)
		defer stopSource()
		nextTarget, stopTarget := iter.Pull2(dst)
		defer stopTarget()
		a, errA, moreA := nextSource()
		b, errB, moreB := nextTarget()
		for moreA || moreB {
			if err := errors.Join(errA, errB); err != nil {
				yield(pair{}, err)
				return
			}
			var p pair
			takeA := moreA && (!moreB || a.Key <= b.Key)
			takeB := moreB && (!moreA || b.Key <= a.Key)
			if takeA {
				e := a
				p.key, p.src = a.Key, &e
				a, errA, moreA = nextSource()
			}
			if takeB {
				e := b
				p.key, p.dst = b.Key, &e
				b, errB, moreB = nextTarget()
			}
			if !yield(p, nil) {
				return
			}
		}
	}
}
