package mirror_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
)

var (
	errBusy   = fmt.Errorf("busy: %w", mirror.ErrTemporary)
	errDenied = errors.New("denied")
)

type pager = func(from mirror.Cursor, page mirror.Page) mirror.Page

// A listing that lies or fails never passes for a complete one. The bucket is
// partial, what was copied stays, and nothing is removed.
func TestIncompleteListing(t *testing.T) {
	keys := []string{"a", "b", "c", "d", "e"}
	tests := map[string]struct {
		page   pager
		before func(faulty.Call) error
		want   string
	}{
		"token repeats": {
			page: func(_ mirror.Cursor, page mirror.Page) mirror.Page {
				page.Next, page.Truncated = "b", true
				return page
			},
			want: "continuation token repeats",
		},
		"truncated without a token": {
			page: func(_ mirror.Cursor, page mirror.Page) mirror.Page { page.Next = ""; return page },
			want: "truncated and has no token",
		},
		"page repeats": {
			page: func(from mirror.Cursor, page mirror.Page) mirror.Page {
				if from.Token == "b" {
					page.Entries = []mirror.Entry{{Key: "a"}, {Key: "b"}}
				}

				return page
			},
			want: `out of order: "a" follows "b"`,
		},
		"key twice": {
			page: func(_ mirror.Cursor, page mirror.Page) mirror.Page {
				page.Entries = slices.Concat(page.Entries, page.Entries[max(0, len(page.Entries)-1):])

				return page
			},
			want: "out of order",
		},
		"out of order": {
			page: func(_ mirror.Cursor, page mirror.Page) mirror.Page { slices.Reverse(page.Entries); return page },
			want: `out of order: "a" follows "b"`,
		},
		"start-after ignored": {
			page: func(from mirror.Cursor, page mirror.Page) mirror.Page {
				if from.After != "" {
					page.Entries = []mirror.Entry{{Key: "a"}, {Key: "b"}}
				}

				return page
			},
			want: `out of order: "a" follows "e`,
		},
		"empty pages without end": {
			page: func(from mirror.Cursor, _ mirror.Page) mirror.Page {
				return mirror.Page{Truncated: true, Next: from.Token + "x"}
			},
			want: "100 pages without a key",
		},
		"fails for good": {
			before: faulty.Times(-1, "List", errDenied),
			want:   "denied",
		},
		"fails too often": {
			before: faulty.Times(-1, "List", errBusy),
			want:   "busy",
		},
	}
	for name, test := range tests {
		for _, side := range []string{"source", "destination"} {
			t.Run(name+" at the "+side, func(t *testing.T) {
				inWorld(t, memory.Quirks{PageSize: 2}, memory.Quirks{PageSize: 2}, func(w world) {
					objects := map[string]string{}
					for _, key := range keys {
						objects[key] = key
					}
					w.put(w.src, objects)
					w.make(w.dst)
					w.put(w.dst, objects)
					w.put(w.dst, map[string]string{"extra": "stays"})
					faults := faulty.Faults{Before: test.before}
					if test.page != nil {
						faults.Page = func(_ string, from mirror.Cursor, page mirror.Page) mirror.Page { return test.page(from, page) }
					}
					src, dst := mirror.Store(w.src), mirror.Store(w.dst)
					if side == "source" {
						src = faulty.New(src, faults)
					} else {
						dst = faulty.New(dst, faults)
					}
					opts := options()
					opts.Remove = mirror.Remove{Enabled: true, MaxPercent: 100, Trash: 1}
					rep := w.run(src, dst, opts, mirror.OutcomePartial)
					w.says(first(rep), test.want)
					w.equal("complete", rep.Complete, false)
					w.equal("removed", rep.Totals.Removed, int64(0))
					w.says(first(w.verify(src, dst, options(), mirror.OutcomePartial)), test.want)
				})
			})
		}
	}
}

// A server that declares the end too early is asked again, and the rest is dealt
// with.
func TestEarlyEnd(t *testing.T) {
	for name, after := range map[string]string{"in the middle": "d", "at the beginning": ""} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, memory.Quirks{PageSize: 2}, memory.Quirks{}, func(w world) {
				objects := map[string]string{"a": "1", "b": "2", "c": "3", "d": "4", "e": "5", "f": "6"}
				w.put(w.src, objects)
				asked := 0
				src := faulty.New(w.src, faulty.Faults{Page: func(_ string, from mirror.Cursor, page mirror.Page) mirror.Page {
					if from.Token == "" && from.After == "" && after == "" {
						if asked++; asked == 2 { // the first question is whether the bucket exists
							return mirror.Page{}
						}
					}
					if len(page.Entries) > 0 && page.Entries[len(page.Entries)-1].Key == after {
						page.Truncated = false
					}

					return page
				}})
				rep := w.run(src, w.dst, options(), mirror.OutcomeDone)
				w.equal("destination", w.content(w.dst, bucket), objects)
				w.equal("noted", rep.Buckets[0].Anomalies[mirror.AnomalyEarlyEnd].Total > 0, true)
			})
		})
	}
}

