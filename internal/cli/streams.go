package cli

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Streams are the standard streams of a command and what is known about them.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	// InIsPiped tells that somebody sends data: In is a pipe, a socket or a file, but neither a
	// terminal nor /dev/null, which is what a CI system gives to a program that nobody talks to.
	InIsPiped bool
	// InIsTerminal tells that a person can be asked.
	InIsTerminal bool
	// OutIsTerminal and ErrIsTerminal tell that a person is watching.
	OutIsTerminal, ErrIsTerminal bool
	// NoColor is what the environment asks for, by NO_COLOR or TERM=dumb.
	NoColor bool
}

// NewStreams returns the streams over three files of the process; getenv reads its environment.
func NewStreams(in, out, err *os.File, getenv func(string) string) Streams {
	return Streams{
		In: in, Out: out, Err: err,
		InIsPiped:     isPiped(in),
		InIsTerminal:  isTerminal(in),
		OutIsTerminal: isTerminal(out),
		ErrIsTerminal: isTerminal(err),
		NoColor:       getenv("NO_COLOR") != "" || getenv("TERM") == "dumb",
	}
}

// ColorOut tells whether results on Out may be coloured.
func (s Streams) ColorOut() bool { return s.OutIsTerminal && !s.NoColor }

// ColorErr tells whether words on Err may be coloured.
func (s Streams) ColorErr() bool { return s.ErrIsTerminal && !s.NoColor }

func isTerminal(file *os.File) bool { return term.IsTerminal(int(file.Fd())) }

// isPiped is false for every character device: terminals, /dev/null and NUL.
func isPiped(file *os.File) bool {
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice == 0 && !info.IsDir()
}
