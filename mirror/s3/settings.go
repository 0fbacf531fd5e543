package s3

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
)

// Setting implements mirror.Reader.
func (s *Store) Setting(ctx context.Context, bucket, name string) ([]byte, error) {
	doc, err := s.raw(ctx, http.MethodGet, bucket, url.Values{name: {""}}, nil)

	return doc, s.fail("read "+name+" of", fmt.Sprintf("bucket %q", bucket), err)
}

// SetSetting implements mirror.Store.
func (s *Store) SetSetting(ctx context.Context, bucket, name string, doc []byte) error {
	_, err := s.raw(ctx, http.MethodPut, bucket, url.Values{name: {""}}, doc)

	return s.fail("set "+name+" of", fmt.Sprintf("bucket %q", bucket), err)
}
