package mirror

import (
	"bytes"
	"crypto/md5"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// The last bytes of a body are released only when all of it is right.
func TestBody(t *testing.T) {
	short, long := "content", strings.Repeat("content ", 100_000)
	lost := errors.New("connection lost")
	tests := map[string]struct {
		source   func(content string) io.Reader
		digest   bool
		want     error // of the reader; nil: everything is released
		mismatch bool
	}{
		"right":                  {source: reading},
		"right, with a digest":   {source: reading, digest: true},
		"one byte at a time":     {source: func(s string) io.Reader { return iotest.OneByteReader(reading(s)) }, digest: true},
		"error with the data":    {source: func(s string) io.Reader { return iotest.DataErrReader(reading(s)) }, digest: true},
		"cut":                    {source: func(s string) io.Reader { return reading(s[1:]) }, want: errSize},
		"longer":                 {source: func(s string) io.Reader { return reading(s + "x") }, want: errSize},
		"much longer":            {source: func(s string) io.Reader { return reading(s + s) }, want: errSize},
		"broken at the end":      {source: func(s string) io.Reader { return io.MultiReader(reading(s), iotest.ErrReader(lost)) }, want: lost},
		"broken in between":      {source: func(s string) io.Reader { return io.MultiReader(reading(s[3:]), iotest.ErrReader(lost)) }, want: ErrTemporary},
		"damaged":                {source: func(s string) io.Reader { return reading(strings.ToUpper(s)) }, digest: true, mismatch: true},
		"damaged and undigested": {source: func(s string) io.Reader { return reading(strings.ToUpper(s)) }},
	}
	for name, test := range tests {
		for size, content := range map[string]string{"short": short, "long": long} {
			t.Run(name+", "+size, func(t *testing.T) {
				var want []byte
				if test.digest {
					sum := md5.Sum([]byte(content))
					want = sum[:]
				}
				b := newBody(test.source(content), int64(len(content)))
				if want != nil {
					b.demand(want)
				}
				var released bytes.Buffer
				_, err := io.Copy(&released, iotest.HalfReader(b))
				if test.want == nil && !test.mismatch {
					if err != nil || released.Len() != len(content) || b.delivered() != nil {
						t.Errorf("released %d of %d bytes: %v, %v", released.Len(), len(content), err, b.delivered())
					}

					return
				}
				if released.Len() >= len(content) {
					t.Errorf("released %d bytes of a bad body that announced %d", released.Len(), len(content))
				}
				if test.want != nil && !errors.Is(err, test.want) || errors.As(err, new(*mismatchError)) != test.mismatch {
					t.Errorf("got error %v, want %v", err, test.want)
				}
				if b.delivered() == nil {
					t.Error("a bad body counts as delivered")
				}
			})
		}
	}
}

func reading(s string) io.Reader { return strings.NewReader(s) }

// A body that the destination did not read to its end is not delivered.
func TestBodyNotTaken(t *testing.T) {
	for _, taken := range []int64{0, 1, 6} {
		b := newBody(reading("content"), 7)
		if _, err := io.CopyN(io.Discard, b, taken); err != nil {
			t.Fatal(err)
		}
		if b.delivered() == nil {
			t.Errorf("delivered with %d of 7 bytes", taken)
		}
	}
	empty := newBody(reading("x"), 0)
	if err := empty.check(); !errors.Is(err, errSize) {
		t.Errorf("an empty body with content gives %v", err)
	}
}
