package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/helm-ferry/ferry/internal/cli"
)

// stage is where the demo plays.
type stage struct{ cli.Streams }

const margin = "  "

func (s stage) title(text string) {
	if s.ColorOut() {
		text = "\x1b[1m" + text + "\x1b[0m"
	}
	fmt.Fprintf(s.Out, "\n%s\n\n", text)
}

// say prints a line of the story.
func (s stage) say(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	fmt.Fprintln(s.Out, strings.TrimRight(margin+line, " "))
}

// command prints what somebody would type.
func (s stage) command(words ...string) { s.say("$ %s", strings.Join(words, " ")) }

// note tells about a wait, in the channel for words: it is no part of the story.
func (s stage) note(format string, args ...any) {
	fmt.Fprintf(s.Err, margin+format+"\n", args...)
}

// quote prints the output of a program.
func (s stage) quote(text string) {
	for line := range strings.Lines(text) {
		s.say("%s", strings.TrimRight(line, "\n"))
	}
}

// table prints rows below a header.
func (s stage) table(t cli.Table) error {
	var text bytes.Buffer
	if err := cli.Print(&text, cli.TableFormat, printed(t)); err != nil {
		return err
	}
	s.quote(text.String())
	return nil
}

type printed cli.Table

// Table implements cli.Result.
func (p printed) Table() cli.Table { return cli.Table(p) }
