package mirror

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"
)

// copied says what a transfer did.
type copied struct {
	size  int64
	proof Proof
	lost  []string // attributes that the destination does not keep
}

// transfer copies one object and proves it. What an attempt learns about the two
// stores, the next one uses.
type transfer struct {
	*engine
	onRetry func()
	anomaly func(kind AnomalyKind, detail string)

	src             Reader
	srcBucket       string
	entry           Entry // the source as last seen
	dstBucket, dest string

	opaque  bool // the source's ETag is no digest
	ownCut  bool // the source's parts cannot be kept
	tagless bool // the destination refuses tags
	doubt   bool // the destination gave a part a tag that is not its MD5
	blind   bool // it did so again: its tags of parts mean nothing
	digest  ETag // what was read where the ETag says otherwise
}

func (b *bucketRun) transfer(src Reader, srcBucket string, e Entry, dstBucket, dstKey string) *transfer {
	return &transfer{
		engine: b.engine, onRetry: b.retried, anomaly: b.anomaly,
		src: src, srcBucket: srcBucket, entry: e, dstBucket: dstBucket, dest: dstKey,
	}
}

// run tries until the object is there and proven. A read and the write that it
// feeds are repeated together.
func (t *transfer) run(ctx context.Context) (copied, error) {
	for attempt := 1; ; {
		done, err := t.attempt(ctx)
		if err == nil || t.adapt(err) {
			if err == nil {
				return done, nil
			}

			continue
		}
		mismatch := errors.As(err, new(*mismatchError))
		if attempt == attempts || ctx.Err() != nil || !mismatch && !retryable(ctx, err) {
			return copied{}, err
		}
		t.onRetry()
		if err := pause(ctx, attempt); err != nil {
			return copied{}, err
		}
		attempt++
		if done, ok := t.arrived(ctx); ok {
			return done, nil
		}
	}
}

// adapt changes the way after an error that calls for another one. It says yes at
// most once for each.
func (t *transfer) adapt(err error) bool {
	var mismatch *mismatchError
	switch {
	case errors.As(err, &mismatch) && !t.opaque:
		// The same bytes twice are not damaged bytes: the ETag means something else.
		t.opaque = t.digest == mismatch.got
		t.digest = mismatch.got
		if t.opaque {
			t.anomaly(AnomalyOpaque, "ETags that look like digests of the content and are not")
		}

		return t.opaque
	case errors.Is(err, ErrPartsRefused) && !t.ownCut:
		t.ownCut = true
		t.anomaly(AnomalyNoParts, err.Error())

		return true
	case errors.Is(err, ErrTagsRefused) && !t.tagless:
		t.tagless = true

		return true
	case errors.Is(err, errPartTag):
		t.blind, t.doubt = t.doubt, true

		return t.blind
	default:
		return false
	}
}

// arrived finds out whether an attempt that seemed to fail did succeed: servers
// commit an object and are then too slow to say so.
func (t *transfer) arrived(ctx context.Context) (copied, bool) {
	var src, dst Object
	err := bounded(ctx, func(ctx context.Context) error {
		var err error
		if src, err = t.src.Stat(ctx, t.srcBucket, t.entry.Key); err == nil {
			dst, err = t.dst.Stat(ctx, t.dstBucket, t.dest)
		}

		return err
	})
	same := err == nil && !src.OpaqueETag && src.ETag == t.entry.ETag && src.ETag.Same(dst.ETag) && src.Size == dst.Size

	return copied{size: src.Size, proof: ProofETag}, same && len(src.Missing(dst.Attributes)) == 0
}

// attempt copies the object once.
func (t *transfer) attempt(ctx context.Context) (copied, error) {
	ctx, touch, stop := watch(ctx)
	defer stop()
	done, err := t.once(ctx, touch)
	if cause := context.Cause(ctx); err != nil && errors.Is(cause, errStalled) {
		err = fmt.Errorf("%w: %w", cause, err)
	}

	return done, err
}

