package mirror

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// verify compares one bucket of both sides.
func (b *bucketRun) verify(ctx context.Context) {
	if !b.source(ctx) {
		return
	}
	switch err := b.probe(ctx, b.read); {
	case errors.Is(err, ErrNoBucket):
		b.absent = true
		if !b.rep.Missing {
			b.differs("", DiffMissing, "the destination does not have the bucket")
		}
	case err != nil:
		b.fail(ctx, "", fmt.Errorf("read bucket %q of %s: %w", b.name, b.read.Location(), err))

		return
	}
	if !b.absent {
		b.compareSettings(ctx)
	}
	if !b.keepsVersions(ctx) {
		return
	}
	if b.history {
		b.verifyHistory(ctx)

		return
	}
	b.enter(PhaseCompare)
	err := b.walk(ctx, b.opts.concurrency(), b.lookOnly, b.workOnly)
	if err == nil {
		err = b.lookForVanished(ctx, b.workOnly)
	}
	if err != nil {
		b.fail(ctx, "", err)
	}
}

// lookOnly settles what the listings alone can settle.
func (b *bucketRun) lookOnly(p pair) bool {
	b.count(p)
	switch act := b.decide(p); {
	case act == actCopy:
		b.differs(p.key(), DiffMissing, "")
	case act == actExtra:
		b.extra(p)
	case b.opts.IgnoreMetadata && (act == actNothing || act == actDescribe):
		b.listedEqual(p, ProofETag)
	default:
		return true
	}

	return false
}

func (b *bucketRun) extra(p pair) {
	b.bump(&b.rep.Extra)
	if !b.opts.IgnoreExtra {
		b.differs(p.key(), DiffExtra, "")
	}
}

// workOnly compares one key, and looks again as often as it changes underneath.
func (b *bucketRun) workOnly(ctx context.Context, p pair) { b.chase(ctx, p, b.compare) }

// compare finds out in what the two objects of a key differ.
func (b *bucketRun) compare(ctx context.Context, p pair) error {
	proof := ProofETag
	switch b.decide(p) {
	case actCopy:
		b.differs(p.key(), DiffMissing, "")

		return nil
	case actReplace:
		b.differs(p.key(), DiffSize, fmt.Sprintf("%d bytes at the source, %d at the destination", p.src.Size, p.dst.Size))

		return nil
	case actCompare:
		proof = ProofContent
		same, err := b.sameContent(ctx, p)
		if err != nil {
			return err
		}
		if !same {
			b.differs(p.key(), DiffContent, "")

			return nil
		}
	case actNothing, actDescribe, actExtra:
	}
	var missing []string
	if !b.opts.IgnoreMetadata {
		var err error
		if missing, err = b.missing(ctx, p); err != nil {
			return err
		}
	}
	if len(missing) > 0 {
		b.differs(p.key(), DiffMetadata, strings.Join(missing, ", "), missing...)
	} else {
		b.equal(p, proof)
	}

	return nil
}
