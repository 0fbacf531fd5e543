package mirror

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/helm-ferry/ferry/mirror/state"
)

// replay is how a copy differs from what it was when a run had ended.
type replay struct {
	point   *Point
	filter  filter
	gone    map[keySum]struct{} // keys that the source had not
	changes []change            // in the order of their keys
	by      map[string]int      // places in changes
}

// change is a key that a later run has touched: nothing was there, or what is in the
// trash now.
type change struct {
	key   string
	trash string // key in the bucket of the trash; "" is nothing
	entry Entry  // as the point has it
}

// archive is where the past of a mirror is kept.
type archive struct {
	place         state.Place
	store         Reader
	bucket, below string // of the trash
	onRetry       func()
}

// errUnreachable: a point that cannot be gone back to.
var errUnreachable = errors.New("cannot be restored as it was then")

// points returns the runs over a bucket, and the points among them up to a moment, the
// last one first. The zero time is now.
func (a archive) points(ctx context.Context, name string, at time.Time) (runs []pastRun, points []*Point, err error) {
	folder := pastFolder(name)
	if runs, err = readPast(ctx, a.place, folder); err != nil {
		return nil, nil, err
	}
	for _, run := range slices.Backward(runs) {
		if !run.complete {
			continue
		}
		point, err := readPoint(ctx, a.place, folder, run.stamp)
		if err != nil {
			return nil, nil, err
		}
		if at.IsZero() || !point.Ended.After(at) {
			return runs, append(points, point), nil
		}
		points = append(points, point)
	}

	return runs, points, nil
}

// at returns the replay that leads back to the last point up to a moment. The error wraps
// errUnreachable where there is none; it says from when on there is.
func (a archive) at(ctx context.Context, name string, at time.Time) (*replay, error) {
	runs, points, err := a.points(ctx, name, at)
	switch n := len(points); {
	case err != nil:
		return nil, err
	case n == 0:
		return nil, fmt.Errorf("%w: no complete run is on record", errUnreachable)
	case !at.IsZero() && points[n-1].Ended.After(at):
		return nil, fmt.Errorf("%w: the first run that is on record ended at %s", errUnreachable, stampOf(points[n-1].Ended))
	}
	wanted, fault := len(points)-1, ""
	for i, point := range slices.Backward(points) {
		r, why, err := a.back(ctx, name, runs, point)
		switch {
		case err != nil:
			return nil, err
		case why == "" && i == wanted:
			return r, nil
		case why == "":
			return nil, fmt.Errorf("%w: %s; from %s on it is possible", errUnreachable, fault, stampOf(point.Ended))
		case i == wanted:
			fault = why
		}
	}

	return nil, fmt.Errorf("%w: %s", errUnreachable, fault)
}

// stampOf spells a moment for people, who may type it again: it is no earlier for that.
func stampOf(t time.Time) string {
	return t.Add(time.Millisecond - 1).UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

// pastKey is what was under a key at a point.
type pastKey struct {
	fact
	run     string // the first one after the point that touched it
	until   string // the last one up to which it was the same
	changed bool   // it was something else behind that

	trash string // where it is now
	entry Entry
	from  string // the run that has put it there
	turn  int    // which of its turns
}

// turnOf reads how often a run had put a key into the trash: the stamp of the second time
// ends in .2.
func turnOf(suffix string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(suffix, "."))
	if err != nil {
		return 1
	}

	return n
}

// take takes an object of the trash for what was under the key, if it was: the first one
// that a run which found it has put there, or one with its ETag.
func (k *pastKey) take(run string, turn int, trash string, e Entry) {
	switch {
	case !k.present || run < k.run || k.size != e.Size:
	case k.trash != "" && (k.from != run || k.turn < turn):
	case run <= k.until || k.etag.Same(e.ETag):
		k.trash, k.entry, k.from, k.turn = trash, *e.clone(), run, turn
	}
}

