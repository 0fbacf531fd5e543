package mirror

import (
	"context"
	"errors"
	"fmt"
)

// mirror makes one bucket of the destination equal to that of the source. The
// order is: guard, data, data with delicate keys, another look at what vanished, what
// points to data, removals.
func (b *bucketRun) mirror(ctx context.Context) {
	if !b.source(ctx) || !b.admitted() || !b.target(ctx) || !b.guard(ctx) || !b.claim(ctx) {
		return
	}
	b.copyAll(ctx)
}

// copyAll does what there is to do once nothing stands against it.
func (b *bucketRun) copyAll(ctx context.Context) {
	if b.settingsBefore(ctx); !b.keepsVersions(ctx) || !b.openPast(ctx) {
		return
	}
	if b.history {
		b.mirrorHistory(ctx)

		return
	}
	b.openHints(ctx)
	defer b.closeHints(ctx)
	b.enter(PhaseCopy)
	if err := b.copyData(ctx, b.look); err != nil {
		b.fail(ctx, "", err)

		return
	}
	if b.emptied() || !b.apart(ctx) {
		return
	}
	b.enter(PhasePublish)
	if err := b.publish(ctx); err != nil {
		b.fail(ctx, "", err)

		return
	}
	b.removeExtra(ctx)
	b.unblock(ctx)
}

// copyData copies what points to nothing, as far as look picks it.
func (b *bucketRun) copyData(ctx context.Context, look func(pair) bool) error {
	b.delicate = 0
	look, looked := b.vouching(ctx, look)
	if err := b.walk(ctx, b.opts.concurrency(), look, b.work); err != nil {
		return err
	}
	looked()
	if b.delicate > 0 {
		if err := b.walk(ctx, 1, b.lookCarefully, b.workCarefully); err != nil {
			return err
		}
	}

	return b.lookForVanished(ctx, b.workAnyKey)
}

// target makes sure that the destination has the bucket.
func (b *bucketRun) target(ctx context.Context) bool {
	err := b.probe(ctx, b.dst)
	if !errors.Is(err, ErrNoBucket) {
		if err != nil {
			b.fail(ctx, "", fmt.Errorf("read bucket %q of %s: %w", b.name, b.dst.Location(), err))
		}

		return err == nil
	}
	if b.rep.Missing || b.opts.DryRun {
		b.absent = true

		return true
	}
	if !b.opts.CreateBuckets {
		b.fail(ctx, "", fmt.Errorf("%s does not have bucket %q, and the run may not create it", b.dst.Location(), b.name))

		return false
	}
	req, err := b.request(ctx)
	if err == nil {
		err = b.create(ctx, b.name, req)
	}
	if err != nil {
		b.fail(ctx, "", err)

		return false
	}
	b.rep.Created = true

	return true
}

// create makes a bucket, without object lock where the store knows none.
func (e *engine) create(ctx context.Context, bucket string, req BucketRequest) error {
	err := repeat(ctx, func() {}, func(ctx context.Context) error { return e.dst.CreateBucket(ctx, bucket, req) })
	if req.Lock && errors.Is(err, ErrUnsupported) {
		return e.create(ctx, bucket, BucketRequest{})
	}
	if err != nil {
		return fmt.Errorf("create bucket %q at %s: %w", bucket, e.dst.Location(), err)
	}

	return nil
}

// look settles what the listings alone can settle, and reports whether a worker
// has to deal with the rest.
func (b *bucketRun) look(p pair) bool {
	b.count(p)
	act := b.decide(p)
	switch act {
	case actNothing:
		b.listedEqual(p, ProofETag)

		return false
	case actExtra:
		b.extraOf(p)

		return false
	case actCopy, actReplace, actCompare, actDescribe:
	}

	return !b.putOff(p, act)
}

// putOff reports whether a pair is dealt with later: because it points to others, or
// because its key needs care.
func (b *bucketRun) putOff(p pair, act action) bool {
	if b.opts.DryRun {
		return false
	}
	if r, _ := rankOf(p.key()); r > rankData {
		b.points.add(p)

		return true
	}
	if act != actCopy || !delicate(p.key()) {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.delicate++

	return true
}

// extraOf counts an object that only the destination has.
func (b *bucketRun) extraOf(p pair) {
	r, _ := rankOf(p.key())
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rep.Extra++
	b.extras[r]++
	if !b.opts.Remove.Enabled || b.spared(p.key()) {
		b.past.goneKey(p.key())
	}
}

// decide is the decision for a pair under the options of the run.
func (b *bucketRun) decide(p pair) action {
	switch act := decide(p); {
	case b.opts.ReadAll && (act == actNothing || act == actDescribe):
		return actCompare
	case b.opts.Metadata && act == actNothing:
		return actDescribe
	default:
		return act
	}
}

// work deals with one key, and looks again as often as it changes underneath.
func (b *bucketRun) work(ctx context.Context, p pair) { b.chase(ctx, p, b.settle) }

// settle makes one key of the destination equal to that of the source.
func (b *bucketRun) settle(ctx context.Context, p pair) error {
	proof, differ := ProofETag, DiffSize
	switch act := b.decide(p); act {
	case actNothing:
		b.equal(p, proof)

		return nil
	case actDescribe, actCompare:
		alike := true
		var err error
		if act == actCompare {
			differ = DiffContent
			proof, alike, err = b.compareContent(ctx, p)
		}
		if err == nil && alike && (b.opts.Metadata || p.newer()) {
			differ = DiffMetadata
			alike, err = b.sameAttributes(ctx, p)
		}
		if err != nil {
			return err
		}
		if alike {
			b.equal(p, proof)

			return nil
		}
	case actCopy, actReplace, actExtra:
	}
	if p.dst != nil && b.opts.KeepNewer && p.older() {
		b.bump(&b.rep.Conflicts)
		b.differs(p.key(), differ, "left alone: the destination is newer")

		return nil
	}

	return b.write(ctx, p, nil)
}

func (b *bucketRun) sameAttributes(ctx context.Context, p pair) (bool, error) {
	missing, err := b.missing(ctx, p)

	return len(missing) == 0, err
}

// write copies the source's object to the destination. check, if there is one, finds
// out whether the copy may count; what it finds wrong makes the key a refused one.
func (b *bucketRun) write(ctx context.Context, p pair, check func(context.Context) error) error {
	if b.opts.DryRun {
		b.planned(p)

		return nil
	}
	if err := b.noteOne(ctx, p); err != nil {
		return err
	}
	if p.dst != nil {
		if err := b.setAside(ctx, *p.dst); err != nil {
			return err
		}
	}
	done, err := b.transfer(b.src, b.name, *p.src, b.name, p.key()).run(ctx)
	if err == nil && check != nil {
		err = check(ctx)
	}
	if errors.Is(err, ErrKeyRefused) {
		return b.refuseKey(ctx, p.key(), err)
	}
	if err == nil {
		b.rememberCopy(ctx, *p.src, done)
		b.copied(p, done)
	}

	return err
}
