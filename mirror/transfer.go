package mirror

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// copied says what a transfer did.
type copied struct {
	size  int64
	etag  ETag // of the copy, where the destination said so
	proof Proof
	lost  []string // attributes that the destination does not keep
}

// transfer copies one object and proves it. What an attempt learns about the two
// stores, the next one uses.
type transfer struct {
	*engine
	onRetry func()
	anomaly func(kind AnomalyKind, detail string)
	lore    *lore        // of the way that the transfer takes
	hints   *hints       // on the way into the mirror
	have    map[int]Part // of the upload that is taken up again

	recorded bool // the journal has the upload, and the next run can take it up

	src             Reader
	srcBucket       string
	entry           Entry // the source as last seen
	dstBucket, dest string
	locks           *locks                     // of the two buckets; nil where none are carried
	added           func(context.Context) bool // whether a write has added a version; nil where it replaces
	untimely        bool                       // the copy must not have the time of its original

	wary    bool // digests are computed on the way: an earlier attempt failed
	trying  bool // the write announces a wrong digest, to see whether it is looked at
	opaque  bool // the source's ETag is no digest
	ownCut  bool // the source's parts cannot be kept
	tagless bool // the destination refuses tags
	unfiled bool // the destination refuses to be told how to file it
	doubt   bool // the destination gave a part a tag that is not its MD5
	blind   bool // it did so again: its tags of parts mean nothing
	digest  ETag // what was read where the ETag says otherwise
}

func (b *bucketRun) transfer(src Reader, srcBucket string, e Entry, dstBucket, dstKey string) *transfer {
	t := &transfer{
		engine: b.engine, onRetry: b.retried, anomaly: b.anomaly, lore: b.loreOf(dstBucket),
		src: src, srcBucket: srcBucket, entry: e, dstBucket: dstBucket, dest: dstKey,
	}
	if dstBucket == b.name {
		t.locks, t.hints = b.locks, b.hints
	}

	return t
}

// loreOf is what is known of the way into a bucket: this one or the trash.
func (b *bucketRun) loreOf(dstBucket string) *lore {
	if dstBucket == b.name {
		return b.lore
	}

	return b.trashLore
}