// back finds out how a copy differs from what it was at a point. why says what is missing
// for that.
func (a archive) back(ctx context.Context, name string, runs []pastRun, point *Point) (r *replay, why string, err error) {
	stamp := point.Started.UTC().Format(trashStamp)
	later := runs[1+slices.IndexFunc(runs, func(r pastRun) bool { return r.stamp == stamp }):]
	if i := slices.IndexFunc(later, func(r pastRun) bool { return r.complete || r.versions && !point.Versions }); i >= 0 &&
		(point.Versions || slices.ContainsFunc(later, func(r pastRun) bool { return r.versions })) {
		return nil, "a later run has copied versions in its place: restore the last one, with all its versions", nil
	}
	r = &replay{point: point, by: map[string]int{}}
	if r.filter, err = newFilter(point.Include, point.Exclude); err != nil {
		return nil, "", fmt.Errorf("filter of the run of %s: %w", stamp, err)
	}
	if r.gone, err = readGone(ctx, a.place, point, runs); err != nil || point.Versions {
		return r, "", err
	}
	keys, err := a.facts(ctx, later)
	if err == nil {
		err = a.find(ctx, name, later, keys)
	}
	if err == nil {
		why, err = a.settle(ctx, name, r, keys)
	}

	return r, why, err
}

// facts reads what was under the keys that later runs have touched.
func (a archive) facts(ctx context.Context, later []pastRun) (map[string]*pastKey, error) {
	keys := map[string]*pastKey{}
	for _, run := range later {
		for _, item := range run.facts {
			block, _, err := a.place.Get(ctx, item)
			if err == nil {
				err = decodeFacts(block, func(f fact) {
					known, ok := keys[f.key]
					switch {
					case !ok:
						keys[f.key] = &pastKey{fact: f, run: run.stamp, until: run.stamp}
					case known.changed:
					case known.same(f):
						known.until = run.stamp
					default:
						known.changed = true
					}
				})
			}
			if err != nil {
				return nil, fmt.Errorf("read what later runs have changed: %w", err)
			}
		}
	}

	return keys, nil
}

// find looks for them in the trash of the later runs, the first one first.
func (a archive) find(ctx context.Context, name string, later []pastRun, keys map[string]*pastKey) error {
	for _, run := range later {
		if len(run.facts) == 0 {
			continue
		}
		err := eachEntry(ctx, a.store, a.bucket, a.below, trashPrefix+run.stamp, func(item string, e Entry) error {
			turn, rest, _ := strings.Cut(strings.TrimPrefix(item, trashPrefix+run.stamp), "/")
			key, ok := strings.CutPrefix(rest, name+"/")
			if k := keys[key]; ok && k != nil {
				k.take(run.stamp, turnOf(turn), a.below+item, e)
			}

			return nil
		})
		if err != nil {
			return fmt.Errorf("look for what later runs have replaced: %w", err)
		}
	}

	return nil
}

// settle makes a replay of what was found. What the copy still has as it was needs none.
func (a archive) settle(ctx context.Context, name string, r *replay, keys map[string]*pastKey) (why string, err error) {
	missing, first := 0, ""
	for key, k := range keys {
		if _, gone := r.gone[sumOf(key)]; gone || !r.filter.keeps(key) {
			continue
		}
		c := change{key: key, trash: k.trash, entry: k.entry}
		if k.present && k.trash == "" {
			still, err := a.still(ctx, name, k.fact)
			if err != nil {
				return "", err
			}
			if still {
				continue
			}
			if missing++; first == "" || key < first {
				first = key
			}
		}
		c.entry.Key = key
		r.changes = append(r.changes, c)
	}
	slices.SortFunc(r.changes, func(a, b change) int { return strings.Compare(a.key, b.key) })
	for i, c := range r.changes {
		r.by[c.key] = i
	}
	if missing > 0 {
		why = fmt.Sprintf("%d of its objects are neither there any more nor in the trash, the first is %s", missing, printable(first))
	}

	return why, nil
}

// still reports whether the copy has the object as it was.
func (a archive) still(ctx context.Context, name string, f fact) (bool, error) {
	var obj Object
	err := repeat(ctx, a.onRetry, func(ctx context.Context) error {
		var err error
		obj, err = a.store.Stat(ctx, name, f.key)

		return err
	})
	if errors.Is(err, ErrNoObject) || errors.Is(err, ErrNoBucket) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look at %q of the copy: %w", f.key, err)
	}
	now := fact{key: f.key, present: true, size: obj.Size, etag: obj.ETag, modified: f.modified}
	apart := obj.Modified.Sub(f.modified).Abs() // a listing and a read differ in how exact they are

	return now.same(f) && apart < time.Second, nil
}

// holds reports whether a key that no later run has touched was at the source.
func (r *replay) holds(key string) bool {
	if _, gone := r.gone[sumOf(key)]; gone {
		return false
	}

	return r.filter.keeps(key)
}

// fromTrash is how many objects come from the trash, and how many bytes.
func (r *replay) fromTrash() (n int64) {
	for _, c := range r.changes {
		if c.trash != "" {
			n++
		}
	}

	return n
}
