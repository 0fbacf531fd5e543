package mirror

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/helm-ferry/ferry/mirror/lease"
)

// maxFailing is how many objects may fail in a row before a bucket is given up.
const maxFailing = 100

// bucketRun is a run over one bucket. Its methods may be called by all workers.
type bucketRun struct {
	*engine
	name    string
	started time.Time

	lore, trashLore *lore // of the ways into this bucket and into the trash
	hints           *hints

	locks   *locks                  // of this bucket, on both sides
	history bool                    // versions are dealt with
	known   *provenance             // where the bucket comes from, as far as that is known
	stamp   time.Time               // of this run, in the trash and in the past
	past    *past                   // of the bucket at the destination
	absent  bool                    // the destination does not have the bucket, and need not
	abandon context.CancelCauseFunc // ends the walk that is under way

	mu       sync.Mutex
	rep      BucketReport
	phase    Phase
	failing  int             // failures since the last success
	delicate int             // keys put off to the careful pass
	vanished map[string]bool // true: looked for again
	points   spool
	changed  []point         // to be published after another listing
	lost     map[string]bool // keys that could not be copied, the first ones
	lostAny  int             // how many there are
	nested   int64           // keys that cannot be held beside others of the source
	blocked  map[string]bool // keys that cannot be held beside objects which are going to be removed
	extras   [rankPointer + 1]int64
	digest   rowSum // of the source's listing
	alike    int    // pairs with the same time
	unlike   int    // pairs with different times
	spent    int64  // removals and replacements charged to the allowance
	allowed  int64  // the allowance

	untold      Event // equal pairs of the batch that is looked at
	untoldProof Proof // of all of them
}

func newBucketRun(e *engine, name string) *bucketRun {
	e.emit(Event{Kind: EventBucket, Bucket: name})

	b := &bucketRun{
		engine: e, name: name, started: time.Now(), stamp: e.started, lore: newLore(), trashLore: newLore(),
		vanished: map[string]bool{}, lost: map[string]bool{},
		points: spool{size: maxPoints},
		rep:    BucketReport{Bucket: name, Complete: true, Proofs: map[Proof]int64{}, Anomalies: map[AnomalyKind]Note{}},
	}
	b.locks = &locks{engine: e, bucket: name, anomaly: b.anomaly, onRetry: b.retried}
	b.rep.Unlisted = slices.Contains(e.hidden, name)

	return b
}

// finish closes the report.
func (b *bucketRun) finish() BucketReport {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rep.Seconds = time.Since(b.started).Seconds()
	b.rep.Complete = b.rep.Complete && !b.rep.Unlisted
	b.rep.SourceDigest = b.digest.String()

	return b.rep
}

// lasting returns a context that ends as long after ctx as the grace says.
func lasting(ctx context.Context, grace time.Duration) (context.Context, context.CancelCauseFunc) {
	if grace <= 0 {
		return context.WithCancelCause(ctx)
	}
	longer, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	unhook := context.AfterFunc(ctx, func() {
		if errors.Is(context.Cause(ctx), lease.ErrLost) {
			cancel(context.Cause(ctx))
		}
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel(context.Cause(ctx))
		case <-longer.Done():
		}
	})

	return longer, func(cause error) { unhook(); cancel(cause) }
}

// source finds out whether the source has the bucket. The answer false means that
// there is nothing to do.
func (b *bucketRun) source(ctx context.Context) bool {
	err := b.probe(ctx, b.src)
	if errors.Is(err, ErrNoBucket) && b.opts.AllowMissing {
		b.rep.Missing = true

		return true
	}
	if err != nil {
		b.fail(ctx, "", fmt.Errorf("read bucket %q of %s: %w", b.name, b.src.Location(), err))
	}

	return err == nil
}

// probe asks for the first page of a bucket.
func (b *bucketRun) probe(ctx context.Context, store Reader) error {
	return repeat(ctx, b.retried, func(ctx context.Context) error {
		_, err := store.List(ctx, b.name, Cursor{})

		return err
	})
}
