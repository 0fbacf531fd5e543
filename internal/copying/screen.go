package copying

import (
	"fmt"
	"io"
	"sync"
	"unicode"
)

// Screen is a terminal whose last line is kept current while other lines go by above it.
type Screen struct {
	mu     sync.Mutex
	out    io.Writer
	width  func() int
	status string
}

// NewScreen returns a screen; width is asked for its number of columns.
func NewScreen(out io.Writer, width func() int) *Screen { return &Screen{out: out, width: width} }

// erase takes the last line away.
const erase = "\r\x1b[K"

// Status replaces the last line. An empty text takes it away.
func (s *Screen) Status(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if text == "" && s.status == "" {
		return
	}
	s.status = text
	fmt.Fprint(s.out, erase+s.fit())
}

// fit cuts the status to the width, since a line that wraps cannot be taken away.
func (s *Screen) fit() string {
	runes := []rune(s.status)
	for i, r := range runes {
		if !unicode.IsPrint(r) {
			runes[i] = unicode.ReplacementChar
		}
	}
	return string(runes[:max(0, min(len(runes), s.width()-1))])
}

// Write puts whole lines above the last one.
func (s *Screen) Write(lines []byte) (int, error) { return s.Above(s.out).Write(lines) }

// Above returns a writer to another stream that shows on the same terminal.
func (s *Screen) Above(out io.Writer) io.Writer { return above{screen: s, out: out} }

type above struct {
	screen *Screen
	out    io.Writer
}

// Write implements io.Writer, for whole lines.
func (a above) Write(lines []byte) (int, error) {
	s := a.screen
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.status == "" {
		return a.out.Write(lines)
	}
	fmt.Fprint(s.out, erase)
	defer func() { fmt.Fprint(s.out, s.fit()) }()
	return a.out.Write(lines)
}
