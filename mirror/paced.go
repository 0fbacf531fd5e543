package mirror

import (
	"context"
	"io"
)

// pacedReader is a store whose reads keep to a pace. A read gives its place back when
// the answer begins: whoever copies reads one store while it writes the other, which
// may be the same.
type pacedReader struct {
	Reader

	pace *pace
}

// List implements Reader.
func (r pacedReader) List(ctx context.Context, bucket string, from Cursor) (page Page, err error) {
	err = r.pace.call(ctx, 0, func() error {
		page, err = r.Reader.List(ctx, bucket, from)

		return err
	})

	return page, err
}

// Stat implements Reader.
func (r pacedReader) Stat(ctx context.Context, bucket, key string) (obj Object, err error) {
	err = r.pace.call(ctx, 0, func() error {
		obj, err = r.Reader.Stat(ctx, bucket, key)

		return err
	})

	return obj, err
}

// Get implements Reader.
func (r pacedReader) Get(ctx context.Context, bucket, key string, sel Selection) (obj Object, body io.ReadCloser, err error) {
	err = r.pace.call(ctx, 0, func() error {
		obj, body, err = r.Reader.Get(ctx, bucket, key, sel)

		return err
	})

	return obj, body, err
}

// pacedStore is a store whose calls keep to a pace.
type pacedStore struct {
	Store

	reads pacedReader
}

func newPacedStore(store Store, p *pace) pacedStore {
	return pacedStore{Store: store, reads: pacedReader{Reader: store, pace: p}}
}

// List implements Reader.
func (s pacedStore) List(ctx context.Context, bucket string, from Cursor) (Page, error) {
	return s.reads.List(ctx, bucket, from)
}

// Stat implements Reader.
func (s pacedStore) Stat(ctx context.Context, bucket, key string) (Object, error) {
	return s.reads.Stat(ctx, bucket, key)
}

// Get implements Reader.
func (s pacedStore) Get(ctx context.Context, bucket, key string, sel Selection) (Object, io.ReadCloser, error) {
	return s.reads.Get(ctx, bucket, key, sel)
}

// Put implements Store.
func (s pacedStore) Put(ctx context.Context, bucket, key string, req PutRequest) (etag ETag, err error) {
	err = s.reads.pace.call(ctx, req.Size, func() error {
		etag, err = s.Store.Put(ctx, bucket, key, req)

		return err
	})

	return etag, err
}

// Upload implements Store.
func (s pacedStore) Upload(ctx context.Context, bucket, key string, req UploadRequest) (Upload, error) {
	up, err := s.Store.Upload(ctx, bucket, key, req)

	return pacedUpload{Upload: up, pace: s.reads.pace}, err
}

// Resume implements Store.
func (s pacedStore) Resume(ctx context.Context, bucket, key, id string, filing Filing) (Upload, []Part, error) {
	up, parts, err := s.Store.Resume(ctx, bucket, key, id, filing)

	return pacedUpload{Upload: up, pace: s.reads.pace}, parts, err
}

// pacedUpload is an upload of a pacedStore.
type pacedUpload struct {
	Upload

	pace *pace
}

// Part implements Upload.
func (u pacedUpload) Part(ctx context.Context, n int, body io.Reader, size int64) (etag ETag, err error) {
	err = u.pace.call(ctx, size, func() error {
		etag, err = u.Upload.Part(ctx, n, body, size)

		return err
	})

	return etag, err
}
