package s3

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"

	"github.com/minio/minio-go/v7"

	"github.com/helm-ferry/ferry/mirror"
)

// Setting implements mirror.Reader. A server that takes no notice of what was asked of the
// bucket lists it.
func (s *Store) Setting(ctx context.Context, bucket, name string) ([]byte, error) {
	doc, err := s.raw(ctx, http.MethodGet, bucket, url.Values{name: {""}}, nil)

	if err == nil && listing.Match(doc) {
		doc, err = nil, fmt.Errorf("%w: the server lists the bucket instead", mirror.ErrUnsupported)
	}

	return doc, s.fail("read "+name+" of", fmt.Sprintf("bucket %q", bucket), err)
}

// listing matches the beginning of a listing.
var listing = regexp.MustCompile(`^\s*(<\?xml[^>]*>\s*)?<ListBucketResult`)

// SetSetting implements mirror.Store. A server that takes no notice of what is to be set
// would make the bucket.
func (s *Store) SetSetting(ctx context.Context, bucket, name string, doc []byte) error {
	_, err := s.raw(ctx, http.MethodPut, bucket, url.Values{name: {""}}, doc)
	if code := minio.ToErrorResponse(err).Code; code == minio.BucketAlreadyOwnedByYou || code == minio.BucketAlreadyExists {
		err = fmt.Errorf("%w: the server makes the bucket instead", mirror.ErrUnsupported)
	}

	return s.fail("set "+name+" of", fmt.Sprintf("bucket %q", bucket), err)
}
