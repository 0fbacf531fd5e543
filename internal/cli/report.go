package cli

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// report prints err as people read it: one line for each line of the text, then the hint.
func report(w io.Writer, name string, err error) {
	if text := err.Error(); text != "" {
		for line := range lines(text) {
			fmt.Fprintf(w, "%s: error: %s\n", name, line)
		}
	}
	for line := range lines(HintOf(err)) {
		fmt.Fprintf(w, "hint: %s\n", line)
	}
}

// lines yields the lines of text that say something, fit for a terminal.
func lines(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
			if line = strings.TrimSpace(printable(line)); line != "" && !yield(line) {
				return
			}
		}
	}
}

// printable replaces what a terminal would obey instead of show: an error quotes foreign manifests.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			return unicode.ReplacementChar
		default:
			return r
		}
	}, strings.ToValidUTF8(text, string(unicode.ReplacementChar)))
}
