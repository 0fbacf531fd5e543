package s3http

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/helm-ferry/ferry/internal/sigv4"
	"github.com/helm-ferry/ferry/mirror"
)

// Get implements mirror.Reader.
func (s *Store) Get(
	ctx context.Context, bucket, key string, sel mirror.Selection,
) (mirror.Object, io.ReadCloser, error) {
	if sel.Describe {
		return s.Store.Get(ctx, bucket, key, sel)
	}
	c := &call{op: "read", method: http.MethodGet, bucket: bucket, key: key, header: make(http.Header, 6)}
	if sel.IfMatch != "" {
		c.header["If-Match"] = []string{`"` + string(sel.IfMatch) + `"`}
	}
	if sel.Part > 0 {
		c.query = "partNumber=" + strconv.Itoa(sel.Part)
	}
	if sel.Version != "" {
		c.query = string(sigv4.AppendQuery([]byte(c.query), "versionId", sel.Version))
	}
	resp, err := s.send(ctx, c)
	if err != nil {
		return mirror.Object{}, nil, err
	}
	obj, err := s.objectOf(c, resp)
	if err == nil && sel.IfMatch != "" && obj.ETag != sel.IfMatch {
		err = fmt.Errorf("%w: server gave the one with the ETag %.100q", mirror.ErrChanged, obj.ETag)
	}
	if err != nil {
		resp.Body.Close()

		return mirror.Object{}, nil, c.failed(ctx, err)
	}

	return obj, resp.Body, nil
}

// Stat implements mirror.Reader.
func (s *Store) Stat(ctx context.Context, bucket, key string) (mirror.Object, error) {
	c := &call{op: "describe", method: http.MethodHead, bucket: bucket, key: key}
	resp, err := s.send(ctx, c)
	if err != nil {
		return mirror.Object{}, err
	}
	resp.Body.Close()
	obj, err := s.objectOf(c, resp)
	if err != nil {
		return mirror.Object{}, c.failed(ctx, err)
	}
	if obj.TagCount != 0 {
		obj.Tags, err = s.Tags(ctx, bucket, key)
		obj.TagCount = len(obj.Tags)
	}

	return obj, err
}

// objectOf reads a response's headers.
func (s *Store) objectOf(c *call, resp *http.Response) (mirror.Object, error) {
	length, header := resp.ContentLength, resp.Header
	obj := mirror.Object{
		Entry:      mirror.Entry{Key: c.key, Size: length, ETag: parseETag(header.Get("ETag")), Version: header.Get("X-Amz-Version-Id")},
		Attributes: mirror.AttributesOf(header),
		Length:     length,
		TagCount:   s.tagging.count(c.bucket, header),
	}
	if length < 0 {
		return obj, errors.New("response does not say how long it is")
	}
	if encryption := header.Get("X-Amz-Server-Side-Encryption"); strings.HasPrefix(encryption, "aws:kms") ||
		header.Get("X-Amz-Server-Side-Encryption-Customer-Algorithm") != "" {
		obj.OpaqueETag = true
	}
	var err error
	if obj.Modified, err = http.ParseTime(header.Get("Last-Modified")); err != nil {
		return obj, fmt.Errorf("Last-Modified of the response: %w", err)
	}
	if resp.StatusCode != http.StatusPartialContent {
		return obj, nil
	}
	span, err := parseContentRange(header.Get("Content-Range"))
	if err == nil && span.length != length {
		err = fmt.Errorf("Content-Range of %d bytes on a body of %d", span.length, length)
	}
	obj.Ranged, obj.Offset, obj.Size = true, span.offset, span.total

	return obj, err
}

// parseETag is mirror.ParseETag, with a short way for what nearly all ETags are: an
// MD5 in quotes.
func parseETag(s string) mirror.ETag {
	if len(s) != 34 || s[0] != '"' || s[33] != '"' {
		return mirror.ParseETag(s)
	}
	for _, c := range []byte(s[1:33]) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return mirror.ParseETag(s)
		}
	}

	return mirror.ETag(s[1:33])
}

// contentRange is which bytes of how many a response holds.
type contentRange struct {
	offset, length, total int64
}

// parseContentRange reads "bytes FIRST-LAST/TOTAL".
func parseContentRange(s string) (contentRange, error) {
	rest, isBytes := strings.CutPrefix(s, "bytes ")
	span, total, hasTotal := strings.Cut(rest, "/")
	first, last, hasLast := strings.Cut(span, "-")
	from, err1 := strconv.ParseUint(first, 10, 63)
	to, err2 := strconv.ParseUint(last, 10, 63)
	size, err3 := strconv.ParseUint(total, 10, 63)
	if !isBytes || !hasTotal || !hasLast || errors.Join(err1, err2, err3) != nil || from > to || to >= size {
		return contentRange{}, fmt.Errorf("cannot read Content-Range %.100q", s)
	}

	return contentRange{offset: int64(from), length: int64(to - from + 1), total: int64(size)}, nil
}
