package mirror

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"time"
)

// maxTried is the largest object that is sent once more than needed, to find out
// whether the destination looks at digests.
const maxTried = 8 << 20

// written is what a writer has done: the destination's ETag, what went there piece by
// piece, and the proof that holds if the ETags are equal.
type written struct {
	etag   ETag
	pieces []piece
	proof  Proof
}

// piece is a run of bytes and its MD5.
type piece struct {
	size int64
	sum  [md5.Size]byte
}

// single writes the object in one request. The destination gets the MD5 that the
// source declares, and refuses anything else. As long as nobody knows that it does,
// the body is digested here as well.
func (t *transfer) single(ctx context.Context, _ func(), obj Object, source io.Reader) (written, error) {
	want := [md5.Size]byte(t.digestOf(obj))
	w := written{proof: ProofMD5, pieces: []piece{{size: obj.Size, sum: want}}}
	content := newBody(source, obj.Size)
	defer content.release()
	if t.wary || !t.digests.checked() {
		content.demand(want[:])
	}
	if err := content.check(); err != nil {
		return w, fmt.Errorf("read source: %w", err)
	}
	req := PutRequest{Body: content, Size: obj.Size, MD5: want, Attributes: obj.Attributes, Filing: t.filing()}
	t.trying = obj.Size > 0 && obj.Size <= maxTried && !t.wary && t.digests.tryNow()
	if t.trying {
		req.MD5[0] ^= 0xff
	}
	var err error
	w.etag, err = t.dst.Put(ctx, t.dstBucket, t.dest, req)
	if t.trying && !errors.Is(err, ErrDigest) {
		t.trying = false
		t.digests.found(false)
	}

	return w, settled(err, content)
}

// small writes an object whose digest nobody knows and that fits into memory.
func (t *transfer) small(ctx context.Context, _ func(), obj Object, source io.Reader) (written, error) {
	content := newBody(source, obj.Size).demand(t.digestOf(obj))
	defer content.release()
	all, err := io.ReadAll(content)
	if err != nil {
		return written{}, fmt.Errorf("read source: %w", err)
	}
	w := written{pieces: []piece{{size: obj.Size, sum: md5.Sum(all)}}}
	if md5Tag(w.pieces[0].sum[:]) == obj.ETag {
		t.lore.isOpaque(false)
		w.proof = ProofMD5
	}
	w.etag, err = t.dst.Put(ctx, t.dstBucket, t.dest, PutRequest{
		Body: bytes.NewReader(all), Size: obj.Size, MD5: w.pieces[0].sum, Attributes: obj.Attributes, Filing: t.filing(),
	})

	return w, settled(err, content)
}

// digestOf returns the MD5 of an object as far as it is known before it is read.
func (t *transfer) digestOf(obj Object) []byte {
	if obj.Size == 0 {
		return md5.New().Sum(nil)
	}
	if t.opaque {
		return nil
	}

	return obj.ETag.MD5()
}

// filing is what is asked of the destination for the object. The trash keeps the times
// at which things came there.
func (t *transfer) filing() Filing {
	if t.dstBucket != t.srcBucket || t.unfiled || t.lore.unfiled() {
		return Filing{}
	}

	filing := Filing{Modified: t.entry.Modified, StorageClass: t.opts.StorageClass}
	if t.untimely {
		filing.Modified = time.Time{}
	}
	if t.added != nil {
		filing.Version = t.entry.Version
	}

	return filing
}

// settled is the error of a write: a fault of the body explains it best.
func settled(err error, content *body) error {
	if content.fault != nil {
		return fmt.Errorf("read source: %w", content.fault)
	}
	if err != nil {
		return fmt.Errorf("write copy: %w", err)
	}

	return content.delivered()
}

// pieces writes the object in parts of our own, from one read of the source. It
// serves objects that are too large for one request or whose MD5 nobody knows:
// what arrived is compared before it becomes visible.
func (t *transfer) pieces(ctx context.Context, _ func(), obj Object, source io.Reader) (written, error) {
	var w written
	content := newBody(source, obj.Size).demand(t.digestOf(obj))
	defer content.release()
	err := t.upload(ctx, obj, func(up Upload) error {
		size := max(t.opts.sizes().part, (obj.Size+maxParts-1)/maxParts)
		for n, rest := 1, obj.Size; rest > 0; n++ {
			length := min(size, rest)
			sum := md5.New()
			tag, err := up.Part(ctx, n, io.TeeReader(io.LimitReader(content, length), sum), length)
			if content.fault != nil || err != nil {
				return fmt.Errorf("part %d: %w", n, settled(err, content))
			}
			p := piece{size: length, sum: [md5.Size]byte(sum.Sum(nil))}
			if err := t.taken(tag, p.sum); err != nil {
				return fmt.Errorf("part %d: %w", n, err)
			}
			w.pieces = append(w.pieces, p)
			rest -= length
		}
		if t.opaque && md5Tag(content.md5.Sum(nil)) == obj.ETag {
			t.lore.isOpaque(false)
		}

		return content.delivered()
	}, &w)

	return w, err
}

// taken compares the destination's tag of a part with what was sent.
func (t *transfer) taken(tag ETag, sum [md5.Size]byte) error {
	if !t.blind && tag != md5Tag(sum[:]) {
		return fmt.Errorf("%w: %w: %s, sent was %s", ErrTemporary, errPartTag, tag, md5Tag(sum[:]))
	}

	return nil
}

// upload begins an object in parts or takes it up again, has fill write them, and
// completes it. When anything fails the parts are dropped; so they are after an
// interruption, unless the next run can take them up.
func (t *transfer) upload(ctx context.Context, obj Object, fill func(Upload) error, w *written) error {
	up, done, err := t.begin(ctx, obj)
	if err != nil {
		return fmt.Errorf("begin upload: %w", err)
	}
	if err = fill(up); err == nil {
		if w.etag, err = up.Complete(ctx); err == nil {
			done()

			return nil
		}
		err = fmt.Errorf("complete upload: %w", err)
	}
	if ctx.Err() != nil && !errors.Is(context.Cause(ctx), errStalled) && t.recorded {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTime)
	defer cancel()
	if abort := up.Abort(ctx); abort != nil {
		err = errors.Join(err, fmt.Errorf("abort upload: %w", abort))
	} else {
		done()
	}

	return err
}
