package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// helm4Limit bounds a message in runes: Helm prints it inside a sentence of its own.
const helm4Limit = 4000

// Helm4Error writes err to stdout in the one form in which it reaches the user of Helm 4.
//
// Helm 4 throws away the stderr of a post-renderer that fails and reports only that it failed. It
// does print the text of a document separator that it cannot parse, and fails. So the caller writes
// this instead of manifests and exits 0: the upgrade fails, and the user reads
//
//	Error: … invalid document separator: --- ferry: <message>; hint: <hint>
//
// A message of several lines is joined with "; ", since a separator has one line. A message that is
// too long is cut in the middle: its end has the remedy.
func Helm4Error(w io.Writer, err error) error {
	message := strings.Join(slices.Collect(lines(err.Error())), "; ")
	if message == "" {
		message = KindOf(err).String()
	}
	if hint := strings.Join(slices.Collect(lines(HintOf(err))), "; "); hint != "" {
		message += "; hint: " + hint
	}
	_, failed := fmt.Fprintf(w, "ferry: error\n--- ferry: %s\n", shorten(message, helm4Limit))
	return failed
}

// shorten cuts runes out of the middle of text until limit are left.
func shorten(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	const mark = " … "
	keep := limit - len([]rune(mark))
	head := keep / 2
	return string(runes[:head]) + mark + string(runes[len(runes)-(keep-head):])
}
