package mirror

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/helm-ferry/ferry/mirror/journal"
)

// hints is what earlier runs have proven of a bucket, and what this one proves. A run
// without a place for it has none: nil does nothing and knows nothing.
type hints struct {
	journal *journal.Journal
	known   *journal.Ranges
	frozen  bool // the run may not write
	walks   int  // through the bucket, so far
	whole   bool // the last of them came to its end

	mu      sync.Mutex
	vouched map[string]bool  // keys on their way to a worker
	uploads []journal.Upload // of killed runs, that nobody has taken up
}

// openHints opens the journal of the bucket. Whatever is wrong with it costs time and is
// noted.
func (b *bucketRun) openHints(ctx context.Context) {
	if b.opts.State == nil || b.kind != kindMirror {
		return
	}
	j, err := journal.Open(ctx, b.opts.State, b.name, b.src.Location()+" "+b.read.Location())
	var uploads []journal.Upload
	if err == nil && !b.opts.DryRun {
		uploads, err = j.Uploads(ctx)
	}
	b.hintless(err)
	if err == nil {
		b.hints = &hints{journal: j, frozen: b.opts.DryRun, vouched: map[string]bool{}, uploads: uploads}
	}
}

// hintless notes why the journal is of no use.
func (b *bucketRun) hintless(err error) {
	if err != nil {
		b.anomaly(AnomalyJournal, "the journal is not of the use it could be: "+err.Error())
	}
}

// closeHints writes what was proven. After a run over the whole bucket, what it did not
// confirm is forgotten; an interrupted one only writes.
func (b *bucketRun) closeHints(ctx context.Context) {
	h := b.hints
	if h == nil {
		return
	}
	if n := h.journal.Damaged(); n > 0 {
		b.hintless(fmt.Errorf("%d of its objects are damaged or missing", n))
	}
	if h.frozen {
		return
	}
	if ctx.Err() == nil {
		if h.whole {
			b.dropUploads(ctx)
		}
		b.hintless(h.journal.Close(ctx, h.whole && b.rep.Excluded == 0))

		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTime)
	defer cancel()
	b.hintless(h.journal.Flush(ctx))
}

// vouching is look, after the journal was asked about what the ETags do not settle. What
// this run has proven in earlier walks is known, and needs no further look. looked is
// called when the walk has come to its end.
func (b *bucketRun) vouching(ctx context.Context, look func(pair) bool) (vouch func(pair) bool, looked func()) {
	h := b.hints
	if h == nil || b.opts.ReadAll {
		return look, func() {}
	}
	first := h.walks == 0
	h.walks++
	h.whole = false
	b.refresh(ctx)

	return func(p pair) bool {
		if decide(p) != actCompare || !h.vouches(ctx, p) {
			return look(p)
		}

		return first && b.vouchedFor(p)
	}, func() { h.whole = true }
}

// refresh makes what was recorded known.
func (b *bucketRun) refresh(ctx context.Context) {
	h := b.hints
	if !h.frozen {
		err := h.journal.Flush(ctx)
		if err == nil {
			err = h.journal.Merge(ctx)
		}
		b.hintless(err)
	}
	h.known = h.journal.Ranges(maxSpans)
}

// vouchedFor settles a pair of proven content, and reports whether a worker has to look at
// its attributes.
func (b *bucketRun) vouchedFor(p pair) bool {
	b.count(p)
	if !b.opts.Metadata && !p.newer() {
		b.listedEqual(p, ProofJournal)

		return false
	}
	b.hints.pass(p.key())

	return !b.putOff(p, actDescribe)
}

func (h *hints) vouches(ctx context.Context, p pair) bool {
	_, ok := h.known.Vouches(ctx, p.key(), row(*p.src), row(*p.dst))

	return ok
}

func row(e Entry) journal.Row {
	return journal.Row{ETag: string(e.ETag), Size: e.Size, Modified: e.Modified}
}

// pass tells a worker that the content of a pair is vouched for.
func (h *hints) pass(key string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.vouched[strings.Clone(key)] = true
}

// passed reports whether the content of a pair is vouched for. It says so once: a key
// that is looked at again has changed.
func (h *hints) passed(key string) bool {
	if h == nil {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	defer delete(h.vouched, key)

	return h.vouched[key]
}

// compareContent finds out whether the content of two objects is the same.
func (b *bucketRun) compareContent(ctx context.Context, p pair) (Proof, bool, error) {
	if b.hints.passed(p.key()) {
		return ProofJournal, true, nil
	}
	same, err := b.sameContent(ctx, p)
	if err == nil && same {
		b.remember(ctx, p, ProofContent)
	}

	return ProofContent, same, err
}

// remember records that the two objects of a pair were proven equal.
func (b *bucketRun) remember(ctx context.Context, p pair, proof Proof) {
	if b.hints == nil || b.hints.frozen || p.src.ETag.Same(p.dst.ETag) {
		return
	}
	b.hintless(b.hints.journal.Record(ctx, journal.Equivalence{
		Key: p.key(), Source: row(*p.src), Destination: row(*p.dst), Proof: string(proof),
	}))
}

// rememberCopy records a copy whose ETag is not that of its source. The row of the copy
// is what the destination says of it after the proof, if that is still what was proven.
func (b *bucketRun) rememberCopy(ctx context.Context, src Entry, done copied) {
	if b.hints == nil || done.proof != ProofReadBack || done.etag == "" || src.ETag.Same(done.etag) {
		return
	}
	dst, err := b.stat(ctx, b.dst, src.Key)
	if err == nil && dst.ETag == done.etag && dst.Size == done.size {
		b.remember(ctx, pair{src: &src, dst: &dst.Entry}, done.proof)
	}
}
