package cutover

import (
	"context"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/record"
)

// retire looks once more at the store that a manifest drops after its objects were moved, and refuses
// if it holds anything that was written since and is not on the other one.
func (w World) retire(ctx context.Context, s hooks.Situation, r *record.Record) error {
	if r == nil || r.State != record.Proven || s.Next.Active != r.To ||
		s.Next.Release.Provider(r.From) != nil || s.Current.Release.Provider(r.From) == nil {
		return nil
	}
	src, err := w.store(ctx, r.From)
	if err != nil {
		return err
	}
	dst, err := w.store(ctx, r.To)
	if err != nil {
		return err
	}
	buckets, err := Buckets(ctx, src, nil)
	if err != nil {
		return err
	}
	var newer Found
	for _, bucket := range buckets {
		mark, known := r.Marks.Source[bucket]
		for p, err := range joined(listing(ctx, src, bucket), listing(ctx, dst, bucket)) {
			if err != nil {
				return err
			}
			written := p.src != nil && (!known || mark.Since(p.key, string(p.src.ETag), p.src.Modified))
			if written && (p.dst == nil || p.src.Size != p.dst.Size || !p.src.ETag.Same(p.dst.ETag)) {
				w.Log.Warn("written on the old store after the proof", "bucket", bucket, "key", p.key)
				newer.add(bucket + "/" + p.key)
			}
		}
	}
	if newer.Total > 0 {
		return refuse("%s is to go and holds objects that were written after everything was proven to be on %s: %s: "+
			"copy what is needed and delete them on %s, find out what still writes there, and run the upgrade again",
			r.From, r.To, newer, r.From)
	}
	return nil
}
