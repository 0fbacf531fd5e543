package journal

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/helm-ferry/ferry/mirror/state"
)

// fan is how many runs of entries are merged at once.
const fan = 16

// ErrConflict says that another run has changed the journal meanwhile. What this run has
// recorded stays beside it.
var ErrConflict = errors.New("another run has changed the journal")

// Merge takes what killed runs have recorded into the base, where cursors find it, and
// removes what they left behind. It comes before the first cursor.
func (j *Journal) Merge(ctx context.Context) error { return j.merge(ctx, false) }

// Close writes what was recorded and takes it into the base. After a run that has asked
// for every key of the bucket that is not equal by itself, whole is true: entries that
// were not confirmed are dropped. The journal is not used any more.
func (j *Journal) Close(ctx context.Context, whole bool) error {
	if err := j.Flush(ctx); err != nil {
		return err
	}

	return j.merge(ctx, whole)
}

// merge makes a new base of the old one and the deltas, and swaps it in. Blocks that
// would not change stay.
func (j *Journal) merge(ctx context.Context, prune bool) error {
	runs, err := j.runs(ctx)
	if err != nil {
		return err
	}
	w := &writer{journal: j}
	if err := j.rewrite(ctx, w, merged(runs), prune); err != nil {
		return err
	}
	if len(j.deltas) > 0 || !slices.Equal(w.blocks, j.base.blocks) {
		if err := j.swap(ctx, manifest{next: j.next, blocks: w.blocks}); err != nil {
			return err
		}
	}

	return j.sweep(ctx)
}

// runs returns the deltas, oldest first, as at most fan sorted runs. Where there are more,
// neighbours are merged into blocks that serve for this merge alone.
func (j *Journal) runs(ctx context.Context) ([]iter.Seq2[Equivalence, error], error) {
	var runs [][]block
	for _, name := range j.deltas {
		runs = append(runs, []block{{name: name}})
	}
	for len(runs) > fan {
		var fewer [][]block
		for group := range slices.Chunk(runs, fan) {
			w := &writer{journal: j}
			for eq, err := range merged(j.open(ctx, group)) {
				if err == nil {
					err = w.add(ctx, eq)
				}
				if err != nil {
					return nil, err
				}
			}
			if err := w.flush(ctx); err != nil {
				return nil, err
			}
			fewer = append(fewer, w.blocks)
		}
		runs = fewer
	}

	return j.open(ctx, runs), nil
}

func (j *Journal) open(ctx context.Context, runs [][]block) []iter.Seq2[Equivalence, error] {
	var out []iter.Seq2[Equivalence, error]
	for _, blocks := range runs {
		out = append(out, j.entries(ctx, blocks))
	}

	return out
}

// merged yields the entries of all runs in the order of their keys. Of several for one
// key, that of the last run counts.
func merged(runs []iter.Seq2[Equivalence, error]) iter.Seq2[Equivalence, error] {
	return func(yield func(Equivalence, error) bool) {
		heads := make([]*head, len(runs))
		for i, run := range runs {
			heads[i] = pull(run)
			defer heads[i].stop()
		}
		for {
			first, err := least(heads)
			if err != nil {
				yield(Equivalence{}, err)
			}
			if first == nil {
				return
			}
			entry := first.entry
			for _, h := range heads {
				if h.ok && h.entry.Key == entry.Key {
					h.next()
				}
			}
			if !yield(entry, nil) {
				return
			}
		}
	}
}

// least returns the last of the heads with the least key, or nil when all have ended.
func least(heads []*head) (*head, error) {
	var first *head
	for _, h := range heads {
		if h.err != nil {
			return nil, h.err
		}
		if h.ok && (first == nil || h.entry.Key <= first.entry.Key) {
			first = h
		}
	}

	return first, nil
}

// head is a run with its first entry in hand.
type head struct {
	entry Equivalence
	err   error
	ok    bool
	pull  func() (Equivalence, error, bool)
	stop  func()
}

func pull(run iter.Seq2[Equivalence, error]) *head {
	h := &head{}
	h.pull, h.stop = iter.Pull2(run)
	h.next()

	return h
}

func (h *head) next() {
	h.entry, h.err, h.ok = h.pull()
	h.ok = h.ok && h.err == nil
}

// swap makes a manifest the one that counts.
func (j *Journal) swap(ctx context.Context, m manifest) error {
	frame := j.pair.seal(kindManifest, m.encode())
	tag, err := j.place.Put(ctx, j.dir+manifestName, frame, state.Condition{Absent: j.tag == "", Tag: j.tag})
	if errors.Is(err, state.ErrConflict) {
		return fmt.Errorf("%w: %w", ErrConflict, err)
	}
	if err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	j.base, j.tag, j.deltas = m, tag, nil
	j.seen = make([]bitmap, len(m.blocks))

	return nil
}

// sweep removes the blocks and deltas that the manifest has no use for.
func (j *Journal) sweep(ctx context.Context) error {
	used := map[string]bool{}
	for _, b := range j.base.blocks {
		used[b.name] = true
	}
	for _, name := range j.deltas {
		used[name] = true
	}
	for _, name := range j.known {
		if used[name] {
			continue
		}
		if err := j.place.Remove(ctx, j.dir+name); err != nil {
			return fmt.Errorf("tidy the journal up: %w", err)
		}
	}
	j.known = slices.DeleteFunc(j.known, func(name string) bool { return !used[name] })

	return nil
}
