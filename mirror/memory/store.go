package memory

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/helm-ferry/ferry/mirror"
)

// Quirks are the ways in which a store falls short of the reference.
type Quirks struct {
	PageSize    int      // keys per page; default 1000
	MinPart     int64    // smallest part but the last
	OpaqueETags bool     // ETags are random
	NoParts     bool     // asked for a part, it returns the whole object
	NoTags      bool     // objects with tags are refused
	NoTagCount  bool     // a read does not say how many tags there are
	NoFiling    bool     // a write that asks for a filing is refused
	OwnTimes    bool     // objects have the times of their writes, whatever was asked
	Drops       []string // headers and x-amz-meta-* names that are not kept
	CleanKeys   bool     // keys are cleaned as file paths are
	Folders     bool     // a key cannot be an object and a folder of others
	NoVersions  bool     // keeps no versions, and does not know the word
	KeepsIDs    bool     // versions keep the ids that writes ask for
	ByTime      bool     // versions are in the order of their times
	HidesLocks  bool     // reads show neither retention nor legal hold
	NoSettings  []string // settings that it does not know
}

// Store implements mirror.Store.
type Store struct {
	location string
	quirks   Quirks

	mu       sync.Mutex
	buckets  map[string]map[string]object
	uploads  map[string]*upload
	begun    int // uploads
	beside   map[string]*keeping
	versions int // written
}

var _ mirror.Store = (*Store)(nil)

type object struct {
	content  []byte
	etag     mirror.ETag
	modified time.Time
	parts    []int64 // sizes; nil when written in one piece
	attrs    mirror.Attributes
	version  string
	marker   bool
}

// New returns an empty store. Stores with equal locations count as the same.
func New(location string, quirks Quirks) *Store {
	if quirks.PageSize == 0 {
		quirks.PageSize = 1000
	}

	return &Store{
		location: location, quirks: quirks,
		buckets: map[string]map[string]object{}, uploads: map[string]*upload{}, beside: map[string]*keeping{},
	}
}

// Pending returns the number of uploads that are neither complete nor aborted.
func (s *Store) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()

	return len(s.uploads)
}

// Location implements mirror.Reader.
func (s *Store) Location() string { return s.location }

// Buckets implements mirror.Reader.
func (s *Store) Buckets(ctx context.Context) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for name := range s.buckets {
		names = append(names, name)
	}
	slices.Sort(names)

	return names, nil
}

