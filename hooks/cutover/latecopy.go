package cutover

import (
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"io"

	"github.com/helm-ferry/ferry/mirror"
)

// maxSingle is the most that a store takes in one write, which is the only write that can be bound to a condition.
const maxSingle = 5 << 30

var errTooLarge = errors.New("it is too large for one conditional write")

// copyLate copies one object if the target still holds what was listed. The error is [mirror.ErrChanged]
// if it does not, or if the object is not what was listed any more.
func copyLate(ctx context.Context, src, dst mirror.Store, bucket string, p pair) error {
	if p.src.Size > maxSingle {
		return errTooLarge
	}
	described, err := src.Stat(ctx, bucket, p.key)
	if err != nil {
		return fmt.Errorf("read %q in bucket %q of %s: %w", p.key, bucket, src.Location(), err)
	}
	if !described.ETag.Same(p.src.ETag) {
		return fmt.Errorf("read %q in bucket %q of %s: %w", p.key, bucket, src.Location(), mirror.ErrChanged)
	}
	req := mirror.PutRequest{Size: described.Size, Attributes: described.Attributes, IfAbsent: p.dst == nil}
	if p.dst != nil {
		req.IfMatch = p.dst.ETag
	}
	if err := stillThere(ctx, dst, bucket, p); err != nil {
		return err
	}
	if req.MD5, err = digestOf(ctx, src, bucket, described.Entry); err != nil {
		return err
	}
	_, body, err := src.Get(ctx, bucket, p.key, mirror.Selection{IfMatch: described.ETag})
	if err != nil {
		return fmt.Errorf("read %q in bucket %q of %s: %w", p.key, bucket, src.Location(), err)
	}
	defer body.Close()
	req.Body = body
	if _, err := dst.Put(ctx, bucket, p.key, req); err != nil {
		return fmt.Errorf("write %q in bucket %q of %s: %w", p.key, bucket, dst.Location(), err)
	}
	return nil
}

// stillThere makes sure that the target holds what was listed: some servers ignore the condition of a write.
func stillThere(ctx context.Context, dst mirror.Store, bucket string, p pair) error {
	now, err := dst.Stat(ctx, bucket, p.key)
	switch {
	case errors.Is(err, mirror.ErrNoObject) && p.dst == nil:
		return nil
	case err == nil && p.dst != nil && now.ETag.Same(p.dst.ETag):
		return nil
	case err == nil || errors.Is(err, mirror.ErrNoObject):
		err = mirror.ErrChanged
	}
	return fmt.Errorf("read %q in bucket %q of %s: %w", p.key, bucket, dst.Location(), err)
}

// digestOf returns the MD5 of an object, which has to be known before it is written: from its ETag, or
// by reading it.
func digestOf(ctx context.Context, src mirror.Store, bucket string, e mirror.Entry) ([md5.Size]byte, error) {
	var sum [md5.Size]byte
	_, body, err := src.Get(ctx, bucket, e.Key, mirror.Selection{IfMatch: e.ETag})
	if err != nil {
		return sum, fmt.Errorf("read %q in bucket %q of %s: %w", e.Key, bucket, src.Location(), err)
	}
	defer body.Close()
	digest := md5.New()
	if _, err := io.Copy(digest, body); err != nil {
		return sum, fmt.Errorf("read %q in bucket %q of %s: %w", e.Key, bucket, src.Location(), err)
	}
	copy(sum[:], digest.Sum(nil))
	return sum, nil
}
