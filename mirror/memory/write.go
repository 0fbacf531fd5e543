package memory

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/helm-ferry/ferry/mirror"
)

// receive reads a body that must have exactly size bytes.
func receive(ctx context.Context, body io.Reader, size int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(body, size))
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("receive body: %w", err)
	}
	if int64(len(content)) != size {
		return nil, fmt.Errorf("receive body: %w: %d of %d bytes", mirror.ErrTemporary, len(content), size)
	}

	return content, nil
}

// commit makes an object visible, as far as the store can hold it. allow, if there is one, is asked
// about the object that it is going to replace.
func (s *Store) commit(bucket, key string, obj object, allow func(object, bool) bool) (mirror.ETag, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	objects, err := s.bucket(bucket)
	if err != nil {
		return "", err
	}
	if s.quirks.NoTags && len(obj.attrs.Tags) > 0 {
		return "", fmt.Errorf("write %q: %w", key, mirror.ErrTagsRefused)
	}
	name := s.name(key)
	if s.quirks.Folders && collides(objects, name) {
		return "", fmt.Errorf("write %q: %w: it is a folder or lies in an object", key, mirror.ErrKeyRefused)
	}
	if before, exists := objects[name]; allow != nil && !allow(before, exists) {
		return "", fmt.Errorf("write %q: %w", key, mirror.ErrChanged)
	}
	if s.quirks.OpaqueETags {
		obj.etag = randomETag()
	}
	if obj.modified.IsZero() || s.quirks.OwnTimes {
		obj.modified = time.Now()
	}
	obj.attrs = s.keep(obj.attrs)
	if err := s.holds(bucket, obj.attrs); err != nil {
		return "", err
	}
	wanted := obj.version
	obj.version = ""
	obj = s.record(bucket, name, obj, wanted)
	objects[name] = obj
	s.reorder(bucket, name)

	return obj.etag, nil
}

// collides reports whether a key lies below or above another one.
func collides(objects map[string]object, key string) bool {
	for other := range objects {
		if strings.HasPrefix(other, key+"/") || strings.HasPrefix(key, other+"/") {
			return true
		}
	}

	return false
}

// keep copies the attributes that the store keeps.
func (s *Store) keep(a mirror.Attributes) mirror.Attributes {
	out := mirror.Attributes{
		Headers: maps.Clone(a.Headers), Metadata: maps.Clone(a.Metadata), Tags: maps.Clone(a.Tags), Lock: maps.Clone(a.Lock),
	}
	for _, name := range s.quirks.Drops {
		delete(out.Headers, name)
		delete(out.Metadata, strings.TrimPrefix(name, "x-amz-meta-"))
	}

	return out
}

// refuses reports how the store answers to a filing.
func (s *Store) refuses(f mirror.Filing) error {
	if s.quirks.NoFiling && f != (mirror.Filing{}) {
		return mirror.ErrFilingRefused
	}

	return nil
}

// part returns the content of part n and describes it in out.
func (o object) part(n int, out *mirror.Object) ([]byte, error) {
	sizes := o.parts
	if sizes == nil {
		sizes = []int64{int64(len(o.content))}
	}
	if n > len(sizes) {
		return nil, fmt.Errorf("part %d of %d: no such part", n, len(sizes))
	}
	for _, size := range sizes[:n-1] {
		out.Offset += size
	}
	out.Length, out.Ranged = sizes[n-1], true

	return o.content[out.Offset : out.Offset+out.Length], nil
}

// upload implements mirror.Upload.
type upload struct {
	store           *Store
	bucket, key, id string
	req             mirror.UploadRequest
	begun           time.Time

	mu    sync.Mutex
	parts map[int][]byte
}

// Upload implements mirror.Store.
func (s *Store) Upload(
	ctx context.Context, bucket, key string, req mirror.UploadRequest,
) (mirror.Upload, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.bucket(bucket); err != nil {
		return nil, err
	}
	if s.quirks.NoTags && len(req.Attributes.Tags) > 0 {
		return nil, fmt.Errorf("upload %q: %w", key, mirror.ErrTagsRefused)
	}
	if err := s.refuses(req.Filing); err != nil {
		return nil, fmt.Errorf("upload %q: %w", key, err)
	}
	s.begun++
	u := &upload{store: s, bucket: bucket, key: key, id: strconv.Itoa(s.begun), req: req, begun: time.Now(), parts: map[int][]byte{}}
	s.uploads[u.id] = u

	return u, nil
}

