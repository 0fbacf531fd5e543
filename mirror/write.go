package mirror

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
)

// single writes the object in one request. The destination gets the MD5 that the
// source declares, and refuses anything else; so does the body.
func (t *transfer) single(ctx context.Context, touch func(), obj Object) (written, error) {
	_, source, err := t.open(ctx, touch, 0)
	if err != nil {
		return written{}, err
	}
	defer source.Close()
	w, want := written{proof: ProofMD5}, t.digestOf(obj)
	sha := sha256.New()
	content := newBody(source, obj.Size, want, sha)
	if err := content.check(); err != nil {
		return w, fmt.Errorf("read source: %w", err)
	}
	w.etag, err = t.dst.Put(ctx, t.dstBucket, t.dest, PutRequest{
		Body: content, Size: obj.Size, MD5: [md5.Size]byte(want), Attributes: obj.Attributes, Filing: t.filing(),
	})
	if err = settled(err, content); err != nil {
		return w, err
	}
	w.sum = sha.Sum(nil)

	return w, nil
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

// parts writes the object in the parts in which the source has it. Nothing becomes
// visible before the MD5s of the parts make up the source's ETag.
func (t *transfer) parts(ctx context.Context, touch func(), obj Object) (written, error) {
	w := written{proof: ProofComposite}
	sha := sha256.New()
	err := t.upload(ctx, obj, func(up Upload) error {
		var sums []byte
		var offset int64
		for n := 1; n <= obj.ETag.Parts(); n++ {
			sum, size, err := t.part(ctx, touch, up, n, offset, sha)
			if err != nil {
				return fmt.Errorf("part %d: %w", n, err)
			}
			sums = append(sums, sum...)
			offset += size
		}
		if offset != obj.Size {
			return fmt.Errorf("%w: the parts have %d of %d bytes", errSize, offset, obj.Size)
		}
		if got := compositeTag(sums); got != obj.ETag {
			if !t.opaque {
				return &mismatchError{got: got, want: obj.ETag}
			}
			w.proof = ""
		}

		return nil
	}, &w)
	w.sum = sha.Sum(nil)

	return w, err
}

// part copies part n of the source, which must begin at offset. It returns its MD5
// and size.
func (t *transfer) part(
	ctx context.Context, touch func(), up Upload, n int, offset int64, sha hash.Hash,
) ([]byte, int64, error) {
	obj, source, err := t.open(ctx, touch, n)
	if err != nil {
		return nil, 0, err
	}
	defer source.Close()
	if !obj.Ranged || obj.Offset != offset {
		return nil, 0, fmt.Errorf("%w: the source does not give out its parts", ErrPartsRefused)
	}
	content := newBody(source, obj.Length, nil, sha)
	if err := content.check(); err != nil {
		return nil, 0, fmt.Errorf("read source: %w", err)
	}
	tag, err := up.Part(ctx, n, content, obj.Length)
	if err = settled(err, content); err != nil {
		return nil, 0, err
	}
	sum := content.md5.Sum(nil)

	return sum, obj.Length, t.taken(tag, sum)
}

// taken compares the destination's tag of a part with what was sent.
func (t *transfer) taken(tag ETag, sum []byte) error {
	if !t.blind && tag != md5Tag(sum) {
		return fmt.Errorf("%w: %w: %s, sent was %s", ErrTemporary, errPartTag, tag, md5Tag(sum))
	}

	return nil
}

// pieces writes the object in parts of our own, from one read of the source. It
// serves objects that are too large for one request or whose MD5 nobody knows:
// what arrived is compared before it becomes visible.
func (t *transfer) pieces(ctx context.Context, touch func(), obj Object) (written, error) {
	var w written
	_, source, err := t.open(ctx, touch, 0)
	if err != nil {
		return w, err
	}
	defer source.Close()
	sha := sha256.New()
	content := newBody(source, obj.Size, t.digestOf(obj), sha)
	err = t.upload(ctx, obj, func(up Upload) error {
		size := max(t.opts.sizes().part, (obj.Size+maxParts-1)/maxParts)
		for n, rest := 1, obj.Size; rest > 0; n++ {
			length := min(size, rest)
			sum := md5.New()
			tag, err := up.Part(ctx, n, io.TeeReader(io.LimitReader(content, length), sum), length)
			if content.fault != nil || err != nil {
				return fmt.Errorf("part %d: %w", n, settled(err, content))
			}
			if err := t.taken(tag, sum.Sum(nil)); err != nil {
				return fmt.Errorf("part %d: %w", n, err)
			}
			rest -= length
		}

		return content.delivered()
	}, &w)
	w.sum = sha.Sum(nil)

	return w, err
}

// upload begins an object in parts, has fill write them, and completes it. When
// anything fails, an interruption included, the parts are dropped.
func (t *transfer) upload(ctx context.Context, obj Object, fill func(Upload) error, w *written) error {
	up, err := t.dst.Upload(ctx, t.dstBucket, t.dest, UploadRequest{Attributes: obj.Attributes, Filing: t.filing()})
	if err != nil {
		return fmt.Errorf("begin upload: %w", err)
	}
	if err = fill(up); err == nil {
		if w.etag, err = up.Complete(ctx); err == nil {
			return nil
		}
		err = fmt.Errorf("complete upload: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTime)
	defer cancel()
	if abort := up.Abort(ctx); abort != nil {
		err = errors.Join(err, fmt.Errorf("abort upload: %w", abort))
	}

	return err
}
