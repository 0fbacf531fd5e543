package copying

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestScreen(t *testing.T) {
	var out bytes.Buffer
	width := 20
	s := NewScreen(&out, func() int { return width })
	shows := func(what, want string) {
		t.Helper()
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
		out.Reset()
	}
	write := func(w io.Writer, text string) {
		t.Helper()
		if n, err := io.WriteString(w, text); n != len(text) || err != nil {
			t.Errorf("wrote %d bytes of %q: %v", n, text, err)
		}
	}
	s.Status("")
	write(s, "before\n")
	shows("without a status", "before\n")
	s.Status("copying, 3 objects")
	shows("a status", "\r\x1b[Kcopying, 3 objects")
	write(s, "above\n")
	shows("a line above it", "\r\x1b[Kabove\ncopying, 3 objects")
	write(s.Above(&out), "other stream\n")
	shows("a line of another stream", "\r\x1b[Kother stream\ncopying, 3 objects")
	s.Status(strings.Repeat("ł", 30))
	shows("a long status", "\r\x1b[K"+strings.Repeat("ł", 19))
	s.Status("a\x1b[2Jb\n")
	shows("what a terminal would obey", "\r\x1b[Ka\ufffd[2Jb\ufffd")
	width = 0
	s.Status("narrow")
	shows("no room", "\r\x1b[K")
	s.Status("")
	shows("the end", "\r\x1b[K")
	write(s, "after\n")
	shows("after the end", "after\n")
}
