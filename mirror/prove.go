package mirror

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
)

// prove returns the proof of what was written. If the ETags do not prove it, the
// object is read back.
func (t *transfer) prove(ctx context.Context, touch func(), obj Object, w written) (Proof, error) {
	if w.proof != "" && w.etag.Same(obj.ETag) {
		return w.proof, nil
	}
	err := t.readBack(ctx, touch, Entry{Key: t.dest, Size: obj.Size, ETag: w.etag}, w.pieces)
	if err != nil {
		return "", fmt.Errorf("read back: %w", err)
	}

	return ProofReadBack, nil
}

// readBack compares what the destination returns with what was sent, piece by piece.
func (t *transfer) readBack(ctx context.Context, touch func(), entry Entry, pieces []piece) error {
	obj, source, err := t.dst.Get(ctx, t.dstBucket, entry.Key, Selection{IfMatch: entry.ETag})
	if err != nil {
		return moved(err, obj.Entry, entry)
	}
	defer source.Close()
	if entry.ETag == "" {
		entry.ETag = obj.ETag
	}
	if err := moved(nil, obj.Entry, entry); err != nil {
		return err
	}
	content := newBody(t.meter(ctx, touch, source), entry.Size)
	defer content.release()
	for _, p := range pieces {
		sum := md5.New()
		if _, err := io.CopyN(sum, content, p.size); err != nil {
			return errors.Join(content.fault, err)
		}
		if [md5.Size]byte(sum.Sum(nil)) != p.sum {
			return fmt.Errorf("%w: what was written does not read back as the same", ErrTemporary)
		}
	}
	if _, err := io.Copy(io.Discard, content); err != nil {
		return err
	}

	return content.delivered()
}

// inspect names the attributes that the destination's object does not have. It looks
// until it has seen such attributes kept; those that stores are known to change it
// looks at always.
func (t *transfer) inspect(ctx context.Context, src Object, etag ETag) ([]string, error) {
	shape, plain := shapeOf(src.Attributes)
	if plain && etag != "" && !t.wary && !t.tagless && t.lore.kept(shape) {
		return nil, nil
	}
	var dst Object
	err := repeat(ctx, t.onRetry, func(ctx context.Context) error {
		var err error
		dst, err = t.dst.Stat(ctx, t.dstBucket, t.dest)

		return err
	})
	if err == nil && etag == "" {
		etag = dst.ETag
	}
	if err = moved(err, dst.Entry, Entry{Size: src.Size, ETag: etag}); err != nil {
		return nil, fmt.Errorf("inspect the copy: %w", err)
	}
	lost := src.Missing(dst.Attributes)
	if t.tagless {
		return append(lost, "tags"), nil
	}
	if plain && len(lost) == 0 {
		t.lore.keeps(shape)
	}

	return lost, nil
}

// open reads an object or a part of it, which must still be as listed.
func (t *transfer) open(ctx context.Context, touch func(), part int) (Object, io.ReadCloser, error) {
	obj, source, err := t.src.Get(ctx, t.srcBucket, t.entry.Key, Selection{
		IfMatch: t.entry.ETag, Part: part, Version: t.entry.Version,
	})
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
	obj, source, err := store.Get(ctx, bucket, entry.Key, Selection{IfMatch: entry.ETag, Version: entry.Version})
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
	content := newBody(e.meter(ctx, touch, source), entry.Size)
	defer content.release()
	if _, err := io.Copy(sha, content); err != nil {
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
