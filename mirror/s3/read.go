package s3

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/tags"

	"github.com/helm-ferry/ferry/mirror"
)

// Stat implements mirror.Reader.
func (s *Store) Stat(ctx context.Context, bucket, key string) (mirror.Object, error) {
	subject := fmt.Sprintf("object %q of bucket %q", key, bucket)
	heard, kept := listening(ctx)
	if _, err := s.core.StatObject(heard, bucket, key, minio.StatObjectOptions{}); err != nil {
		return mirror.Object{}, s.fail("describe", subject, err)
	}
	obj, err := kept.object(key)
	if err != nil {
		return mirror.Object{}, s.fail("describe", subject, err)
	}
	obj.Tags, err = s.Tags(ctx, bucket, key)
	obj.TagCount = len(obj.Tags)

	return obj, err
}

// Tags implements mirror.Reader. A server that does not know tags has none.
func (s *Store) Tags(ctx context.Context, bucket, key string) (map[string]string, error) {
	return s.tags(ctx, bucket, key, "")
}

// tags returns the tags of a version of an object, or of the newest.
func (s *Store) tags(ctx context.Context, bucket, key, version string) (map[string]string, error) {
	subject := fmt.Sprintf("object %q of bucket %q", key, bucket)
	heard, kept := listening(ctx)
	set, err := s.core.GetObjectTagging(heard, bucket, key, minio.GetObjectTaggingOptions{VersionID: version})
	if kept.status == http.StatusOK && kept.header["Etag"] != nil && kept.header["Last-Modified"] != nil {
		// This is the object: the server takes no notice of what was asked of it.
		set, err = tags.ParseObjectTags(kept.header.Get("X-Amz-Tagging"))
	}
	switch resp := minio.ToErrorResponse(err); {
	case resp.Code == "NoSuchTagSet", resp.Code == minio.NotImplemented, resp.StatusCode == http.StatusNotImplemented:
		return nil, nil
	case err != nil:
		return nil, s.fail("read the tags of", subject, err)
	}
	if found := set.ToMap(); len(found) > 0 {
		return found, nil
	}

	return nil, nil
}

// Get implements mirror.Reader.
func (s *Store) Get(
	ctx context.Context, bucket, key string, sel mirror.Selection,
) (mirror.Object, io.ReadCloser, error) {
	if sel.Describe {
		return s.describe(ctx, bucket, key, sel)
	}
	subject := fmt.Sprintf("object %q of bucket %q", key, bucket)
	opts := minio.GetObjectOptions{PartNumber: sel.Part, VersionID: sel.Version}
	if sel.IfMatch != "" {
		if err := opts.SetMatchETag(string(sel.IfMatch)); err != nil {
			return mirror.Object{}, nil, s.fail("read", subject, err)
		}
	}
	heard, kept := listening(ctx)
	body, _, _, err := s.core.GetObject(heard, bucket, key, opts)
	if err != nil {
		return mirror.Object{}, nil, s.fail("read", subject, err)
	}
	obj, err := kept.object(key)
	if err == nil && sel.IfMatch != "" && obj.ETag != sel.IfMatch {
		err = fmt.Errorf("%w: server gave the one with the ETag %.100q", mirror.ErrChanged, obj.ETag)
	}
	if err != nil {
		body.Close()

		return mirror.Object{}, nil, s.fail("read", subject, err)
	}

	return obj, body, nil
}

// object reads a response's headers.
func (a *answer) object(key string) (mirror.Object, error) {
	obj := mirror.Object{
		Entry:      mirror.Entry{Key: key, Size: a.length, ETag: mirror.ParseETag(a.header.Get("ETag")), Version: a.header.Get("X-Amz-Version-Id")},
		Attributes: mirror.AttributesOf(a.header),
		Length:     a.length,
		TagCount:   tagCount(a.header.Get("X-Amz-Tagging-Count")),
	}
	if a.length < 0 {
		return obj, fmt.Errorf("response does not say how long it is")
	}
	if encryption := a.header.Get("X-Amz-Server-Side-Encryption"); strings.HasPrefix(encryption, "aws:kms") ||
		a.header.Get("X-Amz-Server-Side-Encryption-Customer-Algorithm") != "" {
		obj.OpaqueETag = true
	}
	var err error
	if obj.Modified, err = http.ParseTime(a.header.Get("Last-Modified")); err != nil {
		return obj, fmt.Errorf("Last-Modified of the response: %w", err)
	}
	if a.status != http.StatusPartialContent {
		return obj, nil
	}
	span, err := parseContentRange(a.header.Get("Content-Range"))
	if err == nil && span.length != a.length {
		err = fmt.Errorf("Content-Range of %d bytes on a body of %d", span.length, a.length)
	}
	obj.Ranged, obj.Offset, obj.Size = true, span.offset, span.total

	return obj, err
}

// tagCount reads how many tags a response announces. Many servers announce none, whether
// there are any or not.
func tagCount(announced string) int {
	n, err := strconv.ParseUint(announced, 10, 31)
	if err != nil {
		return mirror.UnknownTags
	}

	return int(n)
}

// contentRange is which bytes of how many a response holds.
type contentRange struct {
	offset, length, total int64
}

// parseContentRange reads "bytes FIRST-LAST/TOTAL".
func parseContentRange(s string) (contentRange, error) {
	fail := func() (contentRange, error) { return contentRange{}, fmt.Errorf("cannot read Content-Range %q", s) }
	rest, ok := strings.CutPrefix(s, "bytes ")
	span, total, ok2 := strings.Cut(rest, "/")
	first, last, ok3 := strings.Cut(span, "-")
	if !ok || !ok2 || !ok3 {
		return fail()
	}
	var n [3]int64
	for i, text := range []string{first, last, total} {
		v, err := strconv.ParseUint(text, 10, 63)
		if err != nil {
			return fail()
		}
		n[i] = int64(v)
	}
	if n[0] > n[1] || n[1] >= n[2] {
		return fail()
	}

	return contentRange{offset: n[0], length: n[1] - n[0] + 1, total: n[2]}, nil
}
