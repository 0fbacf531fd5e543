package s3

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/s3utils"

	"github.com/helm-ferry/ferry/internal/sigv4"
)

// maxDocument is how long an answer to a raw request may be.
const maxDocument = 32 << 20

// raw makes a request about a bucket that minio-go has no exact way to make, and
// returns the answer.
func (s *Store) raw(ctx context.Context, method, bucket string, query url.Values, doc []byte) ([]byte, error) {
	creds, err := s.creds.GetWithContext(&credentials.CredContext{Client: &http.Client{Transport: s.next}})
	if err != nil {
		return nil, fmt.Errorf("get credentials: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, method, "", bytes.NewReader(doc))
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	req.URL = s.address(bucket, query)
	sum := sha256.Sum256(doc)
	if len(doc) > 0 {
		digest := md5.Sum(doc)
		req.Header.Set("Content-MD5", base64.StdEncoding.EncodeToString(digest[:]))
		req.Header.Set("Content-Type", http.DetectContentType(doc))
	}
	sigv4.New(s.region, "s3").Sign(req, sigv4.Credentials{
		AccessKey: creds.AccessKeyID, SecretKey: creds.SecretAccessKey, SessionToken: creds.SessionToken,
	}, hex.EncodeToString(sum[:]), time.Now())
	resp, err := s.next.RoundTrip(req)
	if err != nil {
		return nil, fmt.Errorf("send request: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
	switch {
	case resp.StatusCode/100 != 2:
		return nil, refusal(resp.StatusCode, answer)
	case err != nil:
		return nil, fmt.Errorf("read answer: %w", err)
	case len(answer) > maxDocument:
		return nil, errors.New("read answer: it is too long")
	default:
		return answer, nil
	}
}

// address is where a bucket is, in the style of the endpoint.
func (s *Store) address(bucket string, query url.Values) *url.URL {
	u := &url.URL{Scheme: s.base.Scheme, Host: s.base.Host, Path: "/" + bucket, RawQuery: query.Encode()}
	if port := u.Port(); u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		u.Host = u.Host[:len(u.Host)-len(port)-1]
	}
	if s.style == minio.BucketLookupDNS || s.style == minio.BucketLookupAuto && s3utils.IsVirtualHostSupported(*s.base, bucket) {
		u.Host, u.Path = bucket+"."+u.Host, "/"
	}

	return u
}

// refusal reads an error document.
func refusal(status int, document []byte) error {
	resp := minio.ErrorResponse{StatusCode: status}
	if err := xml.Unmarshal(document, &resp); err != nil {
		resp.Message = http.StatusText(status)
	}
	resp.StatusCode = status

	return resp
}
