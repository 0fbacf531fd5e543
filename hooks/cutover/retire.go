package cutover

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/record"
)

// retire looks once more at the store that a manifest drops after its objects were moved, and refuses
// if it holds anything that was written since and is not on the other one. What was deleted there is named
// and kept in the record: the other store still has it. The answer is what there is to say of that, and of
// what the move has left behind and goes with the old store.
func (w World) retire(ctx context.Context, s hooks.Situation, r *record.Record) (string, error) {
	if r == nil || r.State != record.Proven || s.Next.Active != r.To ||
		s.Next.Release.Provider(r.From) != nil || s.Current.Release.Provider(r.From) == nil {
		return "", nil
	}
	src, dst, err := w.both(ctx, r.From, r.To)
	if err != nil {
		return "", err
	}
	buckets, err := Buckets(ctx, src, slices.Sorted(maps.Keys(r.Marks.Destination)))
	if err != nil {
		return "", err
	}
	spared, err := readSpared(ctx, dst, r)
	if err != nil {
		return "", err
	}
	var newer, deleted Found
	for _, bucket := range buckets {
		for p, err := range joined(listing(ctx, src, bucket), listing(ctx, dst, bucket)) {
			switch {
			case err != nil:
				return "", err
			case writtenLate(p, bucket, r.Marks):
				w.Log.Warn("written on the old store after the proof", "bucket", bucket, "key", p.key)
				newer.add(bucket + "/" + p.key)
			case deletedLate(p, bucket, r.Marks) && !spared.holds(bucket, p.key):
				w.tell(lateDeleted, bucket, p)
				deleted.add(bucket + "/" + p.key)
			}
		}
	}
	if newer.Total > 0 {
		return "", refuse("%s is to go and holds objects that were written after everything was proven to be on %s: %s: "+
			"copy what is needed and delete them on %s, find out what still writes there, and run the upgrade again",
			r.From, r.To, newer, r.From)
	}
	goes := ""
	if left := r.Behind; left.Total > 0 && left.On == r.From {
		goes = fmt.Sprintf("; left behind on %s, as spec.migration.accept says, and on no other store: %s", r.From, Found{left.Total, left.First})
		w.Log.Warn("goes with the old store", "objects", left.Total, "first", left.First)
	}
	if deleted.Total == 0 {
		return goes, nil
	}
	r.Late.Deleted = deleted.kept()
	return fmt.Sprintf("; deleted on %s after the proof and still on %s: %s%s", r.From, r.To, deleted, goes), record.Write(ctx, w.Client, w.name(), *r)
}

// writtenLate tells whether the old store holds something that was written after the proof and is not on
// the new one.
func writtenLate(p pair, bucket string, marks record.Marks) bool {
	mark, known := marks.Source[bucket]
	written := p.src != nil && (!known || mark.Since(p.key, string(p.src.ETag), p.src.Modified))
	return written && (p.dst == nil || p.src.Size != p.dst.Size || !p.src.ETag.Same(p.dst.ETag))
}

// deletedLate tells whether the new store holds something as it was proven that the old one has no more.
func deletedLate(p pair, bucket string, marks record.Marks) bool {
	mark, known := marks.Destination[bucket]
	return p.src == nil && known && !mark.Since(p.key, string(p.dst.ETag), p.dst.Modified)
}
