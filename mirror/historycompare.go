package mirror

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// extraDone stands for the versions that only the destination has, among those counted.
const extraDone = ""

// compareHistory returns how many of the source's visible versions, the oldest first, the
// destination has, and which are which; it counts them.
func (b *bucketRun) compareHistory(ctx context.Context, p historyPair) (int, []versionPair, error) {
	m := newMatching(ctx, b, p)
	if err := m.match(); err != nil {
		return 0, nil, err
	}
	for i, j := range m.found {
		src, dst := m.src[m.kept[i]], m.dst[j]
		if src.Marker {
			continue
		}
		pair := pair{src: &src, dst: &dst}
		lost, err := b.lostOfVersion(ctx, pair)
		if err != nil {
			return 0, nil, err
		}
		if !p.done[src.Version] {
			b.equalVersion(pair, m.proofs[[2]int{m.kept[i], j}], lost)
		}
		p.done[src.Version] = true
	}
	extra := 0
	for j, v := range m.dst {
		if !v.Marker && !slices.Contains(m.found, j) {
			extra++
		}
	}
	if !p.done[extraDone] {
		b.extraVersions(p.key, extra)
		b.goneVersions(p.key, m.gone())
	}
	p.done[extraDone] = true

	return m.held(), m.pairs(), nil
}

// sameVersion returns the proof that two versions are the same, or none.
func (b *bucketRun) sameVersion(ctx context.Context, src, dst Entry) (Proof, error) {
	switch {
	case src.Marker != dst.Marker || src.Size != dst.Size:
		return "", nil
	case src.Marker || src.ETag.Same(dst.ETag) && !b.opts.ReadAll:
		return ProofETag, nil
	}
	alike, err := b.sameContent(ctx, pair{src: &src, dst: &dst})
	if err != nil || !alike {
		return "", err
	}

	return ProofContent, nil
}

// lostOfVersion names the attributes that the destination's version does not have, as far
// as the run looks at them.
func (b *bucketRun) lostOfVersion(ctx context.Context, p pair) ([]string, error) {
	if b.opts.IgnoreMetadata || b.dst != nil && !b.opts.Metadata {
		return nil, nil
	}
	src, err := b.describe(ctx, b.src, *p.src)
	if err != nil {
		return nil, err
	}
	dst, err := b.describe(ctx, b.read, *p.dst)
	if err != nil {
		return nil, err
	}

	return b.locks.missing(ctx, src, dst)
}

// describe reads everything but the content of a version.
func (b *bucketRun) describe(ctx context.Context, store Reader, v Entry) (Object, error) {
	var obj Object
	err := repeat(ctx, b.retried, func(ctx context.Context) error {
		var body interface{ Close() error }
		var err error
		if obj, body, err = store.Get(ctx, b.name, v.Key, Selection{Version: v.Version, Describe: true}); err == nil {
			return body.Close()
		}

		return err
	})

	return obj, moved(err, obj.Entry, v)
}

// verifyHistory compares every version of every object.
func (b *bucketRun) verifyHistory(ctx context.Context) {
	look := func(p historyPair) bool {
		b.countHistory(p)

		return true
	}
	b.walkHistory(ctx, b.opts.concurrency(), look, func(ctx context.Context, p historyPair) error {
		held, _, err := b.compareHistory(ctx, p)
		if all := visible(p.src); err == nil && held < len(all) {
			b.differs(p.key, DiffMissing, fmt.Sprintf("%d of %d versions, beginning with %s", len(all)-held, len(all), all[held].Version))
		}

		return err
	})
}

// countHistory adds the versions of a key to the totals.
func (b *bucketRun) countHistory(p historyPair) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for n, v := range p.src {
		b.digest.add(&v, n)
		if v.Marker {
			continue
		}
		b.rep.Source++
		b.rep.SourceBytes += v.Size
	}
	for _, v := range p.dst {
		if !v.Marker {
			b.rep.Destination++
			b.rep.DestinationBytes += v.Size
		}
	}
	if len(p.src) > 0 && len(p.dst) > 0 {
		if p.src[len(p.src)-1].Modified.Equal(p.dst[len(p.dst)-1].Modified) {
			b.alike++
		} else {
			b.unlike++
		}
	}
}

// plannedVersion counts what a dry run would write.
func (b *bucketRun) plannedVersion(v Entry) {
	if v.Marker {
		b.bump(&b.rep.PlannedMarkers)
	} else {
		b.planned(pair{src: &v})
	}
}

func (b *bucketRun) equalVersion(p pair, proof Proof, lost []string) {
	if len(lost) > 0 {
		b.differs(p.key(), DiffMetadata, fmt.Sprintf("version %s: %s", p.src.Version, strings.Join(lost, ", ")), lost...)
	} else {
		b.equal(p, proof)
	}
}

// extraVersions counts what only the destination has of a key.
func (b *bucketRun) extraVersions(key string, n int) {
	b.mu.Lock()
	b.rep.Extra += int64(n)
	b.mu.Unlock()
	if n > 0 && b.dst == nil && !b.opts.IgnoreExtra {
		b.differs(key, DiffExtra, fmt.Sprintf("%d versions", n))
	}
}
