package mirror

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// The patience of a run. Every request, wait and transfer ends within a bound.
const (
	attempts  = 5  // of a request
	transfers = 12 // of a read and the write that it feeds
	firstWait = 250 * time.Millisecond
	longWait  = 15 * time.Second
	callLimit = 2 * time.Minute // of a request without a body of its own
	stallTime = 5 * time.Minute // without a byte moving
	abortTime = 30 * time.Second
)

// repeat calls f until it succeeds, fails for good, or has failed so often that
// another attempt is no use. Each attempt has callLimit. onRetry, called before
// each further attempt, counts them.
func repeat(ctx context.Context, onRetry func(), f func(ctx context.Context) error) error {
	for attempt := 1; ; attempt++ {
		err := bounded(ctx, f)
		if err == nil || attempt == attempts || !retryable(ctx, err) {
			return err
		}
		onRetry()
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
}

func bounded(ctx context.Context, f func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()

	return f(ctx)
}

// retryable reports whether err may go away by itself. A deadline that is not the
// caller's is one of ours, and may.
func retryable(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}

	return errors.Is(err, ErrTemporary) || errors.Is(err, ErrDigest) || errors.Is(err, errStalled) ||
		errors.Is(err, errSize) || errors.Is(err, context.DeadlineExceeded)
}

// pause waits before attempt n+1: twice as long each time, half of it by chance
// so that workers do not come back together.
func pause(ctx context.Context, n int) error {
	wait := min(firstWait<<(n-1), longWait)
	timer := time.NewTimer(wait/2 + rand.N(wait/2)) //nolint:gosec // chance, not a secret
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
