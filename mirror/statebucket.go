package mirror

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/helm-ferry/ferry/mirror/state"
)

// settle is how long a write waits for others before it is read back, where the store
// does not check conditions.
const settleTime = 2 * time.Second

// stateBucket is a place in a bucket. It repeats calls that fail for a moment.
type stateBucket struct {
	store          Store
	bucket, prefix string

	mu   sync.Mutex
	open *state.Facts // of the place that was opened to write
}

// StateIn returns the place in a bucket of a store, or below a prefix of it. It sends
// nothing yet. Conditions are left to the store once Open has seen that it refuses
// wrong ones; what Open finds out to write is asked once.
func StateIn(store Store, bucket, prefix string) state.Place {
	return &stateBucket{store: store, bucket: bucket, prefix: folder(prefix)}
}

// folder returns a prefix with a slash at its end, or none.
func folder(prefix string) string {
	if prefix = strings.Trim(prefix, "/"); prefix == "" {
		return ""
	}

	return prefix + "/"
}

func (s *stateBucket) location() string { return s.store.Location() + "/" + s.bucket + "/" + s.prefix }

// Open implements state.Place.
func (s *stateBucket) Open(ctx context.Context, use state.Use) (state.Facts, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open != nil {
		return *s.open, nil
	}
	facts := state.Facts{Location: s.location()}
	err := s.own(ctx, use)
	if err == nil && use == state.Write {
		facts.Conditional, err = s.probe(ctx)
	}
	if err != nil {
		return facts, fmt.Errorf("bucket %q: %w", s.bucket, err)
	}
	if use == state.Write {
		s.open = &facts
	}

	return facts, nil
}

// conditional reports whether the store is known to check conditions.
func (s *stateBucket) conditional() bool {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.open != nil && s.open.Conditional
}

// own makes sure that the place is Ferry's own.
func (s *stateBucket) own(ctx context.Context, use state.Use) error {
	var page Page
	err := s.repeat(ctx, func(ctx context.Context) error {
		var err error
		page, err = s.store.List(ctx, s.bucket, Cursor{Prefix: s.prefix})

		return err
	})
	if errors.Is(err, ErrNoBucket) {
		if use == state.Read {
			return nil
		}
		err = s.repeat(ctx, func(ctx context.Context) error { return s.store.CreateBucket(ctx, s.bucket, BucketRequest{}) })
	}
	if err != nil {
		return err
	}
	marker, _, err := s.Get(ctx, state.Marker)
	switch {
	case err == nil && state.IsMarker(marker):
		return nil
	case err != nil && !errors.Is(err, state.ErrAbsent):
		return err
	case slices.ContainsFunc(page.Entries, func(e Entry) bool { return strings.HasPrefix(e.Key, s.prefix) }):
		return fmt.Errorf("%s is %w: it holds objects, and no %s of Ferry", s.location(), state.ErrForeign, state.Marker)
	case use == state.Read:
		return nil
	}
	_, err = s.write(ctx, state.Marker, []byte(state.MarkerContent), PutRequest{})

	return err
}

// probe finds out whether the store refuses writes under wrong conditions, and takes
// them under right ones.
func (s *stateBucket) probe(ctx context.Context) (bool, error) {
	name := "probes/" + rand.Text()
	defer func() { // a probe that stays does no harm
		_ = s.Remove(context.WithoutCancel(ctx), name)
	}()
	tag, err := s.write(ctx, name, []byte("1"), PutRequest{IfAbsent: true})
	if err != nil {
		return false, onlyTemporary(err)
	}
	for _, wrong := range []PutRequest{{IfAbsent: true}, {IfMatch: "00000000000000000000000000000000"}} {
		if _, err := s.write(ctx, name, []byte("2"), wrong); !errors.Is(err, state.ErrConflict) {
			return false, onlyTemporary(err)
		}
	}
	_, err = s.write(ctx, name, []byte("3"), PutRequest{IfMatch: ETag(tag)})

	return err == nil, onlyTemporary(err)
}

// onlyTemporary drops an error that is a server's way to say no.
func onlyTemporary(err error) error {
	if errors.Is(err, ErrTemporary) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}

	return nil
}

// Get implements state.Place.
func (s *stateBucket) Get(ctx context.Context, name string) ([]byte, state.Tag, error) {
	if err := state.Check(name); err != nil {
		return nil, "", err
	}
	var content []byte
	var tag state.Tag
	err := s.repeat(ctx, func(ctx context.Context) error {
		obj, body, err := s.store.Get(ctx, s.bucket, s.prefix+name, Selection{})
		if err != nil {
			return err
		}
		defer body.Close()
		content, err = io.ReadAll(io.LimitReader(body, state.MaxSize+1))
		if err == nil && int64(len(content)) != obj.Length {
			err = fmt.Errorf("%w: %d of %d", errSize, len(content), obj.Length)
		}
		tag = state.Tag(obj.ETag)

		return err
	})
	if errors.Is(err, ErrNoObject) || errors.Is(err, ErrNoBucket) {
		err = state.ErrAbsent
	}
	if err != nil {
		return nil, "", fmt.Errorf("get %q of %s: %w", name, s.location(), err)
	}

	return content, tag, nil
}