// A server whose start-after includes the key it names does not make the engine
// deal with that key twice.
func TestInclusiveStartAfter(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "1", "b": "2"})
		src := faulty.New(w.src, faulty.Faults{Page: func(_ string, from mirror.Cursor, page mirror.Page) mirror.Page {
			if from.After == "b" {
				page.Entries = append([]mirror.Entry{{Key: "b"}}, page.Entries...)
			}

			return page
		}})
		rep := w.run(src, w.dst, options(), mirror.OutcomeDone)
		w.equal("copied", rep.Totals.Copied, int64(2))
		w.equal("noted", slices.Collect(maps.Keys(rep.Buckets[0].Anomalies)), []mirror.AnomalyKind{mirror.AnomalyInclusive})
	})
}

// A context that ends is never the end of a listing, even where the store takes no
// notice of it.
func TestEndedContextIsNoEnd(t *testing.T) {
	for _, last := range []mirror.Cursor{{Token: "b"}, {After: "c"}} {
		inWorld(t, memory.Quirks{PageSize: 2}, memory.Quirks{}, func(w world) {
			w.put(w.src, map[string]string{"a": "1", "b": "2", "c": "3"})
			other := w.copyOf(w.src)
			ctx, cancel := context.WithCancel(w.Context())
			src := faulty.New(heedless{w.src}, faulty.Faults{Page: func(_ string, from mirror.Cursor, page mirror.Page) mirror.Page {
				if from == last {
					cancel()
				}

				return page
			}})
			rep, err := mirror.Verify(ctx, src, heedless{other}, mirror.Options{Buckets: []string{bucket}})
			if !errors.Is(err, context.Canceled) {
				w.Errorf("got error %v", err)
			}
			w.outcome(rep, mirror.OutcomePartial)
			w.equal("interrupted", rep.Interrupted, true)
			w.equal("bucket complete", rep.Buckets[0].Complete, false)
		})
	}
}

// heedless is a store that goes on after its context has ended.
type heedless struct{ *memory.Store }

func (h heedless) List(ctx context.Context, bucket string, from mirror.Cursor) (mirror.Page, error) {
	return h.Store.List(context.WithoutCancel(ctx), bucket, from)
}

func (h heedless) Stat(ctx context.Context, bucket, key string) (mirror.Object, error) {
	return h.Store.Stat(context.WithoutCancel(ctx), bucket, key)
}

// A bucket that fails does not keep the others from being mirrored.
func TestOtherBucketsGoOn(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "1"})
		for _, name := range []string{"broken", "zebra"} {
			if err := w.src.CreateBucket(w.Context(), name, mirror.BucketRequest{}); err != nil {
				w.Fatal(err)
			}
		}
		src := faulty.New(w.src, faulty.Faults{Before: func(call faulty.Call) error {
			if call.Method == "List" && call.Bucket == "broken" {
				return errDenied
			}

			return nil
		}})
		rep := w.run(src, w.dst, mirror.Options{Buckets: []string{mirror.AllBuckets}, CreateBuckets: true}, mirror.OutcomePartial)
		var complete []string
		for _, b := range rep.Buckets {
			if b.Complete {
				complete = append(complete, b.Bucket)
			}
		}
		w.equal("complete buckets", complete, []string{bucket, "zebra"})
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"a": "1"})
	})
}

// A bucket that the source lacks is an error, or by permission a note.
func TestMissingSourceBucket(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		opts := mirror.Options{Buckets: []string{"nobody-made"}, CreateBuckets: true}
		rep := w.run(w.src, w.dst, opts, mirror.OutcomePartial)
		w.says(first(rep), "no such bucket")
		opts.AllowMissing = true
		rep = w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("missing", rep.Buckets[0].Missing, true)
		names, err := w.dst.Buckets(w.Context())
		if err != nil {
			w.Fatal(err)
		}
		w.equal("made", names, []string(nil))
		w.verify(w.src, w.dst, opts, mirror.OutcomeDone)
		if err := w.dst.CreateBucket(w.Context(), "nobody-made", mirror.BucketRequest{}); err != nil {
			w.Fatal(err)
		}
		w.verify(w.src, w.dst, opts, mirror.OutcomeDone)
	})
}

// A bucket that the destination lacks is made only with permission.
func TestMissingDestinationBucket(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		opts := mirror.Options{Buckets: []string{bucket}}
		w.says(first(w.run(w.src, w.dst, opts, mirror.OutcomePartial)), "may not create it")
		w.says(first(w.verify(w.src, w.dst, opts, mirror.OutcomeDifferences)), "does not have the bucket")
		opts.CreateBuckets = true
		rep := w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("created", rep.Buckets[0].Created, true)
		w.verify(w.src, w.dst, opts, mirror.OutcomeDone)
	})
}
