package s3

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/tags"

	"github.com/helm-ferry/ferry/mirror"
)

// Put implements mirror.Store. The MD5 of the request travels as Content-MD5.
func (s *Store) Put(ctx context.Context, bucket, key string, req mirror.PutRequest) (mirror.ETag, error) {
	if req.Marker {
		return "", s.mark(ctx, bucket, key)
	}
	subject := fmt.Sprintf("object %q of bucket %q", key, bucket)
	opts, err := putOptions(req.Attributes, req.Filing)
	opts.Internal.SourceMTime = req.Filing.Modified
	if err != nil {
		return "", s.fail("write", subject, err)
	}
	switch {
	case req.IfAbsent:
		opts.SetMatchETagExcept("*")
	case req.IfMatch != "":
		opts.SetMatchETag(string(req.IfMatch))
	}
	sum := base64.StdEncoding.EncodeToString(req.MD5[:])
	info, err := s.core.PutObject(ctx, bucket, key, req.Body, req.Size, sum, "", opts)
	if err != nil {
		if req.IfMatch != "" && minio.ToErrorResponse(err).Code == minio.NoSuchKey {
			err = fmt.Errorf("%w: %w", mirror.ErrChanged, err)
		}

		return "", s.fail("write", subject, refused(err, req.Attributes, req.Filing))
	}

	return mirror.ParseETag(info.ETag), nil
}

// putOptions spells attributes for minio-go, which sends user metadata under the
// names of headers as those headers, and as they are.
func putOptions(a mirror.Attributes, f mirror.Filing) (minio.PutObjectOptions, error) {
	opts := minio.PutObjectOptions{
		UserMetadata: map[string]string{}, UserTags: a.Tags, StorageClass: f.StorageClass, DisableContentSha256: true,
	}
	opts.Internal.SourceVersionID = f.VersionID()
	if _, err := tags.NewTags(a.Tags, true); err != nil {
		return opts, fmt.Errorf("%w: %w", mirror.ErrTagsRefused, err)
	}
	maps.Copy(opts.UserMetadata, a.Headers)
	for name, value := range a.Metadata {
		opts.UserMetadata["x-amz-meta-"+name] = value
	}

	return opts, lock(&opts, a.Lock)
}

// refused finds out what a refusal may be about. A server that does not implement
// something of a plain PUT does not implement what is not plain; one that denies a PUT
// with a filing may deny the filing only. Some call a header that they do not take an
// invalid argument.
func refused(err error, a mirror.Attributes, f mirror.Filing) error {
	code := minio.ToErrorResponse(err).Code
	switch asked := f != (mirror.Filing{}); {
	case namesKey(minio.ToErrorResponse(err)):
		return err
	case asked && (code == minio.NotImplemented || code == minio.AccessDenied):
		return fmt.Errorf("%w: %w", mirror.ErrFilingRefused, err)
	case len(a.Tags) > 0 && (code == minio.NotImplemented || code == minio.InvalidArgument || code == "InvalidRequest"):
		return fmt.Errorf("%w: %w", mirror.ErrTagsRefused, err)
	default:
		return err
	}
}

// upload implements mirror.Upload.
type upload struct {
	*Store
	bucket, key, id string
	subject         string
	filing          mirror.Filing

	mu    sync.Mutex
	parts map[int]minio.CompletePart
}

// Upload implements mirror.Store.
func (s *Store) Upload(ctx context.Context, bucket, key string, req mirror.UploadRequest) (mirror.Upload, error) {
	subject := fmt.Sprintf("object %q of bucket %q", key, bucket)
	opts, err := putOptions(req.Attributes, req.Filing)
	if err != nil {
		return nil, s.fail("begin upload of", subject, err)
	}
	id, err := s.core.NewMultipartUpload(ctx, bucket, key, opts)
	if err == nil && id == "" {
		err = errors.New("server gave no upload id")
	}
	if err != nil {
		return nil, s.fail("begin upload of", subject, refused(err, req.Attributes, req.Filing))
	}

	return &upload{
		Store: s, bucket: bucket, key: key, id: id, subject: subject, filing: req.Filing, parts: map[int]minio.CompletePart{},
	}, nil
}

