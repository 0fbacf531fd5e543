package faulty

import (
	"context"
	"io"

	"github.com/helm-ferry/ferry/mirror"
)

// Call is one call of a method of a store.
type Call struct {
	Method      string // as in mirror.Store, and Part, Complete, Abort of an upload
	Bucket, Key string
	Part        int
}

// Faults says how a store misbehaves. What is nil does not. The functions are
// called one at a time.
type Faults struct {
	// Before may fail a call that then has no effect.
	Before func(Call) error
	// After may fail a call that has succeeded: it had its effect all the same.
	After func(Call) error
	// Page may change a page of a listing.
	Page func(bucket string, from mirror.Cursor, page mirror.Page) mirror.Page
	// Tag may change the tag that a write returns.
	Tag func(call Call, etag mirror.ETag) mirror.ETag
	// Object may change what a read returns.
	Object func(call Call, obj mirror.Object, body io.ReadCloser) (mirror.Object, io.ReadCloser)
}

// Store is a store with faults, and a record of the calls.
type Store struct {
	store  mirror.Store
	faults Faults

	mu    lock
	calls []Call
}

var _ mirror.Store = (*Store)(nil)

// lock is a mutex under which a fault may sleep: where time is synctest's, whoever waits
// for a sync.Mutex keeps it from passing.
type lock chan struct{}

func (l lock) Lock() { l <- struct{}{} }

func (l lock) Unlock() { <-l }

// New wraps a store.
func New(store mirror.Store, faults Faults) *Store {
	return &Store{store: store, faults: faults, mu: make(lock, 1)}
}

// Calls returns how often a method was called.
func (s *Store) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, call := range s.calls {
		if call.Method == method {
			n++
		}
	}

	return n
}

// do makes a call with the faults around it.
func (s *Store) do(call Call, f func() error) error {
	s.mu.Lock()
	s.calls = append(s.calls, call)
	err := check(s.faults.Before, call)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()

	return check(s.faults.After, call)
}

func check(fault func(Call) error, call Call) error {
	if fault == nil {
		return nil
	}

	return fault(call)
}

// tag returns the tag of a write, as the faults have it.
func (s *Store) tag(call Call, etag mirror.ETag) mirror.ETag {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.faults.Tag == nil {
		return etag
	}

	return s.faults.Tag(call, etag)
}

// Location implements mirror.Reader.
func (s *Store) Location() string { return s.store.Location() }

// Buckets implements mirror.Reader.
func (s *Store) Buckets(ctx context.Context) (names []string, err error) {
	err = s.do(Call{Method: "Buckets"}, func() error {
		names, err = s.store.Buckets(ctx)

		return err
	})

	return names, err
}

