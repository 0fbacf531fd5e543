package mirror

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// sameContent reads both sides in full, at the same time, and compares.
func (b *bucketRun) sameContent(ctx context.Context, p pair) (bool, error) {
	var src, dst []byte
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		src, err = b.content(ctx, b.src, *p.src)

		return err
	})
	group.Go(func() (err error) {
		dst, err = b.content(ctx, b.read, *p.dst)

		return err
	})
	if err := group.Wait(); err != nil {
		return false, err
	}

	return bytes.Equal(src, dst), nil
}

// content returns the SHA-256 of an object that must still be as listed.
func (b *bucketRun) content(ctx context.Context, store Reader, e Entry) ([]byte, error) {
	for attempt := 1; ; attempt++ {
		sum, err := b.contentOnce(ctx, store, e)
		if err == nil {
			return sum, nil
		}
		if attempt == attempts || !retryable(ctx, err) {
			return nil, fmt.Errorf("read from %s: %w", store.Location(), err)
		}
		b.retried()
		if err := pause(ctx, attempt); err != nil {
			return nil, err
		}
	}
}

func (b *bucketRun) contentOnce(ctx context.Context, store Reader, e Entry) ([]byte, error) {
	ctx, touch, stop := watch(ctx)
	defer stop()
	sum, err := b.sum(ctx, touch, store, b.name, e)
	if cause := context.Cause(ctx); err != nil && errors.Is(cause, errStalled) {
		err = fmt.Errorf("%w: %w", cause, err)
	}

	return sum, err
}
