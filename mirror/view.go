package mirror

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// view shows the buckets of a mirror as they were at a point: a reader that takes from
// the trash what is there now, and hides what has come since.
type view struct {
	Reader // the copy

	names []string // of the buckets with a past
	trash string   // its bucket

	mu      sync.Mutex
	replays map[string]*replay
}

// show has a bucket shown by a replay from now on.
func (v *view) show(bucket string, r *replay) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.replays[bucket] = r
}

func (v *view) replay(bucket string) *replay {
	v.mu.Lock()
	defer v.mu.Unlock()

	return v.replays[bucket]
}

// Buckets implements Reader.
func (v *view) Buckets(context.Context) ([]string, error) { return slices.Clone(v.names), nil }

// List implements Reader. A page of which nothing is left to be shown is not given out.
func (v *view) List(ctx context.Context, bucket string, from Cursor) (Page, error) {
	r := v.replay(bucket)
	if r == nil || from.Versions {
		return v.Reader.List(ctx, bucket, from)
	}
	for {
		page, err := v.page(ctx, bucket, r, from)
		if err != nil || len(page.Entries) > 0 || !page.Truncated || page.Next == "" || page.Next == from.Token {
			return page, err
		}
		from = Cursor{Prefix: from.Prefix, Token: page.Next}
	}
}

// page is one page of the copy. A token holds the last key that was looked at, and the
// token of the copy, if the page was not too long to be given out as a whole.
func (v *view) page(ctx context.Context, bucket string, r *replay, from Cursor) (Page, error) {
	low := from.After
	if from.Token != "" {
		last, token, ok := strings.Cut(from.Token, "&")
		key, err := url.QueryUnescape(last)
		if !ok || err != nil {
			return Page{}, fmt.Errorf("%q is no token of this listing", from.Token)
		}
		low, from.Token, from.After = key, token, ""
		if token == "" {
			from.After = key
		}
	}
	page, err := v.Reader.List(ctx, bucket, from)
	if err != nil {
		return page, fmt.Errorf("list the copy: %w", err)
	}
	high := low
	if n := len(page.Entries); n > 0 {
		high = page.Entries[n-1].Key
	}
	entries := r.join(page.Entries, r.between(from.Prefix, low, high, page.Truncated))
	if len(entries) > fullPage {
		page.Entries, page.Truncated, page.Next = entries[:fullPage], true, url.QueryEscape(entries[fullPage-1].Key)+"&"

		return page, nil
	}
	page.Entries = entries
	if page.Truncated && page.Next != "" {
		page.Next = url.QueryEscape(high) + "&" + page.Next
	}

	return page, nil
}

// between returns the changes with keys above low that a page up to high covers; one
// that is not truncated covers all.
func (r *replay) between(prefix, low, high string, truncated bool) []change {
	from, _ := slices.BinarySearchFunc(r.changes, low, func(c change, key string) int { return strings.Compare(c.key, key) })
	if from < len(r.changes) && r.changes[from].key == low {
		from++
	}
	to := len(r.changes)
	if truncated {
		to, _ = slices.BinarySearchFunc(r.changes, high, func(c change, key string) int { return strings.Compare(c.key, key) })
		if to < len(r.changes) && r.changes[to].key == high {
			to++
		}
	}
	changes := r.changes[from:max(from, to)]

	return slices.DeleteFunc(slices.Clone(changes), func(c change) bool { return !strings.HasPrefix(c.key, prefix) })
}

// join puts changes into a page of the copy. Both are in order.
func (r *replay) join(entries []Entry, changes []change) []Entry {
	joined := make([]Entry, 0, len(entries)+len(changes))
	for len(entries) > 0 || len(changes) > 0 {
		switch {
		case len(changes) == 0 || len(entries) > 0 && entries[0].Key < changes[0].key:
			if r.holds(entries[0].Key) {
				joined = append(joined, r.timed(entries[0]))
			}
			entries = entries[1:]
		default:
			if len(entries) > 0 && entries[0].Key == changes[0].key {
				entries = entries[1:]
			}
			if changes[0].trash != "" {
				joined = append(joined, r.timed(changes[0].entry))
			}
			changes = changes[1:]
		}
	}

	return joined
}

// timed gives an entry a time at which the source had it for sure: whatever is newer at
// the target was written later.
func (r *replay) timed(e Entry) Entry {
	if e.Modified.After(r.point.Started) {
		e.Modified = r.point.Started.Truncate(time.Millisecond)
	}

	return e
}

// where is the place of an object at the copy.
func (v *view) where(bucket, key string) (r *replay, inBucket, inKey string, err error) {
	r = v.replay(bucket)
	if r == nil {
		return nil, bucket, key, nil
	}
	i, changed := r.by[key]
	switch {
	case changed && r.changes[i].trash != "":
		return r, v.trash, r.changes[i].trash, nil
	case changed || !r.holds(key):
		return r, "", "", fmt.Errorf("%w: %q was not there then", ErrNoObject, key)
	default:
		return r, bucket, key, nil
	}
}

func (r *replay) described(obj Object, key string) Object {
	if r != nil {
		obj.Entry = r.timed(obj.Entry)
		obj.Key = key
	}

	return obj
}

// Stat implements Reader.
func (v *view) Stat(ctx context.Context, bucket, key string) (Object, error) {
	r, inBucket, inKey, err := v.where(bucket, key)
	if err != nil {
		return Object{}, err
	}
	obj, err := v.Reader.Stat(ctx, inBucket, inKey)

	return r.described(obj, key), err
}

// Get implements Reader.
func (v *view) Get(ctx context.Context, bucket, key string, sel Selection) (Object, io.ReadCloser, error) {
	r, inBucket, inKey, err := v.where(bucket, key)
	if err != nil {
		return Object{}, nil, err
	}
	obj, body, err := v.Reader.Get(ctx, inBucket, inKey, sel)

	return r.described(obj, key), body, err
}

// Tags implements Reader.
func (v *view) Tags(ctx context.Context, bucket, key string) (map[string]string, error) {
	_, inBucket, inKey, err := v.where(bucket, key)
	if err != nil {
		return nil, err
	}

	return v.Reader.Tags(ctx, inBucket, inKey)
}
