package faulty

import (
	"bytes"
	"io"
	"strings"
)

// Times fails the first n calls of a method, or with an n below 0 all of them.
func Times(n int, method string, err error) func(Call) error {
	return func(call Call) error {
		if call.Method != method || n == 0 {
			return nil
		}
		n--

		return err
	}
}

// Cut ends a body after n bytes, as a lost connection does when nobody counts.
func Cut(body io.ReadCloser, n int64) io.ReadCloser { return with(io.LimitReader(body, n), body) }

// Break fails a body after n bytes.
func Break(body io.ReadCloser, n int64, err error) io.ReadCloser {
	return with(io.MultiReader(io.LimitReader(body, n), failing{err}), body)
}

// Pad makes a body longer.
func Pad(body io.ReadCloser, tail string) io.ReadCloser {
	return with(io.MultiReader(body, strings.NewReader(tail)), body)
}

// Damage changes the first byte of a body.
func Damage(body io.ReadCloser) io.ReadCloser {
	first := make([]byte, 1)
	n, _ := io.ReadFull(body, first)
	if n == 1 {
		first[0] ^= 0xff
	}

	return with(io.MultiReader(bytes.NewReader(first[:n]), body), body)
}

func with(r io.Reader, c io.Closer) io.ReadCloser {
	return struct {
		io.Reader
		io.Closer
	}{r, c}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
