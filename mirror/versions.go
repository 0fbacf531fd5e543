package mirror

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// maxVersions is how many versions one key may have: they are in memory at the same time.
const maxVersions = 10_000

// history is all that a bucket ever held under a key and still keeps, the oldest first.
type history struct {
	key      string
	versions []Entry
}

// versionLister reads the listing of all versions of a bucket and trusts none of it.
type versionLister struct {
	lister

	prefix string
}

// histories yields the history of every key in byte order. As a pager, it ends
// without an error only when the listing is complete; a version that is listed twice and
// one without an id are errors, too.
func (l versionLister) histories(ctx context.Context) iter.Seq2[history, error] {
	return func(yield func(history, error) bool) {
		w := versionWalk{pager: pager{lister: l.lister, cursor: Cursor{Versions: true, Prefix: l.prefix}}, prefix: l.prefix}
		for !w.done {
			page, err := w.ask(ctx)
			var whole []history
			if err == nil {
				whole, err = w.take(page)
			}
			if err != nil {
				yield(history{}, fmt.Errorf("list versions of bucket %q of %s: %w", l.bucket, l.store.Location(), err))

				return
			}
			for _, h := range whole {
				if !yield(h, nil) {
					return
				}
			}
		}
		if len(w.newestFirst) > 0 {
			yield(w.finished(), nil)
		}
	}
}

// versionWalk is the state of one listing of versions between pages.
type versionWalk struct {
	pager

	prefix      string
	newestFirst []Entry // of the key that the listing has come to
	seen        map[string]bool
}

// take returns the histories that a page completes, and moves the cursor behind it.
func (w *versionWalk) take(page Page) ([]history, error) {
	entries, before := page.Entries, w.newestFirst
	if n := len(before); n > 0 && len(entries) > 0 && entries[0].Key == w.last && entries[0].Version == before[n-1].Version {
		w.anomaly(AnomalyInclusive, "a page of versions begins with the version that it was to begin behind")
		entries = entries[1:]
	}
	var whole []history
	for _, entry := range entries {
		if w.started && entry.Key != w.last {
			whole = append(whole, w.finished())
		}
		if err := w.add(entry); err != nil {
			return nil, err
		}
	}
	if w.probing && len(entries) > 0 {
		w.anomaly(AnomalyEarlyEnd, "the listing was declared complete with versions still to come")
		w.probing = false
	}
	if page.Truncated {
		err := w.advance(page.Next, len(entries))
		w.cursor.Versions, w.cursor.Prefix = true, w.prefix

		return whole, err
	}
	w.done = w.probing && len(entries) == 0 || !w.started
	w.probing, w.cursor = true, Cursor{Versions: true, Prefix: w.prefix, After: w.last}
	if n := len(w.newestFirst); n > 0 {
		w.cursor.Version = w.newestFirst[n-1].Version
	}

	return whole, nil
}

// add takes up one version.
func (w *versionWalk) add(entry Entry) error {
	switch {
	case entry.Version == "":
		return fmt.Errorf("a version of %q has no id", entry.Key)
	case w.started && entry.Key < w.last:
		return fmt.Errorf("out of order: %q follows %q", entry.Key, w.last)
	case !w.started || entry.Key != w.last:
		w.newestFirst, w.seen = nil, map[string]bool{}
	case w.seen[entry.Version]:
		return fmt.Errorf("version %q of %q is listed twice", entry.Version, entry.Key)
	case len(w.newestFirst) == maxVersions:
		return fmt.Errorf("%q has more than %d versions", entry.Key, maxVersions)
	}
	w.started, w.last = true, entry.Key
	w.seen[entry.Version] = true
	w.newestFirst = append(w.newestFirst, entry)

	return nil
}

// finished turns the versions of a key into its history.
func (w *versionWalk) finished() history {
	h := history{key: w.last, versions: make([]Entry, len(w.newestFirst))}
	for i, entry := range w.newestFirst {
		h.versions[len(h.versions)-1-i] = entry
	}

	return h
}

// historyPair is the history of a key on both sides. One of the two may be empty.
type historyPair struct {
	key      string
	src, dst []Entry
	done     map[string]bool // versions of the source that are counted
}

// joinHistories walks two listings side by side and yields each key once, in order.
func joinHistories(src, dst iter.Seq2[history, error]) iter.Seq2[historyPair, error] {
	return func(yield func(historyPair, error) bool) {
		a, b := pullHistories(src), pullHistories(dst)
		defer a.stop()
		defer b.stop()
		for a.more || b.more {
			if err := errors.Join(a.err, b.err); err != nil {
				yield(historyPair{}, err)

				return
			}
			p := historyPair{key: a.head.key}
			if !a.more || b.more && b.head.key < a.head.key {
				p.key = b.head.key
			}
			p.src, p.dst = a.take(p.key), b.take(p.key)
			if !yield(p, nil) {
				return
			}
		}
	}
}

// historySide is a listing with its first history in hand.
type historySide struct {
	head history
	err  error
	more bool
	next func() (history, error, bool)
	stop func()
}

func pullHistories(histories iter.Seq2[history, error]) *historySide {
	s := &historySide{}
	s.next, s.stop = iter.Pull2(histories)
	s.head, s.err, s.more = s.next()

	return s
}

// take returns the versions of a key and goes on, if the listing has come to that key.
func (s *historySide) take(key string) []Entry {
	if !s.more || s.head.key != key {
		return nil
	}
	versions := s.head.versions
	s.head, s.err, s.more = s.next()

	return versions
}
