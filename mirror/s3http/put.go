package s3http

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/minio/minio-go/v7/pkg/tags"

	"github.com/helm-ferry/ferry/internal/sigv4"
	"github.com/helm-ferry/ferry/mirror"
)

// Put implements mirror.Store. The MD5 of the request travels as Content-MD5.
func (s *Store) Put(ctx context.Context, bucket, key string, req mirror.PutRequest) (mirror.ETag, error) {
	if req.Marker {
		return s.Store.Put(ctx, bucket, key, req)
	}
	c := &call{
		op: "write", method: http.MethodPut, bucket: bucket, key: key,
		body: &exactBody{source: req.Body, size: req.Size},
	}
	var err error
	if c.header, err = headersOf(req.Attributes); err != nil {
		return "", c.failed(ctx, err)
	}
	c.header["Content-Md5"] = []string{base64.StdEncoding.EncodeToString(req.MD5[:])}
	c.file(req.Filing)
	switch {
	case req.IfAbsent:
		c.header["If-None-Match"] = []string{"*"}
	case req.IfMatch != "":
		c.header["If-Match"] = []string{`"` + string(req.IfMatch) + `"`}
	}
	etag, err := s.write(ctx, c)

	return parseETag(etag), err
}

// file asks for a filing, in what other servers leave alone.
func (c *call) file(f mirror.Filing) {
	if f.StorageClass != "" {
		c.header["X-Amz-Storage-Class"] = []string{f.StorageClass}
		c.files = true
	}
	if id := f.VersionID(); id != "" {
		c.query = string(sigv4.AppendQuery([]byte(c.query), "versionId", id))
		c.files = true
	}
	if !f.Modified.IsZero() {
		c.header["X-Minio-Source-Mtime"] = []string{f.Modified.UTC().Format(time.RFC3339Nano)}
		c.files = true
	}
}

// write sends a body and returns the ETag of what became of it. An answer without one
// is somebody else's.
func (s *Store) write(ctx context.Context, c *call) (string, error) {
	header, _, err := s.ask(ctx, c)
	if err != nil {
		return "", err
	}
	etag := header.Get("ETag")
	if etag == "" {
		return "", c.failed(ctx, errors.New("server gave no ETag"))
	}

	return etag, nil
}

// headersOf spells attributes as headers, with values as they are.
func headersOf(a mirror.Attributes) (http.Header, error) {
	header := make(http.Header, len(a.Headers)+len(a.Metadata)+6)
	for name, value := range a.Headers {
		header[http.CanonicalHeaderKey(name)] = []string{value}
	}
	for name, value := range a.Metadata {
		header[http.CanonicalHeaderKey("x-amz-meta-"+name)] = []string{value}
	}
	for name, value := range a.Lock {
		header[http.CanonicalHeaderKey("x-amz-object-lock-"+name)] = []string{value}
	}
	if len(a.Tags) == 0 {
		return header, nil
	}
	set, err := tags.NewTags(a.Tags, true)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", mirror.ErrTagsRefused, err)
	}
	header["X-Amz-Tagging"] = []string{set.String()}

	return header, nil
}