func (t *transfer) once(ctx context.Context, touch func()) (copied, error) {
	obj, err := t.src.Stat(ctx, t.srcBucket, t.entry.Key)
	if err = moved(err, obj.Entry, t.entry); err != nil {
		return copied{}, fmt.Errorf("describe source: %w", err)
	}
	if obj.ETag == "" {
		return copied{}, errors.New("the source gives it no ETag: nothing would show a change while it is read")
	}
	if t.tagless {
		obj.Tags = nil
	}
	t.opaque = t.opaque || obj.OpaqueETag
	write := t.pieces
	switch {
	case obj.ETag.Parts() > 0 && !t.ownCut:
		write = t.parts
	case t.digestOf(obj) != nil && obj.Size <= t.opts.sizes().single:
		write = t.single
	}
	written, err := write(ctx, touch, obj)
	if err != nil {
		return copied{}, err
	}
	proof, err := t.prove(ctx, touch, obj, written)
	if err != nil {
		return copied{}, err
	}
	lost, err := t.inspect(ctx, obj, written.etag)

	return copied{size: obj.Size, proof: proof, lost: lost}, err
}

// written is what a writer has done: the destination's ETag, the SHA-256 of what
// went there, and the proof that holds if the ETags are equal.
type written struct {
	etag  ETag
	sum   []byte
	proof Proof
}

// prove returns the proof of what was written. If the ETags do not prove it, the
// object is read back.
func (t *transfer) prove(ctx context.Context, touch func(), obj Object, w written) (Proof, error) {
	if w.proof != "" && w.etag.Same(obj.ETag) {
		return w.proof, nil
	}
	sum, err := t.sum(ctx, touch, t.dst, t.dstBucket, Entry{Key: t.dest, Size: obj.Size, ETag: w.etag})
	if err != nil {
		return "", fmt.Errorf("read back: %w", err)
	}
	if string(sum) != string(w.sum) {
		return "", fmt.Errorf("%w: what was written does not read back as the same", ErrTemporary)
	}

	return ProofReadBack, nil
}

// inspect makes sure that the destination's object is the one just written, and
// names the attributes that it does not have.
func (t *transfer) inspect(ctx context.Context, src Object, etag ETag) ([]string, error) {
	dst, err := t.dst.Stat(ctx, t.dstBucket, t.dest)
	if err == nil && etag == "" {
		etag = dst.ETag
	}
	if err = moved(err, dst.Entry, Entry{Size: src.Size, ETag: etag}); err != nil {
		return nil, fmt.Errorf("inspect the copy: %w", err)
	}
	if t.tagless {
		return append(src.Missing(dst.Attributes), "tags"), nil
	}

	return src.Missing(dst.Attributes), nil
}

// open reads an object or a part of it, which must still be as listed.
func (t *transfer) open(ctx context.Context, touch func(), part int) (Object, io.ReadCloser, error) {
	obj, source, err := t.src.Get(ctx, t.srcBucket, t.entry.Key, Selection{IfMatch: t.entry.ETag, Part: part})
	if err = moved(err, obj.Entry, t.entry); err != nil {
		if source != nil {
			source.Close()
		}

		return obj, nil, fmt.Errorf("open source: %w", err)
	}

	return obj, t.meter(ctx, touch, source), nil
}

// sum reads a whole object and returns its SHA-256.
func (e *engine) sum(ctx context.Context, touch func(), store Reader, bucket string, entry Entry) ([]byte, error) {
	obj, source, err := store.Get(ctx, bucket, entry.Key, Selection{IfMatch: entry.ETag})
	if err != nil {
		return nil, moved(err, obj.Entry, entry)
	}
	defer source.Close()
	if entry.ETag == "" {
		entry.ETag = obj.ETag
	}
	if err := moved(nil, obj.Entry, entry); err != nil {
		return nil, err
	}
	sha := sha256.New()
	content := newBody(e.meter(ctx, touch, source), entry.Size, nil, sha)
	if _, err := io.Copy(io.Discard, content); err != nil {
		return nil, err
	}

	return sha.Sum(nil), content.delivered()
}

// meter slows a source down to the bandwidth and reports each step to touch.
func (e *engine) meter(ctx context.Context, touch func(), source io.ReadCloser) io.ReadCloser {
	step, pass := 256<<10, func(int) error { touch(); return nil }
	if e.limiter != nil {
		step = e.limiter.Burst()
		pass = func(n int) error { touch(); return e.limiter.WaitN(ctx, n) }
	}

	return struct {
		io.Reader
		io.Closer
	}{&throttled{source: source, step: step, pass: pass}, source}
}

// watch returns a context that ends when touch is not called for too long.
func watch(ctx context.Context) (watched context.Context, touch, stop func()) {
	watched, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(stallTime, func() { cancel(errStalled) })

	return watched, func() { timer.Reset(stallTime) }, func() { timer.Stop(); cancel(nil) }
}