// List implements mirror.Reader.
func (s *Store) List(ctx context.Context, bucket string, from mirror.Cursor) (mirror.Page, error) {
	if err := ctx.Err(); err != nil {
		return mirror.Page{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if from.Versions {
		return s.listVersions(bucket, from)
	}
	objects, err := s.bucket(bucket)
	if err != nil {
		return mirror.Page{}, err
	}
	after := from.After
	if from.Token != "" {
		after = from.Token
	}
	var keys []string
	for key := range objects {
		if strings.HasPrefix(key, from.Prefix) && (after == "" || key > after) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	page := mirror.Page{Truncated: len(keys) > s.quirks.PageSize}
	if page.Truncated {
		keys = keys[:s.quirks.PageSize]
		page.Next = keys[len(keys)-1]
	}
	for _, key := range keys {
		entry := objects[key].entry(key)
		entry.Version = ""
		page.Entries = append(page.Entries, entry)
	}

	return page, nil
}

// Stat implements mirror.Reader.
func (s *Store) Stat(ctx context.Context, bucket, key string) (mirror.Object, error) {
	obj, err := s.find(ctx, bucket, key, "")
	if err != nil {
		return mirror.Object{}, err
	}

	return obj.describe(key), nil
}

// Get implements mirror.Reader.
func (s *Store) Get(
	ctx context.Context, bucket, key string, sel mirror.Selection,
) (mirror.Object, io.ReadCloser, error) {
	obj, err := s.find(ctx, bucket, key, sel.Version)
	if err != nil {
		return mirror.Object{}, nil, err
	}
	if sel.IfMatch != "" && sel.IfMatch != obj.etag {
		return mirror.Object{}, nil, fmt.Errorf("get %q: %w", key, mirror.ErrChanged)
	}
	out := obj.describe(key)
	if sel.Describe {
		return out, http.NoBody, nil
	}
	out.Tags = nil
	if s.quirks.NoTagCount {
		out.TagCount = mirror.UnknownTags
	}
	content := obj.content
	if sel.Part > 0 && !s.quirks.NoParts {
		if content, err = obj.part(sel.Part, &out); err != nil {
			return mirror.Object{}, nil, err
		}
	}

	return out, io.NopCloser(bytes.NewReader(content)), nil
}

// Tags implements mirror.Reader.
func (s *Store) Tags(ctx context.Context, bucket, key string) (map[string]string, error) {
	obj, err := s.find(ctx, bucket, key, "")

	return obj.attrs.Tags, err
}

// CreateBucket implements mirror.Store.
func (s *Store) CreateBucket(ctx context.Context, bucket string, req mirror.BucketRequest) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.buckets[bucket] != nil {
		return nil
	}
	if req.Lock && s.quirks.NoVersions {
		return fmt.Errorf("create bucket %q with object lock: %w", bucket, mirror.ErrUnsupported)
	}
	s.buckets[bucket] = map[string]object{}
	if req.Lock {
		s.keeping(bucket).lock()
	}

	return nil
}

// Put implements mirror.Store.
func (s *Store) Put(ctx context.Context, bucket, key string, req mirror.PutRequest) (mirror.ETag, error) {
	if req.Marker {
		return "", s.remove(bucket, key)
	}
	content, err := receive(ctx, req.Body, req.Size)
	if err != nil {
		return "", err
	}
	if err := s.refuses(req.Filing); err != nil {
		return "", fmt.Errorf("put %q: %w", key, err)
	}
	sum := md5.Sum(content)
	if sum != req.MD5 {
		return "", fmt.Errorf("put %q: %w", key, mirror.ErrDigest)
	}

	return s.commit(bucket, key, object{
		content: content, etag: mirror.ETag(hex.EncodeToString(sum[:])), attrs: req.Attributes, modified: req.Filing.Modified,
		version: req.Filing.Version,
	}, func(before object, exists bool) bool {
		return (!req.IfAbsent || !exists) && (req.IfMatch == "" || exists && before.etag == req.IfMatch)
	})
}

// Remove implements mirror.Store.
func (s *Store) Remove(ctx context.Context, bucket, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}

	return s.remove(bucket, key)
}

func (s *Store) bucket(name string) (map[string]object, error) {
	objects, ok := s.buckets[name]
	if !ok {
		return nil, fmt.Errorf("bucket %q: %w", name, mirror.ErrNoBucket)
	}

	return objects, nil
}

func (s *Store) find(ctx context.Context, bucket, key, version string) (object, error) {
	if err := ctx.Err(); err != nil {
		return object{}, err
	}
	s.mu.Lock()
	objects, err := s.bucket(bucket)
	if err != nil {
		s.mu.Unlock()

		return object{}, err
	}
	obj, ok := objects[s.name(key)]
	s.mu.Unlock()
	if version != "" {
		obj, ok = s.version(bucket, s.name(key), version)
	}
	if !ok {
		return object{}, fmt.Errorf("object %q: %w", key, mirror.ErrNoObject)
	}

	if s.quirks.HidesLocks {
		obj.attrs.Lock = nil
	}

	return obj, nil
}

// name returns the key under which an object is kept.
func (s *Store) name(key string) string {
	if s.quirks.CleanKeys {
		return strings.TrimPrefix(path.Clean("/"+key), "/")
	}

	return key
}

func (o object) entry(key string) mirror.Entry {
	return mirror.Entry{Key: key, Size: int64(len(o.content)), ETag: o.etag, Modified: o.modified, Version: o.version, Marker: o.marker}
}

// describe returns what a read says of the object.
func (o object) describe(key string) mirror.Object {
	return mirror.Object{
		Entry: o.entry(key), Attributes: o.attrs, Length: int64(len(o.content)), TagCount: len(o.attrs.Tags),
	}
}

func randomETag() mirror.ETag {
	var sum [md5.Size]byte
	rand.Read(sum[:])

	return mirror.ETag(hex.EncodeToString(sum[:]))
}
