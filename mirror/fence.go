package mirror

import (
	"context"
	"io"
)

// fence is a destination that is written only as long as a check allows it. It stands
// next to the store: nothing waits between the check and the request. It embeds no
// Store: a way to write that it lacks would be open.
type fence struct {
	Reader

	store Store
	check func() error
}

func newFence(store Store, check func() error) fence {
	return fence{Reader: store, store: store, check: check}
}

func (f fence) CreateBucket(ctx context.Context, bucket string, req BucketRequest) error {
	if err := f.check(); err != nil {
		return err
	}

	return f.store.CreateBucket(ctx, bucket, req)
}

func (f fence) SetSetting(ctx context.Context, bucket, name string, doc []byte) error {
	if err := f.check(); err != nil {
		return err
	}

	return f.store.SetSetting(ctx, bucket, name, doc)
}

func (f fence) Put(ctx context.Context, bucket, key string, req PutRequest) (ETag, error) {
	if err := f.check(); err != nil {
		return "", err
	}

	return f.store.Put(ctx, bucket, key, req)
}

func (f fence) Remove(ctx context.Context, bucket, key string) error {
	if err := f.check(); err != nil {
		return err
	}

	return f.store.Remove(ctx, bucket, key)
}

func (f fence) Upload(ctx context.Context, bucket, key string, req UploadRequest) (Upload, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	up, err := f.store.Upload(ctx, bucket, key, req)

	return f.wrap(up, err)
}

func (f fence) Uploads(ctx context.Context, bucket, prefix string) ([]Pending, error) {
	return f.store.Uploads(ctx, bucket, prefix)
}

func (f fence) Resume(ctx context.Context, bucket, key, id string, filing Filing) (Upload, []Part, error) {
	up, parts, err := f.store.Resume(ctx, bucket, key, id, filing)
	up, err = f.wrap(up, err)

	return up, parts, err
}

func (f fence) wrap(up Upload, err error) (Upload, error) {
	if err != nil {
		return nil, err
	}

	return fencedUpload{Upload: up, check: f.check}, nil
}

// fencedUpload may always be given up: its parts are its own.
type fencedUpload struct {
	Upload

	check func() error
}

func (u fencedUpload) Part(ctx context.Context, n int, body io.Reader, size int64) (ETag, error) {
	if err := u.check(); err != nil {
		return "", err
	}

	return u.Upload.Part(ctx, n, body, size)
}

func (u fencedUpload) Complete(ctx context.Context) (ETag, error) {
	if err := u.check(); err != nil {
		return "", err
	}

	return u.Upload.Complete(ctx)
}
