package s3http

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// errCut is what a reader of a body sees after the call is over.
var errCut = errors.New("request is over")

// exactBody is the body of a request. It gives out its last byte only after the
// source has ended where it should, and nothing once it is cut: a transport may go on
// reading after it has returned.
type exactBody struct {
	source io.Reader
	size   int64

	mu    sync.Mutex
	taken int64 // bytes given out
	fault error // of the source
	over  bool
}

// smallBody is how long a body may be to be read before the request is sent. It then goes
// out in one packet with the headers.
const smallBody = 16 << 10

// attach makes b the body of a request. A connection that turns out to be closed before
// anything was written is replaced by another one.
func (b *exactBody) attach(req *http.Request) error {
	if err := b.begin(); err != nil {
		return err
	}
	req.ContentLength = b.size
	switch {
	case b.size == 0:
		req.Body = http.NoBody
	case b.size <= smallBody:
		text := make([]byte, b.size)
		if _, err := io.ReadFull(b, text); err != nil {
			return err
		}
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
		req.Body = io.NopCloser(bytes.NewReader(text))
	default:
		req.GetBody = b.again
		req.Body = b
	}

	return nil
}

// again returns the body if nothing was taken from it.
func (b *exactBody) again() (io.ReadCloser, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.taken > 0 || b.fault != nil || b.over {
		return nil, errCut
	}

	return b, nil
}

// begin checks what can be known before the first byte is asked for.
func (b *exactBody) begin() error {
	if b.size < 0 {
		return &finalError{"body has a negative size"}
	}
	if b.size == 0 {
		return b.end()
	}

	return nil
}

// Read implements io.Reader.
func (b *exactBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch rest := b.size - b.taken; {
	case b.over:
		return 0, errCut
	case b.fault != nil:
		return 0, b.fault
	case rest == 0:
		return 0, io.EOF
	case int64(len(p)) > rest:
		p = p[:rest]
	}
	n, err := b.source.Read(p)
	if whole := b.taken+int64(n) == b.size; whole && err == nil {
		err = b.end()
	} else if errors.Is(err, io.EOF) {
		err = nil
		if !whole {
			err = fmt.Errorf("body ended after %d of %d bytes", b.taken+int64(n), b.size)
		}
	}
	if err != nil {
		b.fault = err

		return 0, err
	}
	b.taken += int64(n)

	return n, nil
}

// end demands that the source has nothing more.
func (b *exactBody) end() error {
	var one [1]byte
	for range 100 {
		n, err := b.source.Read(one[:])
		switch {
		case n > 0:
			return &finalError{fmt.Sprintf("body is longer than %d bytes", b.size)}
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}

	return io.ErrNoProgress
}

// Close implements io.Closer. The source stays its owner's.
func (b *exactBody) Close() error { return nil }

// cut ends all reading. It returns whether all of the body was taken, and what was wrong
// with the source.
func (b *exactBody) cut() (whole bool, fault error) {
	if b == nil {
		return true, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = true

	return b.taken == b.size, b.fault
}
