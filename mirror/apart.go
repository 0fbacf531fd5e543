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
	same, left, err := sameStore(ctx, b.src, b.dst, b.name, apartKey, b.retried)
	if left != nil {
		b.anomaly(AnomalySameTimes, "an upload that was begun as a question stays: "+left.Error())
	}

	return same, err
}

// SameStore reports whether a bucket of the one store is that of the other, whatever the
// stores are called. It begins an upload below the prefix at the destination and gives
// it up again.
func SameStore(ctx context.Context, src Reader, dst Store, bucket, prefix string) (bool, error) {
	same, _, err := sameStore(ctx, src, dst, bucket, prefix+apartKey, func() {})

	return same, err
}

// sameStore asks. left is the error with which the upload could not be given up.
func sameStore(ctx context.Context, src Reader, dst Store, bucket, key string, onRetry func()) (same bool, left, err error) {
	up, err := dst.Upload(ctx, bucket, key, UploadRequest{})
	if err != nil {
		return false, nil, fmt.Errorf("begin an upload: %w", err)
	}
	err = repeat(ctx, onRetry, func(ctx context.Context) error {
		var err error
		same, err = src.HasUpload(ctx, bucket, key, up.ID())

		return err
	})
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTime)
	defer cancel()

	return same, up.Abort(ctx), err
}
