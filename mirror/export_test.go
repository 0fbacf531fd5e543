package mirror

import (
	"context"
	"time"
)

// WithSizes sets the largest single request and the smallest part.
func (o Options) WithSizes(single, part int64) Options {
	o.limits = limits{single: single, part: part}

	return o
}

// AddCounts adds b to a.
func AddCounts(a *Counts, b Counts) { a.add(b) }

// Joined walks one bucket of two stores and tells see of each key and the sides that
// have it. It returns the report so far.
func Joined(ctx context.Context, src, dst Reader, see func(key string, src, dst bool)) (BucketReport, error) {
	e, err := newEngine(kindVerify, src, Options{Buckets: []string{"cargo"}}.WithSizes(5<<30, 64<<20))
	if err != nil {
		return BucketReport{}, err
	}
	e.read = dst
	b := newBucketRun(e, "cargo")
	err = b.walk(ctx, 1, func(p pair) bool { see(p.key(), p.src != nil, p.dst != nil); return false }, nil)

	return b.finish(), err
}

// Middle guesses a key behind a page.
func Middle(first, last, ceiling string) (string, bool) { return middle(first, last, ceiling) }

// Canonical spells a setting so that equal ones are spelled alike.
func Canonical(doc []byte) string { return canonical(doc).String() }

// Fence keeps writes from a store unless check allows them.
func Fence(store Store, check func() error) Store { return newFence(store, check) }

// After is the stamp of a run behind that of another one.
func After(stamp string, now time.Time) time.Time { return after(stamp, now) }

// ApartKey names an upload that is a question.
const ApartKey = apartKey
