package mirror

import (
	"context"
	"fmt"
)

// apartKey names an upload that is never completed.
const apartKey = "ferry-asks-whether-this-is-the-source"

// apart finds out whether the two stores are two. They are when anything that both
// have was written at different moments. Otherwise an upload is begun at the
// destination, which makes nothing visible: a source that knows it is the same store.
func (b *bucketRun) apart(ctx context.Context) bool {
	if b.alike == 0 || b.unlike > 0 || b.opts.DryRun || b.rep.Created {
		return true
	}
	same, err := b.sameUpload(ctx)
	switch {
	case err != nil:
		b.anomaly(AnomalySameTimes, "all common objects have the same times on both sides, and the source cannot be asked "+
			"whether it is the destination: "+err.Error())
	case same:
		b.refuse("source and destination are one store under two names, %s and %s", b.src.Location(), b.dst.Location())
	}

	return !same
}

func (b *bucketRun) sameUpload(ctx context.Context) (bool, error) {
	up, err := b.dst.Upload(ctx, b.name, apartKey, UploadRequest{})
	if err != nil {
		return false, fmt.Errorf("begin an upload: %w", err)
	}
	same := false
	err = repeat(ctx, b.retried, func(ctx context.Context) error {
		same, err = b.src.HasUpload(ctx, b.name, apartKey, up.ID())

		return err
	})
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTime)
	defer cancel()
	if abort := up.Abort(ctx); abort != nil {
		b.anomaly(AnomalySameTimes, "an upload that was begun as a question stays: "+abort.Error())
	}

	return same, err
}