// HasUpload implements mirror.Reader.
func (s *Store) HasUpload(ctx context.Context, bucket, key, id string) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.uploads[id]

	return u != nil && u.bucket == bucket && u.key == key, nil
}

// Uploads implements mirror.Store.
func (s *Store) Uploads(ctx context.Context, bucket, prefix string) ([]mirror.Pending, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.bucket(bucket); err != nil {
		return nil, err
	}
	var pending []mirror.Pending
	for _, u := range s.uploads {
		if u.bucket == bucket && strings.HasPrefix(u.key, prefix) {
			pending = append(pending, mirror.Pending{Key: u.key, ID: u.id, Begun: u.begun})
		}
	}
	slices.SortFunc(pending, func(a, b mirror.Pending) int { return strings.Compare(a.Key+"\x00"+a.ID, b.Key+"\x00"+b.ID) })

	return pending, nil
}

// Resume implements mirror.Store.
func (s *Store) Resume(
	ctx context.Context, bucket, key, id string, filing mirror.Filing,
) (mirror.Upload, []mirror.Part, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	u := s.uploads[id]
	s.mu.Unlock()
	if u == nil || u.bucket != bucket || u.key != key {
		return nil, nil, fmt.Errorf("resume upload of %q: %w", key, mirror.ErrNoObject)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.req.Filing = filing
	var parts []mirror.Part
	for _, n := range slices.Sorted(maps.Keys(u.parts)) {
		parts = append(parts, mirror.Part{Number: n, Size: int64(len(u.parts[n])), ETag: u.tag(u.parts[n])})
	}

	return u, parts, nil
}

// ID implements mirror.Upload.
func (u *upload) ID() string { return u.id }

// tag is the ETag of a part.
func (u *upload) tag(content []byte) mirror.ETag {
	if u.store.quirks.OpaqueETags {
		return randomETag()
	}
	sum := md5.Sum(content)

	return mirror.ETag(hex.EncodeToString(sum[:]))
}

// Part implements mirror.Upload.
func (u *upload) Part(ctx context.Context, n int, body io.Reader, size int64) (mirror.ETag, error) {
	content, err := receive(ctx, body, size)
	if err != nil {
		return "", err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.parts[n] = content

	return u.tag(content), nil
}

// Complete implements mirror.Upload.
func (u *upload) Complete(ctx context.Context) (mirror.ETag, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.pending() {
		return "", fmt.Errorf("complete %q: %w: no such upload", u.key, mirror.ErrTemporary)
	}
	obj := object{attrs: u.req.Attributes, modified: u.req.Filing.Modified, version: u.req.Filing.Version}
	var sums []byte
	numbers := slices.Sorted(maps.Keys(u.parts))
	for i, n := range numbers {
		content := u.parts[n]
		if int64(len(content)) < u.store.quirks.MinPart && i < len(numbers)-1 {
			return "", fmt.Errorf("complete %q: %w: part %d is too small", u.key, mirror.ErrPartsRefused, n)
		}
		sum := md5.Sum(content)
		sums = append(sums, sum[:]...)
		obj.content = append(obj.content, content...)
		obj.parts = append(obj.parts, int64(len(content)))
	}
	whole := md5.Sum(sums)
	obj.etag = mirror.ETag(fmt.Sprintf("%x-%d", whole, len(numbers)))
	etag, err := u.store.commit(u.bucket, u.key, obj, nil)
	if err == nil {
		u.forget()
	}

	return etag, err
}

// Abort implements mirror.Upload.
func (u *upload) Abort(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	u.forget()

	return nil
}

func (u *upload) pending() bool {
	u.store.mu.Lock()
	defer u.store.mu.Unlock()

	return u.store.uploads[u.id] != nil
}

func (u *upload) forget() {
	u.store.mu.Lock()
	defer u.store.mu.Unlock()
	delete(u.store.uploads, u.id)
}
