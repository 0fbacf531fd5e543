package cutover

import (
	"context"
	"errors"
	"fmt"

	"github.com/helm-ferry/ferry/hooks/record"
	"github.com/helm-ferry/ferry/mirror"
)

// Late is what was found of writes to the old store after the proof.
type Late struct {
	Copied Found `json:"copied,omitzero"`
	// Conflicts were written on both stores, Deleted were deleted on the old one; both are left to people.
	Conflicts Found `json:"conflicts,omitzero"`
	Deleted   Found `json:"deleted,omitzero"`
}

// open are the objects that are left to people.
func (l Late) open() int { return l.Conflicts.Total + l.Deleted.Total }

// maxKept is how many objects of a kind the record names.
const maxKept = 20

// left is what the record keeps.
func (l Late) left() record.Late {
	return record.Late{Conflicts: l.Conflicts.kept(), Deleted: l.Deleted.kept()}
}

func (f Found) kept() record.Left {
	return record.Left{Total: f.Total, First: f.First[:min(len(f.First), maxKept)]}
}

// latePass looks for what was written to the old store since the proof and copies it where the new one
// still holds what was proven. Without a record it copies what the new store lacks.
// Where something else writes to the old store meanwhile, what is there may be its copies: it is named.
func (w World) latePass(ctx context.Context, src, dst mirror.Store, r *record.Record, shared bool) (Late, error) {
	buckets, err := Buckets(ctx, src, nil)
	if err != nil {
		return Late{}, err
	}
	spared, err := readSpared(ctx, dst, r)
	if err != nil {
		return Late{}, err
	}
	var late Late
	var seen record.Marker
	for _, bucket := range buckets {
		found, err := w.lateBucket(ctx, src, dst, bucket, r, &seen, spared, shared)
		if err != nil {
			return late, err
		}
		late.Copied.join(found.Copied)
		late.Conflicts.join(found.Conflicts)
		late.Deleted.join(found.Deleted)
		if r != nil && found.open() == 0 {
			setMark(r, bucket, seen.Marks()[bucket])
		}
	}
	return late, nil
}

// lateBefore looks for late writes to the store that a revision has left and the next one moves back to, as an upgrade
// that failed meanwhile has not: the second pass makes that store equal to the other one.
func (w World) lateBefore(ctx context.Context, back transfer, r *record.Record, shared bool) error {
	if err := w.begin(ctx, StepLate); err != nil {
		return err
	}
	late, err := w.latePass(ctx, back.dst, back.src, r, shared)
	if err != nil || late.open() == 0 {
		return err
	}
	w.Log.Warn("written or deleted late on the store that consumers come back to: what the other one has counts, and the trash keeps the rest",
		"store", back.To, "conflicts", late.Conflicts.String(), "deleted", late.Deleted.String())
	return nil
}

// lateInTrash names what was written to the target after the look of lateBefore, and is replaced or removed by the
// second pass.
func (w World) lateInTrash(t transfer, also func(mirror.Event)) func(mirror.Event) {
	return func(e mirror.Event) {
		also(e)
		if e.Kind != mirror.EventTrashed {
			return
		}
		if mark, known := t.left[e.Bucket]; known && mark.Since(e.Key, string(e.Held.ETag), e.Held.Modified) {
			w.Log.Warn("written late on the store that consumers come back to: what the other one has counts, and the trash keeps this",
				"store", t.To, "bucket", e.Bucket, "key", e.Key)
		}
	}
}

// setMark says in the record that nothing which the source holds now has still to be looked at.
func setMark(r *record.Record, bucket string, mark record.Mark) {
	if r.Marks.Source == nil {
		r.Marks.Source = map[string]record.Mark{}
	}
	r.Marks.Source[bucket] = mark
}

func (w World) lateBucket(
	ctx context.Context, src, dst mirror.Store, bucket string, r *record.Record, seen *record.Marker, spared behind, shared bool,
) (Late, error) {
	var late Late
	known := false
	if r != nil {
		_, known = r.Marks.Source[bucket]
	}
	if err := dst.CreateBucket(ctx, bucket, mirror.BucketRequest{}); err != nil {
		return late, fmt.Errorf("make bucket %q of %s: %w", bucket, dst.Location(), err)
	}
	var keys keyset
	place := mirror.StateIn(dst, mirror.DefaultStateBucket, "")
	if known {
		var err error
		if keys, err = readKeys(ctx, place, r.ReportDigest, bucket); err != nil {
			return late, err
		}
	}
	for p, err := range joined(listing(ctx, marked{Reader: src, marker: seen}, bucket), listing(ctx, dst, bucket)) {
		if err != nil {
			return late, err
		}
		act := decideBlind(p)
		if known {
			act = decideLate(p, r.Marks.Source[bucket], r.Marks.Destination[bucket], keys.has)
		}
		if act == lateDeleted && spared.holds(bucket, p.key) {
			continue
		}
		title := bucket + "/" + p.key
		if act == lateCopy && shared {
			act = lateConflict
		}
		if act == lateCopy {
			act, err = w.copyOne(ctx, src, dst, bucket, p)
		}
		switch {
		case err != nil:
			return late, err
		case act == lateCopy:
			late.Copied.add(title)
			keys.add(p.key)
		case act == lateConflict:
			late.Conflicts.add(title)
		case act == lateDeleted:
			late.Deleted.add(title)
		}
		w.tell(act, bucket, p)
	}
	if late.Copied.Total == 0 || len(keys) == 0 {
		return late, nil
	}
	return late, (&keysets{sets: map[string]keyset{bucket: keys}}).keep(ctx, place, r.ReportDigest)
}

// copyOne copies an object, and finds out what there is to do instead where that cannot be.
func (w World) copyOne(ctx context.Context, src, dst mirror.Store, bucket string, p pair) (lateAct, error) {
	err := copyLate(ctx, src, dst, bucket, p)
	if errors.Is(err, mirror.ErrChanged) || errors.Is(err, errTooLarge) || errors.Is(err, mirror.ErrNoObject) ||
		errors.Is(err, mirror.ErrKeyRefused) {
		w.Log.Warn("not copied", "bucket", bucket, "key", p.key, "error", err)
		return lateConflict, nil
	}
	return lateCopy, err
}

func (w World) tell(act lateAct, bucket string, p pair) {
	switch act {
	case lateNothing:
	case lateCopy:
		w.Log.Info("late write copied", "bucket", bucket, "key", p.key)
	case lateConflict:
		w.Log.Warn("conflict: written on the old store after the proof, and written or deleted on the new one", "bucket", bucket, "key", p.key)
	case lateDeleted:
		w.Log.Warn("deleted on the old store after the proof, and still on the new one", "bucket", bucket, "key", p.key)
	}
}
