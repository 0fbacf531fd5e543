package mirror

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"hash"
	"io"
	"sync"

	"golang.org/x/time/rate"
)

const (
	holdBack   = 4 << 10  // of a body, kept until all of it is known to be right
	bufferSize = 64 << 10 // all that is ever in memory of one
)

// body hands a source's bytes on and vouches for them. It releases the last of
// them only after the source has ended exactly at the announced size and, when a
// digest is demanded, with that digest. A destination that waits for all bytes
// therefore never commits a short or long object, nor a damaged one where a digest
// is demanded.
type body struct {
	source  io.Reader
	size    int64
	want    []byte    // MD5 that the content must have, or nil; needs md5
	md5     hash.Hash // of everything read, or nil
	read    int64     // bytes read from the source
	buffer  *[bufferSize]byte
	held    []byte // the part of the buffer that was read and not yet released
	ended   bool   // the source has ended and was found right
	fault   error  // what was found wrong
	flushed int64  // bytes released
}

var buffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// newBody wraps a source that announced size bytes. It computes no digest. Whoever
// has it gives its memory back with release.
func newBody(source io.Reader, size int64) *body {
	buffer, _ := buffers.Get().(*[bufferSize]byte)

	return &body{source: source, size: size, buffer: buffer, held: buffer[:0]}
}

// demand has the MD5 of the content computed and, if want is not nil, compared.
func (b *body) demand(want []byte) *body {
	b.want, b.md5 = want, md5.New()

	return b
}

// release gives the memory of the body back. Nothing reads it any more.
func (b *body) release() {
	if b.fault == nil {
		b.fault = errReleased
	}
	b.held = nil
	buffers.Put(b.buffer)
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	for {
		if b.fault != nil {
			return 0, b.fault
		}
		if b.ended && len(b.held) == 0 {
			return 0, io.EOF
		}
		if spare := b.spare(); spare > 0 || len(p) == 0 {
			n := copy(p, b.held[:spare])
			b.held = b.held[n:]
			b.flushed += int64(n)

			return n, nil
		}
		b.fault = b.fill()
	}
}

// spare is how much of what is held may go.
func (b *body) spare() int {
	if b.ended {
		return len(b.held)
	}

	return max(0, len(b.held)-holdBack)
}

// check reads as far as needed to know a small body, and all of an empty one,
// before the first byte goes anywhere.
func (b *body) check() error {
	for !b.ended && b.fault == nil && b.spare() == 0 {
		b.fault = b.fill()
	}

	return b.fault
}

// fill reads once from the source.
func (b *body) fill() error {
	if cap(b.held)-len(b.held) < bufferSize/4 {
		b.held = b.buffer[:copy(b.buffer[:], b.held)]
	}
	n, err := b.source.Read(b.held[len(b.held):cap(b.held)])
	chunk := b.held[len(b.held) : len(b.held)+n]
	b.held = b.held[:len(b.held)+n]
	if b.md5 != nil {
		b.md5.Write(chunk)
	}
	b.read += int64(n)
	switch {
	case b.read > b.size:
		return fmt.Errorf("%w: more than %d bytes", errSize, b.size)
	case err == io.EOF:
		return b.end()
	case err != nil:
		return fmt.Errorf("%w: read after %d of %d bytes: %w", ErrTemporary, b.read, b.size, err)
	default:
		return nil
	}
}

func (b *body) end() error {
	if b.read != b.size {
		return fmt.Errorf("%w: ended after %d of %d bytes", errSize, b.read, b.size)
	}
	if b.want != nil {
		if got := b.md5.Sum(nil); !bytes.Equal(got, b.want) {
			return &mismatchError{got: md5Tag(got), want: md5Tag(b.want)}
		}
	}
	b.ended = true

	return nil
}

// delivered reports whether the reader took everything and all of it was right.
func (b *body) delivered() error {
	if b.fault != nil {
		return b.fault
	}
	if !b.ended || b.flushed != b.size {
		return fmt.Errorf("%w: destination took %d of %d bytes", ErrTemporary, b.flushed, b.size)
	}

	return nil
}

// throttled reads a source in steps and asks before handing each one on.
type throttled struct {
	source io.Reader
	step   int               // most bytes at a time
	pass   func(n int) error // blocks until n bytes may pass
}

// Read implements io.Reader.
func (t *throttled) Read(p []byte) (int, error) {
	n, err := t.source.Read(p[:min(len(p), t.step)])
	if n > 0 {
		if wait := t.pass(n); wait != nil {
			return n, wait
		}
	}

	return n, err
}

// newLimiter allows bytesPerSecond, in steps that never wait more than a second.
func newLimiter(bytesPerSecond int64) *rate.Limiter {
	if bytesPerSecond <= 0 {
		return nil
	}

	return rate.NewLimiter(rate.Limit(bytesPerSecond), int(min(bytesPerSecond, 256<<10)))
}
