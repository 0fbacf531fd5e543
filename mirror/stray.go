package mirror

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// dropStrays gives up what killed runs were moving to the trash of the buckets that this run has locked:
// nobody else writes there, and this run is done with it. It needs the locks to be where the trash is,
// so that whoever writes to it holds them.
func (e *engine) dropStrays(ctx context.Context) {
	s := e.session.Load()
	if s == nil || s.locks == nil || e.kind != kindMirror || e.opts.Remove.Trash <= 0 || ctx.Err() != nil || !e.locksTrash(s) {
		return
	}
	prefix := folder(e.opts.StatePrefix)
	if prefix != "" {
		prefix += trashPrefix
	}
	pending, err := e.pending(ctx, e.opts.stateBucket(), prefix)
	for _, p := range pending {
		key := strings.TrimPrefix(p.Key, folder(e.opts.StatePrefix))
		if bucket, ok := trashedFrom(key); !ok || !s.holds(bucket) {
			continue
		}
		abort := e.mayWrite()
		if abort == nil {
			abort = e.abort(ctx, e.opts.stateBucket(), p)
		}
		if abort == nil {
			s.rep.Aborted++
		}
		err = errors.Join(err, abort)
	}
	if err != nil {
		s.note(fmt.Errorf("give up what killed runs were moving to the trash: %w", err))
	}
}

// holds reports whether the run has the lock of a bucket.
func (s *session) holds(bucket string) bool {
	_, refused := s.locks.Refused(bucket)

	return slices.Contains(s.names, bucket) && !refused
}

// locksTrash reports whether the locks of the run are where its trash is.
func (e *engine) locksTrash(s *session) bool {
	place, ok := s.place.(*stateBucket)

	return ok && place.location() == e.trashPlace().location()
}

// trashedFrom returns the bucket from which a key of the trash came.
func trashedFrom(key string) (string, bool) {
	if _, ok := trashedAt(key); !ok {
		return "", false
	}
	_, rest, _ := strings.Cut(strings.TrimPrefix(key, trashPrefix), "/")
	bucket, _, ok := strings.Cut(rest, "/")

	return bucket, ok
}

// pending lists uploads at the destination, none where it does not list them.
func (e *engine) pending(ctx context.Context, bucket, prefix string) ([]Pending, error) {
	var pending []Pending
	err := repeat(ctx, func() {}, func(ctx context.Context) error {
		var err error
		pending, err = e.dst.Uploads(ctx, bucket, prefix)

		return err
	})
	if errors.Is(err, ErrUnsupported) || errors.Is(err, ErrNoBucket) {
		return nil, nil
	}

	return pending, err
}

func (e *engine) abort(ctx context.Context, bucket string, p Pending) error {
	up, _, err := e.dst.Resume(ctx, bucket, p.Key, p.ID, Filing{})
	if err == nil {
		err = up.Abort(ctx)
	}
	if errors.Is(err, ErrNoObject) {
		return nil
	}

	return err
}

// nameStrays names, when the run before this one was killed, the uploads that are under way in the bucket.
// What that run has taken down is dropped by then, and a question it had asked is given up here. The others
// may be its own, begun a moment before it could take them down, and may be somebody else's: they stay.
func (b *bucketRun) nameStrays(ctx context.Context) {
	s := b.session.Load()
	bucket, _ := locate(b.name)
	if s == nil || b.kind != kindMirror || !s.taken[bucket] || b.absent || ctx.Err() != nil {
		return
	}
	pending, err := b.pending(ctx, b.name, "")
	if err != nil {
		s.note(fmt.Errorf("list what is under way in bucket %q: %w", b.name, err))

		return
	}
	for _, p := range pending {
		switch {
		case b.opts.owns(b.name, p.Key):
		case p.Key == apartKey:
			if err := b.abort(ctx, b.name, p); err != nil {
				s.note(fmt.Errorf("an upload that was begun as a question stays: %w", err))
			}
		default:
			s.rep.Strays.add(Stray{Bucket: b.name, Key: printable(p.Key), ID: p.ID, Begun: p.Begun.UTC()})
		}
	}
}
