package s3

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/helm-ferry/ferry/mirror"
)

// pageSize is how many keys a page may have. Some servers get other numbers wrong.
const pageSize = 1000

// Store implements mirror.Store.
type Store struct {
	base   *url.URL
	region string
	next   http.RoundTripper
	creds  *credentials.Credentials
	style  minio.BucketLookupType
	core   *minio.Core
	hide   func(string) string
}

var _ mirror.Store = (*Store)(nil)

// Open prepares a store. It sends nothing yet.
func Open(e Endpoint) (*Store, error) {
	base, err := e.base()
	if err != nil {
		return nil, err
	}
	if err := e.check(); err != nil {
		return nil, fmt.Errorf("open %s: %w", base, err)
	}
	next, err := e.transport()
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", base, err)
	}
	s := &Store{base: base, region: e.Region, style: e.Style.lookup(), next: next, hide: e.hider()}
	if s.region == "" {
		s.region = DefaultRegion
	}
	s.creds = credentials.NewStaticV4(e.AccessKey, string(e.SecretKey), string(e.SessionToken))
	if e.Ambient {
		s.creds = credentials.NewIAM("")
	}
	if s.core, err = s.client(nil); err != nil {
		return nil, fmt.Errorf("open %s: %s", base, s.hide(err.Error()))
	}

	return s, nil
}

// signature matches what a server may repeat of a signed request.
var signature = regexp.MustCompile(`Signature=[0-9a-fA-F]+`)

// maxText is how much a server may say in an error.
const maxText = 1000

// hider returns a function that blots the secrets of the endpoint out of a text,
// and cuts it to a readable length.
func (e Endpoint) hider() func(string) string {
	var pairs []string
	for _, secret := range []string{string(e.SecretKey), string(e.SessionToken), e.AccessKey} {
		if secret != "" {
			pairs = append(pairs, secret, redacted)
		}
	}

	replacer := strings.NewReplacer(pairs...)

	return func(text string) string {
		text = signature.ReplaceAllString(replacer.Replace(text), "Signature="+redacted)
		if len(text) > maxText {
			text = strings.ToValidUTF8(text[:maxText], "") + " …"
		}

		return text
	}
}

// client returns a client that prepares its requests with a function, if there is one.
func (s *Store) client(prepare func(*http.Request) *http.Request) (*minio.Core, error) {
	return minio.NewCore(s.base.Host, &minio.Options{
		Creds:        s.creds,
		Secure:       s.base.Scheme == "https",
		Region:       s.region,
		BucketLookup: s.style,
		Transport:    wire{next: s.next, prepare: prepare},
		MaxRetries:   1,
	})
}

// Location implements mirror.Reader.
func (s *Store) Location() string { return s.base.String() }

// Buckets implements mirror.Reader.
func (s *Store) Buckets(ctx context.Context) ([]string, error) {
	infos, err := s.core.ListBuckets(ctx)
	if err != nil {
		return nil, s.fail("list", "buckets", err)
	}
	names := make([]string, len(infos))
	for i, info := range infos {
		names[i] = info.Name
	}

	return names, nil
}

// List implements mirror.Reader. minio-go has no way to list a page under a context;
// a client of its own carries it.
func (s *Store) List(ctx context.Context, bucket string, from mirror.Cursor) (mirror.Page, error) {
	if from.Versions {
		return s.versions(ctx, bucket, from)
	}
	subject := fmt.Sprintf("bucket %q", bucket)
	core, err := s.client(func(req *http.Request) *http.Request { return req.WithContext(ctx) })
	if err != nil {
		return mirror.Page{}, s.fail("list", subject, err)
	}
	if from.Token != "" {
		from.After = ""
	}
	result, err := core.ListObjectsV2(bucket, from.Prefix, from.After, from.Token, "", pageSize)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return mirror.Page{}, s.fail("list", subject, err)
	}
	page := mirror.Page{Truncated: result.IsTruncated, Next: result.NextContinuationToken}
	for _, obj := range result.Contents {
		page.Entries = append(page.Entries, mirror.Entry{
			Key: obj.Key, Size: obj.Size, ETag: mirror.ParseETag(obj.ETag), Modified: obj.LastModified,
		})
	}

	return page, nil
}

// CreateBucket implements mirror.Store.
func (s *Store) CreateBucket(ctx context.Context, bucket string, req mirror.BucketRequest) error {
	err := s.core.MakeBucket(ctx, bucket, minio.MakeBucketOptions{Region: s.region, ObjectLocking: req.Lock})
	if code := minio.ToErrorResponse(err).Code; code == minio.BucketAlreadyOwnedByYou || code == minio.BucketAlreadyExists {
		_, err = s.List(ctx, bucket, mirror.Cursor{})

		return err
	}

	if err == nil && req.Lock {
		if _, err := s.Setting(ctx, bucket, "object-lock"); err != nil {
			return fmt.Errorf("create with a lock: %w", err)
		}
	}

	return s.fail("create", fmt.Sprintf("bucket %q", bucket), err)
}

// Remove implements mirror.Store.
func (s *Store) Remove(ctx context.Context, bucket, key string) error {
	err := s.core.RemoveObject(ctx, bucket, key, minio.RemoveObjectOptions{})

	return s.fail("remove", fmt.Sprintf("object %q of bucket %q", key, bucket), err)
}