// Put implements state.Place.
func (s *stateBucket) Put(ctx context.Context, name string, content []byte, only state.Condition) (state.Tag, error) {
	if err := state.Check(name); err != nil {
		return "", err
	}
	if s.conditional() {
		return s.write(ctx, name, content, PutRequest{IfAbsent: only.Absent, IfMatch: ETag(only.Tag)})
	}
	if only == (state.Condition{}) {
		return s.write(ctx, name, content, PutRequest{})
	}
	_, before, err := s.Get(ctx, name)
	absent := errors.Is(err, state.ErrAbsent)
	switch {
	case err != nil && !absent:
		return "", err
	case only.Absent && !absent, only.Tag != "" && (absent || before != only.Tag):
		return "", fmt.Errorf("put %q into %s: %w", name, s.location(), state.ErrConflict)
	}
	if _, err := s.write(ctx, name, content, PutRequest{}); err != nil {
		return "", err
	}
	if err := sleep(ctx, settleTime); err != nil {
		return "", err
	}

	return s.written(ctx, name, content)
}

// written returns the tag of an item if it has the content.
func (s *stateBucket) written(ctx context.Context, name string, content []byte) (state.Tag, error) {
	now, tag, err := s.Get(ctx, name)
	if err != nil && !errors.Is(err, state.ErrAbsent) {
		return "", err
	}
	if err != nil || !bytes.Equal(now, content) {
		return "", fmt.Errorf("put %q into %s: %w", name, s.location(), state.ErrConflict)
	}

	return tag, nil
}

// write writes an item. When a condition does not hold after an attempt whose outcome
// nobody knows, that attempt may be why: what is there decides.
func (s *stateBucket) write(ctx context.Context, name string, content []byte, req PutRequest) (state.Tag, error) {
	var tag state.Tag
	tries := 0
	err := s.repeat(ctx, func(ctx context.Context) error {
		tries++
		req.Body, req.Size, req.MD5 = bytes.NewReader(content), int64(len(content)), md5.Sum(content)
		etag, err := s.store.Put(ctx, s.bucket, s.prefix+name, req)
		tag = state.Tag(etag)

		return err
	})
	if errors.Is(err, ErrChanged) {
		if tries > 1 {
			return s.written(ctx, name, content)
		}
		err = state.ErrConflict
	}
	if err != nil {
		return "", fmt.Errorf("put %q into %s: %w", name, s.location(), err)
	}

	return tag, nil
}

// List implements state.Place.
func (s *stateBucket) List(ctx context.Context, prefix string) ([]state.Item, error) {
	var items []state.Item
	err := s.each(ctx, prefix, func(name string, e Entry) error {
		items = append(items, state.Item{Name: name, Size: e.Size, Modified: e.Modified})

		return nil
	})

	return items, err
}

// each calls f for each object whose name begins with a prefix. There are none in a
// bucket that does not exist.
func (s *stateBucket) each(ctx context.Context, prefix string, f func(name string, e Entry) error) error {
	return eachEntry(ctx, s.store, s.bucket, s.prefix, prefix, f)
}

// eachEntry calls f for each object of a bucket whose name below a prefix begins with
// another one.
func eachEntry(ctx context.Context, store Reader, bucket, below, prefix string, f func(name string, e Entry) error) error {
	for from := (Cursor{Prefix: below + prefix}); ; {
		var page Page
		err := repeat(ctx, func() {}, func(ctx context.Context) error {
			var err error
			page, err = store.List(ctx, bucket, from)

			return err
		})
		if errors.Is(err, ErrNoBucket) {
			return nil
		}
		if err == nil && page.Truncated && (page.Next == "" || page.Next == from.Token) {
			err = errors.New("the listing does not go on")
		}
		if err != nil {
			return fmt.Errorf("list %s: %w", store.Location()+"/"+bucket+"/"+below, err)
		}
		for _, e := range page.Entries {
			name, ok := strings.CutPrefix(e.Key, below)
			if !ok || !strings.HasPrefix(name, prefix) {
				continue
			}
			if err := f(name, e); err != nil {
				return err
			}
		}
		if !page.Truncated {
			return nil
		}
		from.Token = page.Next
	}
}

// Remove implements state.Place.
func (s *stateBucket) Remove(ctx context.Context, name string) error {
	if err := state.Check(name); err != nil {
		return err
	}

	return s.remove(ctx, name)
}

func (s *stateBucket) remove(ctx context.Context, name string) error {
	err := s.repeat(ctx, func(ctx context.Context) error { return s.store.Remove(ctx, s.bucket, s.prefix+name) })
	if err != nil && !errors.Is(err, ErrNoBucket) && !errors.Is(err, ErrNoObject) {
		return fmt.Errorf("remove %q of %s: %w", name, s.location(), err)
	}

	return nil
}

func (s *stateBucket) repeat(ctx context.Context, f func(context.Context) error) error {
	return repeat(ctx, func() {}, f)
}

// sleep waits, or returns why ctx has ended.
func sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