// run tries until the object is there and proven. A read and the write that it
// feeds are repeated together.
func (t *transfer) run(ctx context.Context) (copied, error) {
	t.opaque = t.lore.opaque()
	for attempt := 1; ; {
		done, err := t.attempt(ctx)
		if err == nil || t.adapt(err) {
			if err == nil {
				return done, nil
			}

			continue
		}
		mismatch := errors.As(err, new(*mismatchError))
		if attempt == transfers || ctx.Err() != nil || !mismatch && !retryable(ctx, err) {
			return copied{}, err
		}
		t.wary = true
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
	case t.trying && errors.Is(err, ErrDigest):
		t.trying = false
		t.digests.found(true)

		return true
	case errors.As(err, &mismatch) && !t.opaque:
		// The same bytes twice are not damaged bytes: the ETag means something else.
		t.opaque = t.digest == mismatch.got
		t.digest = mismatch.got
		if t.opaque {
			t.lore.isOpaque(true)
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
	case errors.Is(err, ErrFilingRefused) && !t.unfiled:
		t.unfiled = true
		t.lore.refusesFiling()
		t.anomaly(AnomalyUnfiled, "the destination keeps neither times nor storage classes that it is told")

		return true
	case errors.Is(err, errPartTag):
		t.blind, t.doubt = t.doubt, true
		if t.blind {
			t.lore.isBlind()
		}

		return t.blind
	default:
		return false
	}
}

// arrived finds out whether an attempt that seemed to fail did succeed: servers
// commit an object and are then too slow to say so.
func (t *transfer) arrived(ctx context.Context) (copied, bool) {
	if t.added != nil {
		return copied{size: t.entry.Size, proof: ProofETag}, t.added(ctx)
	}
	var src, dst Object
	err := bounded(ctx, func(ctx context.Context) error {
		var err error
		if src, err = t.src.Stat(ctx, t.srcBucket, t.entry.Key); err == nil {
			dst, err = t.dst.Stat(ctx, t.dstBucket, t.dest)
		}

		return err
	})
	var missing []string
	if err == nil {
		missing, err = t.locks.missing(ctx, src, dst)
	}
	same := err == nil && !src.OpaqueETag && src.ETag == t.entry.ETag && src.ETag.Same(dst.ETag) && src.Size == dst.Size

	return copied{size: src.Size, proof: ProofETag}, same && len(missing) == 0
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

// once reads the object, or its first part, and writes it in the way that the answer
// calls for.
func (t *transfer) once(ctx context.Context, touch func()) (copied, error) {
	if t.entry.ETag == "" {
		return copied{}, errors.New("the source gives it no ETag: nothing would show a change while it is read")
	}
	first := 0
	if t.entry.ETag.Parts() > 0 && !t.ownCut {
		first = 1
	}
	obj, source, err := t.open(ctx, touch, first)
	if err != nil {
		return copied{}, err
	}
	defer source.Close()
	if obj.Lock, err = t.locks.carried(ctx, obj); err != nil {
		return copied{}, err
	}
	if obj.Tags, err = t.tags(ctx, obj); err != nil {
		return copied{}, err
	}
	t.opaque = t.opaque || obj.OpaqueETag
	var write func(context.Context, func(), Object, io.Reader) (written, error)
	switch {
	case first > 0:
		write = t.parts
	case t.digestOf(obj) != nil && obj.Size <= t.opts.sizes().single:
		write = t.single
	case obj.Size <= min(bufferSize, t.opts.sizes().single):
		write = t.small
	default:
		write = t.pieces
	}
	written, err := write(ctx, touch, obj, source)
	if err != nil {
		return copied{}, err
	}
	proof, err := t.prove(ctx, touch, obj, written)
	if err != nil {
		return copied{}, err
	}
	lost, err := t.inspect(ctx, obj, written.etag)

	return copied{size: obj.Size, etag: written.etag, proof: proof, lost: lost}, err
}

// tags reads the tags of the source's object, unless there are none to read or to
// write.
func (t *transfer) tags(ctx context.Context, obj Object) (map[string]string, error) {
	if t.tagless || obj.TagCount == 0 {
		return nil, nil
	}
	tags, err := t.tagsOf(ctx, obj)
	if err = moved(err, t.entry, t.entry); err != nil {
		return nil, fmt.Errorf("read the tags of the source: %w", err)
	}

	return tags, nil
}

// tagsOf reads the tags of an object that was opened. Without a version they may be those of what was written
// since: the object must still be the same after it.
func (t *transfer) tagsOf(ctx context.Context, opened Object) (map[string]string, error) {
	if t.entry.Version == "" {
		var tags map[string]string
		err := repeat(ctx, t.onRetry, func(ctx context.Context) error {
			var err error
			if tags, err = t.src.Tags(ctx, t.srcBucket, t.entry.Key); err != nil {
				return err
			}
			now, err := t.src.Stat(ctx, t.srcBucket, t.entry.Key)
			if err == nil && (now.ETag != opened.ETag || !now.Modified.Equal(opened.Modified)) {
				err = fmt.Errorf("%w while its tags were read", ErrChanged)
			}

			return err
		})

		return tags, err
	}
	obj, body, err := t.src.Get(ctx, t.srcBucket, t.entry.Key, Selection{Version: t.entry.Version, Describe: true})
	if err == nil {
		err = body.Close()
	}

	return obj.Tags, err
}

// watch returns a context that ends when touch is not called for too long.
func watch(ctx context.Context) (watched context.Context, touch, stop func()) {
	watched, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(stallTime, func() { cancel(errStalled) })

	return watched, func() { timer.Reset(stallTime) }, func() { timer.Stop(); cancel(nil) }
}
