package s3

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
)

// answer is a response before minio-go has had its way with it.
type answer struct {
	status int
	length int64
	header http.Header
}

type answerKey struct{}

// listening returns a context under which the next response is kept.
func listening(ctx context.Context) (context.Context, *answer) {
	kept := &answer{}

	return context.WithValue(ctx, answerKey{}, kept), kept
}

// unread are the headers that minio-go parses for nobody here and fails on when it
// cannot.
var unread = []string{
	"Expires", "X-Amz-Restore", "X-Amz-Tagging", "X-Amz-Tagging-Count", "X-Minio-Source-Mtime",
}

// wire carries requests, as prepare makes them if it is set.
type wire struct {
	next    http.RoundTripper
	prepare func(*http.Request) *http.Request
}

// RoundTrip implements http.RoundTripper.
func (w wire) RoundTrip(req *http.Request) (*http.Response, error) {
	if w.prepare != nil {
		req = w.prepare(req)
	}
	if req.Body != nil {
		body := &leash{source: req.Body}
		defer body.cut()
		req = req.WithContext(req.Context())
		req.Body = body
	}
	resp, err := w.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if kept, ok := req.Context().Value(answerKey{}).(*answer); ok {
		*kept = answer{status: resp.StatusCode, length: resp.ContentLength, header: resp.Header.Clone()}
	}
	for _, name := range unread {
		resp.Header.Del(name)
	}

	return resp, nil
}

var errCut = errors.New("request is over")

// leash is a request body that nobody reads any more once it is cut. A transport
// may go on reading a body after it has returned.
type leash struct {
	mu     sync.Mutex
	source io.ReadCloser
	over   bool
}

// Read implements io.Reader.
func (l *leash) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return 0, errCut
	}

	return l.source.Read(p)
}

// Close implements io.Closer.
func (l *leash) Close() error { return l.source.Close() }

func (l *leash) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
}
