package mount

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/helm-ferry/ferry/mirror"
)

// Place is a bucket, or the objects in it whose keys begin with a prefix.
type Place struct{ Bucket, Prefix string }

// Reader returns a store in which each bucket is the place that at names.
func Reader(store mirror.Reader, at func(bucket string) Place) mirror.Reader {
	return reader{store: store, at: at}
}

// Store is Reader for a store that is written.
func Store(store mirror.Store, at func(bucket string) Place) mirror.Store {
	return writer{reader: reader{store: store, at: at}, store: store}
}

// reader implements mirror.Reader. It embeds none: a method that it lacks would
// reach the wrong bucket.
type reader struct {
	store mirror.Reader
	at    func(string) Place
}

// Location implements mirror.Reader.
func (r reader) Location() string { return r.store.Location() }

// Buckets implements mirror.Reader, with the names that the store has.
func (r reader) Buckets(ctx context.Context) ([]string, error) { return r.store.Buckets(ctx) }

// List implements mirror.Reader. A server that ignores the prefix is not believed.
func (r reader) List(ctx context.Context, bucket string, from mirror.Cursor) (mirror.Page, error) {
	place := r.at(bucket)
	from.Prefix = place.Prefix + from.Prefix
	if from.After != "" {
		from.After = place.Prefix + from.After
	}
	page, err := r.store.List(ctx, place.Bucket, from)
	if err != nil || place.Prefix == "" {
		return page, err
	}
	entries := make([]mirror.Entry, 0, len(page.Entries))
	for _, entry := range page.Entries {
		key, ok := strings.CutPrefix(entry.Key, place.Prefix)
		switch {
		case !ok:
			return mirror.Page{}, fmt.Errorf("list %q of bucket %q: the server lists %q, which is elsewhere", place.Prefix, place.Bucket, entry.Key)
		case key == "" && entry.Size > 0:
			return mirror.Page{}, fmt.Errorf("list %q of bucket %q: there is an object of that very key: "+
				"it has no key below itself", place.Prefix, place.Bucket)
		case key != "":
			entry.Key = key
			entries = append(entries, entry)
		}
	}
	page.Entries = entries

	return page, nil
}

// Stat implements mirror.Reader.
func (r reader) Stat(ctx context.Context, bucket, key string) (mirror.Object, error) {
	place := r.at(bucket)
	obj, err := r.store.Stat(ctx, place.Bucket, place.Prefix+key)

	return place.object(obj), err
}

// Get implements mirror.Reader.
func (r reader) Get(ctx context.Context, bucket, key string, sel mirror.Selection) (mirror.Object, io.ReadCloser, error) {
	place := r.at(bucket)
	obj, body, err := r.store.Get(ctx, place.Bucket, place.Prefix+key, sel)

	return place.object(obj), body, err
}

// Tags implements mirror.Reader.
func (r reader) Tags(ctx context.Context, bucket, key string) (map[string]string, error) {
	place := r.at(bucket)

	return r.store.Tags(ctx, place.Bucket, place.Prefix+key)
}

// Setting implements mirror.Reader, with the setting of the whole bucket.
func (r reader) Setting(ctx context.Context, bucket, name string) ([]byte, error) {
	return r.store.Setting(ctx, r.at(bucket).Bucket, name)
}

func (p Place) object(obj mirror.Object) mirror.Object {
	obj.Key = strings.TrimPrefix(obj.Key, p.Prefix)

	return obj
}

// HasUpload implements mirror.Reader.
func (r reader) HasUpload(ctx context.Context, bucket, key, id string) (bool, error) {
	place := r.at(bucket)

	return r.store.HasUpload(ctx, place.Bucket, place.Prefix+key, id)
}

// writer implements mirror.Store.
type writer struct {
	reader
	store mirror.Store
}

// CreateBucket implements mirror.Store.
func (w writer) CreateBucket(ctx context.Context, bucket string, req mirror.BucketRequest) error {
	return w.store.CreateBucket(ctx, w.at(bucket).Bucket, req)
}

// SetSetting implements mirror.Store. A part of a bucket has no settings of its own.
func (w writer) SetSetting(ctx context.Context, bucket, name string, doc []byte) error {
	place := w.at(bucket)
	if place.Prefix != "" {
		return fmt.Errorf("set %s of %q in bucket %q: %w: settings belong to whole buckets",
			name, place.Prefix, place.Bucket, mirror.ErrUnsupported)
	}

	return w.store.SetSetting(ctx, place.Bucket, name, doc)
}

// Put implements mirror.Store.
func (w writer) Put(ctx context.Context, bucket, key string, req mirror.PutRequest) (mirror.ETag, error) {
	place := w.at(bucket)

	return w.store.Put(ctx, place.Bucket, place.Prefix+key, req)
}

// Upload implements mirror.Store.
func (w writer) Upload(ctx context.Context, bucket, key string, req mirror.UploadRequest) (mirror.Upload, error) {
	place := w.at(bucket)

	return w.store.Upload(ctx, place.Bucket, place.Prefix+key, req)
}

// Uploads implements mirror.Store.
func (w writer) Uploads(ctx context.Context, bucket, prefix string) ([]mirror.Pending, error) {
	place := w.at(bucket)
	pending, err := w.store.Uploads(ctx, place.Bucket, place.Prefix+prefix)
	for i := range pending {
		pending[i].Key = strings.TrimPrefix(pending[i].Key, place.Prefix)
	}

	return pending, err
}

// Resume implements mirror.Store.
func (w writer) Resume(
	ctx context.Context, bucket, key, id string, filing mirror.Filing,
) (mirror.Upload, []mirror.Part, error) {
	place := w.at(bucket)

	return w.store.Resume(ctx, place.Bucket, place.Prefix+key, id, filing)
}

// Remove implements mirror.Store.
func (w writer) Remove(ctx context.Context, bucket, key string) error {
	place := w.at(bucket)

	return w.store.Remove(ctx, place.Bucket, place.Prefix+key)
}
