package s3

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/helm-ferry/ferry/internal/s3list"
	"github.com/helm-ferry/ferry/mirror"
)

// versions lists a page of versions. The token holds the two markers that continue it.
func (s *Store) versions(ctx context.Context, bucket string, from mirror.Cursor) (mirror.Page, error) {
	query, err := versionQuery(from)
	var answer []byte
	if err == nil {
		answer, err = s.raw(ctx, http.MethodGet, bucket, query, nil)
	}
	var list s3list.VersionPage
	if err == nil {
		list, err = s3list.ReadVersions(bytes.NewReader(answer))
	}
	if err != nil {
		return mirror.Page{}, s.fail("list versions of", fmt.Sprintf("bucket %q", bucket), err)
	}
	page := mirror.Page{Truncated: list.Truncated}
	if list.Truncated && list.NextKey != "" {
		page.Next = url.Values{"key-marker": {list.NextKey}, "version-id-marker": {list.NextVersion}}.Encode()
	}
	if len(list.Versions) > 0 && list.Versions[0].Key == query.Get("key-marker") && list.Versions[0].ID == query.Get("version-id-marker") {
		list.Versions = list.Versions[1:] // versitygw begins with the newest version again
	}
	for _, v := range list.Versions {
		page.Entries = append(page.Entries, mirror.Entry{
			Key: v.Key, Size: v.Size, ETag: mirror.ParseETag(v.ETag), Modified: v.Modified, Version: v.ID, Marker: v.Marker,
		})
	}

	return page, nil
}

// versionQuery spells a cursor for ListObjectVersions.
func versionQuery(from mirror.Cursor) (url.Values, error) {
	query := url.Values{}
	if from.Token != "" {
		var err error
		if query, err = url.ParseQuery(from.Token); err != nil {
			return nil, fmt.Errorf("read token: %w", err)
		}
	} else if from.After != "" {
		query.Set("key-marker", from.After)
		query.Set("version-id-marker", from.Version)
	}
	if query.Get("version-id-marker") == "" {
		query.Del("version-id-marker")
	}
	query.Set("versions", "")
	query.Set("encoding-type", "url")
	query.Set("max-keys", strconv.Itoa(pageSize))
	if from.Prefix != "" {
		query.Set("prefix", from.Prefix)
	}

	return query, nil
}

// describe implements Get for a selection that asks for no content.
func (s *Store) describe(ctx context.Context, bucket, key string, sel mirror.Selection) (mirror.Object, io.ReadCloser, error) {
	subject := fmt.Sprintf("object %q of bucket %q", key, bucket)
	opts := minio.StatObjectOptions{VersionID: sel.Version}
	if sel.IfMatch != "" {
		if err := opts.SetMatchETag(string(sel.IfMatch)); err != nil {
			return mirror.Object{}, nil, s.fail("describe", subject, err)
		}
	}
	heard, kept := listening(ctx)
	if _, err := s.core.StatObject(heard, bucket, key, opts); err != nil {
		return mirror.Object{}, nil, s.fail("describe", subject, err)
	}
	obj, err := kept.object(key)
	if err != nil {
		return mirror.Object{}, nil, s.fail("describe", subject, err)
	}
	if obj.Tags, err = s.tags(ctx, bucket, key, sel.Version); err != nil {
		return mirror.Object{}, nil, err
	}
	obj.TagCount = len(obj.Tags)

	return obj, http.NoBody, nil
}

// mark writes a delete marker.
func (s *Store) mark(ctx context.Context, bucket, key string) error {
	return s.fail("mark", fmt.Sprintf("object %q of bucket %q", key, bucket),
		s.core.RemoveObject(ctx, bucket, key, minio.RemoveObjectOptions{}))
}

// lock asks for retention and legal hold.
func lock(opts *minio.PutObjectOptions, held map[string]string) error {
	opts.Mode = minio.RetentionMode(held[mirror.LockMode])
	opts.LegalHold = minio.LegalHoldStatus(held[mirror.LockHold])
	if until := held[mirror.LockUntil]; until != "" {
		var err error
		if opts.RetainUntilDate, err = time.Parse(time.RFC3339, until); err != nil {
			return fmt.Errorf("read the end of a retention: %w", err)
		}
	}

	return nil
}
