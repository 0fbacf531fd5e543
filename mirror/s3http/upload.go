package s3http

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/helm-ferry/ferry/internal/sigv4"
	"github.com/helm-ferry/ferry/mirror"
)

// upload implements mirror.Upload.
type upload struct {
	*Store

	bucket, key, id string
	filing          mirror.Filing

	mu    sync.Mutex
	parts map[int]string // ETags, as the server spelled them
}

// Upload implements mirror.Store.
func (s *Store) Upload(ctx context.Context, bucket, key string, req mirror.UploadRequest) (mirror.Upload, error) {
	c := &call{op: "begin upload of", method: http.MethodPost, bucket: bucket, key: key, query: "uploads="}
	var err error
	if c.header, err = headersOf(req.Attributes); err != nil {
		return nil, c.failed(ctx, err)
	}
	c.file(mirror.Filing{StorageClass: req.Filing.StorageClass, Version: req.Filing.Version})
	var begun struct {
		UploadID string `xml:"UploadId"` // under a root of several names
	}
	if err := s.document(ctx, c, &begun); err != nil {
		return nil, err
	}
	if begun.UploadID == "" {
		return nil, c.failed(ctx, errors.New("server gave no upload id"))
	}

	return &upload{
		Store: s, bucket: bucket, key: key, id: begun.UploadID, filing: req.Filing, parts: map[int]string{},
	}, nil
}

// document sends a call whose answer is one.
func (s *Store) document(ctx context.Context, c *call, result any) error {
	_, text, err := s.ask(ctx, c)
	if err != nil {
		return err
	}
	if err := xml.Unmarshal(text, result); err != nil {
		return c.failed(ctx, fmt.Errorf("read answer: %w", err))
	}

	return nil
}

// ID implements mirror.Upload.
func (u *upload) ID() string { return u.id }

// query names the upload, and a part of it.
func (u *upload) query(part int) string {
	var query []byte
	if part > 0 {
		query = fmt.Appendf(query, "partNumber=%d", part)
	}

	return string(sigv4.AppendQuery(query, "uploadId", u.id))
}

// Part implements mirror.Upload.
func (u *upload) Part(ctx context.Context, n int, body io.Reader, size int64) (mirror.ETag, error) {
	etag, err := u.write(ctx, &call{
		op: "write part " + strconv.Itoa(n) + " of", method: http.MethodPut, bucket: u.bucket, key: u.key, query: u.query(n),
		body: &exactBody{source: body, size: size},
	})
	if err != nil {
		return "", err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.parts[n] = etag

	return parseETag(etag), nil
}

type completePart struct {
	PartNumber int    `xml:"PartNumber"`
	ETag       string `xml:"ETag"`
}

// Complete implements mirror.Upload. The time of the object travels here and not when the
// upload begins: MinIO takes uploads that began long ago for forgotten.
func (u *upload) Complete(ctx context.Context) (mirror.ETag, error) {
	var list struct {
		XMLName xml.Name       `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CompleteMultipartUpload"`
		Parts   []completePart `xml:"Part"`
	}
	u.mu.Lock()
	for _, n := range slices.Sorted(maps.Keys(u.parts)) {
		list.Parts = append(list.Parts, completePart{PartNumber: n, ETag: strings.Trim(u.parts[n], `"`)})
	}
	u.mu.Unlock()
	c := &call{op: "complete upload of", method: http.MethodPost, bucket: u.bucket, key: u.key, query: u.query(0)}
	text, err := xml.Marshal(list)
	if err != nil {
		return "", c.failed(ctx, err)
	}
	c.header = http.Header{"Content-Type": {"application/xml"}}
	c.file(mirror.Filing{Modified: u.filing.Modified})
	c.body = &exactBody{source: bytes.NewReader(text), size: int64(len(text))}
	var result struct {
		XMLName xml.Name `xml:"CompleteMultipartUploadResult"`
		ETag    string
	}
	if err := u.document(ctx, c, &result); err != nil {
		return "", err
	}

	return parseETag(result.ETag), nil
}

// Abort implements mirror.Upload. An upload that does not exist any more is gone, as
// it should be.
func (u *upload) Abort(ctx context.Context) error {
	c := &call{op: "abort upload of", method: http.MethodDelete, bucket: u.bucket, key: u.key, query: u.query(0)}
	_, _, err := u.ask(ctx, c)
	if refusal := (*callError)(nil); errors.As(err, &refusal) && refusal.code == "NoSuchUpload" {
		return nil
	}

	return err
}
