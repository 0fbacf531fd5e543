package s3http

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/helm-ferry/ferry/internal/s3list"
	"github.com/helm-ferry/ferry/internal/sigv4"
	"github.com/helm-ferry/ferry/mirror/s3"
)

// call is one request, about an object or about all of a bucket.
type call struct {
	op       string // what it does to its subject, for errors
	method   string
	bucket   string
	ofBucket bool // there is no key
	key      string
	query    string // canonical
	header   http.Header
	body     *exactBody
	files    bool              // it asks for a filing
	keys     sigv4.Credentials // what it was signed with
}

// subject names what the call is about.
func (c *call) subject() string {
	if c.ofBucket {
		return fmt.Sprintf("bucket %q", c.bucket)
	}

	return fmt.Sprintf("object %q of bucket %q", c.key, c.bucket)
}

// send sends a call and returns the response if it is a good one, body unread.
func (s *Store) send(ctx context.Context, c *call) (*http.Response, error) {
	req, err := s.request(c)
	if err == nil {
		c.keys, err = s.keys()
	}
	if err != nil {
		return nil, c.failed(ctx, err)
	}
	s.signer.Sign(req, c.keys, sigv4.UnsignedPayload, time.Now())
	resp, err := s.transport.RoundTrip(req.WithContext(ctx))
	whole, fault := c.body.cut()
	switch {
	case fault != nil:
		err = fault
	case err == nil && resp.StatusCode/100 != 2:
		return nil, c.refused(ctx, resp)
	case err == nil && !whole:
		err = errors.New("server agreed before it had all of the body")
	}
	if err == nil {
		return resp, nil
	}
	if resp != nil {
		resp.Body.Close()
	}

	return nil, c.failed(ctx, err)
}

// request spells a call for net/http.
func (s *Store) request(c *call) (*http.Request, error) {
	switch {
	case !isBucket(c.bucket):
		return nil, &finalError{"this is no name of a bucket"}
	case c.key == "" && !c.ofBucket:
		return nil, &finalError{"an object has no empty key"}
	}
	u := s.base
	u.Path, u.RawQuery = "/"+c.key, c.query
	if s.inHost(c.bucket) {
		u.Host = c.bucket + "." + u.Host
	} else {
		u.Path = "/" + c.bucket + u.Path
	}
	header := c.header
	if header == nil {
		header = make(http.Header, 6)
	}
	header["User-Agent"] = userAgent
	req := &http.Request{
		Method: c.method, URL: &u, Host: u.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if c.body != nil {
		if err := c.body.attach(req); err != nil {
			return nil, err
		}
	}

	return req, nil
}

var userAgent = []string{"ferry"}

// isBucket keeps what is no name of a bucket from becoming another path or host.
func isBucket(name string) bool {
	for i := range len(name) {
		c := name[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_' {
			return false
		}
	}

	return strings.Trim(name, ".") != ""
}

// inHost reports whether the name of a bucket goes into the host, as in package s3.
func (s *Store) inHost(bucket string) bool {
	switch s.style {
	case s3.StylePath:
		return false
	case s3.StyleHost:
		return true
	case s3.StyleAuto:
	}

	return s.wantsHost && (s.base.Scheme == "http" || !strings.Contains(bucket, "."))
}

// maxAnswer is how much is read of an answer that is no object and no listing.
const maxAnswer = 1 << 20

// ask sends a call whose answer is short, and reads it. An error document is an error
// whatever its status.
func (s *Store) ask(ctx context.Context, c *call) (http.Header, []byte, error) {
	resp, err := s.send(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	if resp.ContentLength == 0 {
		return resp.Header, nil, nil
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, nil, c.failed(ctx, fmt.Errorf("read answer: %w", err))
	}
	if said, err := s3list.ParseError(text); err == nil {
		return nil, nil, c.said(resp.StatusCode, said)
	}

	return resp.Header, text, nil
}
