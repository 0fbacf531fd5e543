package s3http

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
)

// conn is a connection that takes large bodies in large pieces: net/http would allocate a
// small buffer for each.
type conn struct{ *net.TCPConn }

// chunk is how much of a body is taken at a time.
const chunk = 128 << 10

var chunks = sync.Pool{New: func() any { return new([chunk]byte) }}

// ReadFrom implements io.ReaderFrom.
func (c conn) ReadFrom(r io.Reader) (int64, error) {
	buf, ok := chunks.Get().(*[chunk]byte)
	if !ok {
		buf = new([chunk]byte)
	}
	defer chunks.Put(buf)
	var total int64
	for {
		n, err := r.Read(buf[:])
		if n > 0 {
			written, failed := c.Write(buf[:n])
			total += int64(written)
			if failed != nil {
				return total, failed
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return total, nil
		case err != nil:
			return total, err
		}
	}
}

// dial connects.
func dial(d *net.Dialer) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := d.DialContext(ctx, network, address)
		if tcp, ok := c.(*net.TCPConn); ok && err == nil {
			return conn{tcp}, nil
		}

		return c, err
	}
}