// List implements mirror.Reader.
func (s *Store) List(ctx context.Context, bucket string, from mirror.Cursor) (page mirror.Page, err error) {
	err = s.do(Call{Method: "List", Bucket: bucket, Key: from.Prefix}, func() error {
		page, err = s.store.List(ctx, bucket, from)

		return err
	})
	if err != nil || s.faults.Page == nil {
		return page, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.faults.Page(bucket, from, page), nil
}

// Stat implements mirror.Reader.
func (s *Store) Stat(ctx context.Context, bucket, key string) (obj mirror.Object, err error) {
	err = s.do(Call{Method: "Stat", Bucket: bucket, Key: key}, func() error {
		obj, err = s.store.Stat(ctx, bucket, key)

		return err
	})

	return obj, err
}

// Get implements mirror.Reader.
func (s *Store) Get(
	ctx context.Context, bucket, key string, sel mirror.Selection,
) (obj mirror.Object, body io.ReadCloser, err error) {
	call := Call{Method: "Get", Bucket: bucket, Key: key, Part: sel.Part}
	err = s.do(call, func() error {
		obj, body, err = s.store.Get(ctx, bucket, key, sel)

		return err
	})
	if err != nil || s.faults.Object == nil {
		return obj, body, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	obj, body = s.faults.Object(call, obj, body)

	return obj, body, nil
}

// Tags implements mirror.Reader.
func (s *Store) Tags(ctx context.Context, bucket, key string) (tags map[string]string, err error) {
	err = s.do(Call{Method: "Tags", Bucket: bucket, Key: key}, func() error {
		tags, err = s.store.Tags(ctx, bucket, key)

		return err
	})

	return tags, err
}

// CreateBucket implements mirror.Store.
func (s *Store) CreateBucket(ctx context.Context, bucket string, req mirror.BucketRequest) error {
	return s.do(Call{Method: "CreateBucket", Bucket: bucket}, func() error { return s.store.CreateBucket(ctx, bucket, req) })
}

// Setting implements mirror.Reader. The name of the setting is the key of the call.
func (s *Store) Setting(ctx context.Context, bucket, name string) (doc []byte, err error) {
	err = s.do(Call{Method: "Setting", Bucket: bucket, Key: name}, func() error {
		doc, err = s.store.Setting(ctx, bucket, name)

		return err
	})

	return doc, err
}

// SetSetting implements mirror.Store. The name of the setting is the key of the call.
func (s *Store) SetSetting(ctx context.Context, bucket, name string, doc []byte) error {
	return s.do(Call{Method: "SetSetting", Bucket: bucket, Key: name}, func() error {
		return s.store.SetSetting(ctx, bucket, name, doc)
	})
}

// Put implements mirror.Store.
func (s *Store) Put(ctx context.Context, bucket, key string, req mirror.PutRequest) (etag mirror.ETag, err error) {
	call := Call{Method: "Put", Bucket: bucket, Key: key}
	err = s.do(call, func() error {
		etag, err = s.store.Put(ctx, bucket, key, req)

		return err
	})

	return s.tag(call, etag), err
}

// Remove implements mirror.Store.
func (s *Store) Remove(ctx context.Context, bucket, key string) error {
	return s.do(Call{Method: "Remove", Bucket: bucket, Key: key}, func() error { return s.store.Remove(ctx, bucket, key) })
}

// Upload implements mirror.Store.
func (s *Store) Upload(
	ctx context.Context, bucket, key string, req mirror.UploadRequest,
) (up mirror.Upload, err error) {
	call := Call{Method: "Upload", Bucket: bucket, Key: key}
	err = s.do(call, func() error {
		up, err = s.store.Upload(ctx, bucket, key, req)

		return err
	})
	if err != nil {
		return nil, err
	}

	return &upload{store: s, up: up, call: call}, nil
}

// HasUpload implements mirror.Reader.
func (s *Store) HasUpload(ctx context.Context, bucket, key, id string) (has bool, err error) {
	err = s.do(Call{Method: "HasUpload", Bucket: bucket, Key: key}, func() error {
		has, err = s.store.HasUpload(ctx, bucket, key, id)

		return err
	})

	return has, err
}

// Uploads implements mirror.Store.
func (s *Store) Uploads(ctx context.Context, bucket, prefix string) (pending []mirror.Pending, err error) {
	err = s.do(Call{Method: "Uploads", Bucket: bucket, Key: prefix}, func() error {
		pending, err = s.store.Uploads(ctx, bucket, prefix)

		return err
	})

	return pending, err
}

// Resume implements mirror.Store.
func (s *Store) Resume(
	ctx context.Context, bucket, key, id string, filing mirror.Filing,
) (up mirror.Upload, parts []mirror.Part, err error) {
	call := Call{Method: "Resume", Bucket: bucket, Key: key}
	err = s.do(call, func() error {
		up, parts, err = s.store.Resume(ctx, bucket, key, id, filing)

		return err
	})
	if err != nil {
		return nil, nil, err
	}

	return &upload{store: s, up: up, call: call}, parts, nil
}

// ID implements mirror.Upload.
func (u *upload) ID() string { return u.up.ID() }

// upload is an upload with the faults of its store.
type upload struct {
	store *Store
	up    mirror.Upload
	call  Call
}

func (u *upload) as(method string, part int) Call {
	call := u.call
	call.Method, call.Part = method, part

	return call
}

// Part implements mirror.Upload.
func (u *upload) Part(ctx context.Context, n int, body io.Reader, size int64) (etag mirror.ETag, err error) {
	call := u.as("Part", n)
	err = u.store.do(call, func() error {
		etag, err = u.up.Part(ctx, n, body, size)

		return err
	})

	return u.store.tag(call, etag), err
}

// Complete implements mirror.Upload.
func (u *upload) Complete(ctx context.Context) (etag mirror.ETag, err error) {
	call := u.as("Complete", 0)
	err = u.store.do(call, func() error {
		etag, err = u.up.Complete(ctx)

		return err
	})

	return u.store.tag(call, etag), err
}

// Abort implements mirror.Upload.
func (u *upload) Abort(ctx context.Context) error {
	return u.store.do(u.as("Abort", 0), func() error { return u.up.Abort(ctx) })
}