// HasUpload implements mirror.Reader.
func (s *Store) HasUpload(ctx context.Context, bucket, key, id string) (bool, error) {
	_, err := s.core.ListObjectParts(ctx, bucket, key, id, 0, 1)
	if minio.ToErrorResponse(err).Code == minio.NoSuchUpload {
		return false, nil
	}

	return err == nil, s.fail("look for an upload of", fmt.Sprintf("object %q of bucket %q", key, bucket), err)
}

// Uploads implements mirror.Store.
func (s *Store) Uploads(ctx context.Context, bucket, prefix string) ([]mirror.Pending, error) {
	list, err := s.core.ListMultipartUploads(ctx, bucket, prefix, "", "", "", pageSize)
	if err != nil {
		return nil, s.fail("list the uploads below", fmt.Sprintf("%q of bucket %q", prefix, bucket), err)
	}
	var pending []mirror.Pending
	for _, u := range list.Uploads {
		pending = append(pending, mirror.Pending{Key: u.Key, ID: u.UploadID, Begun: u.Initiated})
	}

	return pending, nil
}

// Resume implements mirror.Store.
func (s *Store) Resume(
	ctx context.Context, bucket, key, id string, filing mirror.Filing,
) (mirror.Upload, []mirror.Part, error) {
	u := &upload{
		Store: s, bucket: bucket, key: key, id: id, subject: fmt.Sprintf("object %q of bucket %q", key, bucket),
		filing: filing, parts: map[int]minio.CompletePart{},
	}
	var parts []mirror.Part
	for marker := 0; ; {
		list, err := s.core.ListObjectParts(ctx, bucket, key, id, marker, pageSize)
		if minio.ToErrorResponse(err).Code == minio.NoSuchUpload {
			err = fmt.Errorf("%w: %w", mirror.ErrNoObject, err)
		}
		if err != nil {
			return nil, nil, s.fail("resume upload of", u.subject, err)
		}
		for _, part := range list.ObjectParts {
			u.parts[part.PartNumber] = minio.CompletePart{PartNumber: part.PartNumber, ETag: part.ETag}
			parts = append(parts, mirror.Part{Number: part.PartNumber, Size: part.Size, ETag: mirror.ParseETag(part.ETag)})
		}
		if !list.IsTruncated {
			return u, parts, nil
		}
		if list.NextPartNumberMarker <= marker {
			return nil, nil, s.fail("resume upload of", u.subject, errors.New("list of parts does not go on"))
		}
		marker = list.NextPartNumberMarker
	}
}

// ID implements mirror.Upload.
func (u *upload) ID() string { return u.id }

// Part implements mirror.Upload.
func (u *upload) Part(ctx context.Context, n int, body io.Reader, size int64) (mirror.ETag, error) {
	opts := minio.PutObjectPartOptions{DisableContentSha256: true}
	part, err := u.core.PutObjectPart(ctx, u.bucket, u.key, u.id, n, body, size, opts)
	if err != nil {
		return "", u.fail(fmt.Sprintf("write part %d of", n), u.subject, err)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.parts[n] = minio.CompletePart{PartNumber: n, ETag: part.ETag}

	return mirror.ParseETag(part.ETag), nil
}

// Complete implements mirror.Upload. The time of the object travels here and not when the
// upload begins: MinIO takes uploads that began long ago for forgotten.
func (u *upload) Complete(ctx context.Context) (mirror.ETag, error) {
	u.mu.Lock()
	parts := make([]minio.CompletePart, 0, len(u.parts))
	for _, n := range slices.Sorted(maps.Keys(u.parts)) {
		parts = append(parts, u.parts[n])
	}
	u.mu.Unlock()
	opts := minio.PutObjectOptions{}
	opts.Internal.SourceMTime = u.filing.Modified
	info, err := u.core.CompleteMultipartUpload(ctx, u.bucket, u.key, u.id, parts, opts)
	if err != nil {
		err = refused(err, mirror.Attributes{}, mirror.Filing{Modified: u.filing.Modified})

		return "", u.fail("complete upload of", u.subject, err)
	}

	return mirror.ParseETag(info.ETag), nil
}

// Abort implements mirror.Upload. An upload that does not exist any more is gone,
// as it should be.
func (u *upload) Abort(ctx context.Context) error {
	err := u.core.AbortMultipartUpload(ctx, u.bucket, u.key, u.id)
	if minio.ToErrorResponse(err).Code == minio.NoSuchUpload {
		err = nil
	}

	return u.fail("abort upload of", u.subject, err)
}
