package manifest

import (
	"bytes"
	"sort"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// source finds nodes in the text that they were parsed from. An offset of -1 says that a node is
// not where it should be; whoever edits text must then do without.
type source struct {
	text  []byte
	lines []int // where lines begin, as the YAML parser counts them
}

func newSource(text []byte) *source {
	s := &source{text: text, lines: []int{0}}
	for at := 0; at < len(text); {
		if width := breakAt(text[at:]); width > 0 {
			at += width
			s.lines = append(s.lines, at)
		} else {
			at++
		}
	}
	return s
}

// breakAt returns the width of the line break that text begins with: LF, CR, CRLF, NEL, LS or PS.
func breakAt(text []byte) int {
	switch {
	case len(text) == 0:
		return 0
	case bytes.HasPrefix(text, []byte("\r\n")):
		return 2
	case text[0] == '\n' || text[0] == '\r':
		return 1
	case bytes.HasPrefix(text, []byte("\u0085")):
		return 2
	case bytes.HasPrefix(text, []byte("\u2028")) || bytes.HasPrefix(text, []byte("\u2029")):
		return 3
	}
	return 0
}

// lineOf returns the index of the line that an offset stands in.
func (s *source) lineOf(at int) int {
	return sort.SearchInts(s.lines, at+1) - 1
}

// nextLine returns the offset of the first line that begins at or behind an offset.
func (s *source) nextLine(at int) int {
	if i := sort.SearchInts(s.lines, at); i < len(s.lines) {
		return s.lines[i]
	}
	return len(s.text)
}

// indentOf returns the white space that the line of an offset begins with.
func (s *source) indentOf(at int) string {
	if at < 0 {
		return ""
	}
	line := s.text[s.lines[s.lineOf(at)]:]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

// newline returns the line break that the text uses.
func (s *source) newline() string {
	if bytes.Contains(s.text, []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

// start returns where a node begins, its anchor and tag included.
func (s *source) start(node *yaml.Node) int {
	if node.Line < 1 || node.Line > len(s.lines) {
		return -1
	}
	at := s.lines[node.Line-1]
	for range node.Column - 1 {
		if at >= len(s.text) {
			return -1
		}
		_, width := utf8.DecodeRune(s.text[at:])
		at += width
	}
	return at
}

// value returns where a node begins behind its anchor and tag.
func (s *source) value(node *yaml.Node) int {
	at := s.start(node)
	if at < 0 || node.Anchor == "" && node.Style&yaml.TaggedStyle == 0 {
		return at
	}
	behind := at // the last property
	for at < len(s.text) && (s.text[at] == '&' || s.text[at] == '!') {
		for at < len(s.text) && !isSpace(s.text[at]) && !flowIndicator(s.text[at]) {
			at++
		}
		behind = at
		for at < len(s.text) && isSpace(s.text[at]) {
			at++
		}
	}
	if node.Value == "" && node.Style&^yaml.TaggedStyle == 0 && node.Kind == yaml.ScalarNode {
		return behind // nothing is written there
	}
	return at
}

// end returns the offset behind the last character of a node.
func (s *source) end(node *yaml.Node) int {
	at := s.value(node)
	switch {
	case at < 0:
		return -1
	case node.Kind == yaml.AliasNode:
		return at + 1 + len(node.Value)
	case node.Kind == yaml.ScalarNode:
		return s.scalarEnd(at, node)
	case node.Style&yaml.FlowStyle != 0 && at < len(s.text) && (s.text[at] == '{' || s.text[at] == '['):
		return s.flowEnd(at, node)
	case len(node.Content) == 0:
		return -1
	}
	return s.end(node.Content[len(node.Content)-1])
}

func (s *source) scalarEnd(at int, node *yaml.Node) int {
	switch style := node.Style &^ yaml.TaggedStyle; style {
	case yaml.LiteralStyle, yaml.FoldedStyle:
		return s.block(at, node.Value).end
	case yaml.SingleQuotedStyle, yaml.DoubleQuotedStyle:
		return s.quotedEnd(at)
	}
	end, _ := follow(s.text, at, node.Value)
	return end
}

// flowEnd finds the bracket that closes a collection, behind its last element.
func (s *source) flowEnd(at int, node *yaml.Node) int {
	closing := s.text[at] + 2 // ASCII has { | } and [ \ ]
	at++
	if len(node.Content) > 0 {
		at = s.end(node.Content[len(node.Content)-1])
	}
	for at >= 0 && at < len(s.text) {
		switch c := s.text[at]; {
		case c == closing:
			return at + 1
		case c == '#':
			at = s.nextLine(at + 1)
		case isSpace(c) || c == ',' || c == ':':
			at++
		default:
			return -1
		}
	}
	return -1
}

func (s *source) quotedEnd(at int) int {
	if at >= len(s.text) {
		return -1
	}
	quote := s.text[at]
	for i := at + 1; i < len(s.text); i++ {
		switch {
		case quote == '"' && s.text[i] == '\\':
			i++
		case s.text[i] != quote:
		case quote == '\'' && i+1 < len(s.text) && s.text[i+1] == quote:
			i++
		default:
			return i + 1
		}
	}
	return -1
}

// blockScalar is where the parts of a | or > scalar stand.
type blockScalar struct {
	content int    // where its first line begins
	end     int    // where the line behind it begins; -1: not found
	indent  string // of its lines
}

func (s *source) block(at int, value string) blockScalar {
	b := blockScalar{content: s.nextLine(at + 1)}
	b.end = b.content
	header, _, _ := bytes.Cut(s.text[at:b.content], []byte("#"))
	blank := strings.TrimSpace(value) == ""
	for line := b.content; line < len(s.text) && !blank; {
		next := s.nextLine(line + 1)
		text := bytes.TrimLeft(s.text[line:next], " ")
		indent, empty := next-line-len(text), len(bytes.TrimSpace(text)) == 0
		if b.indent == "" && !empty {
			b.indent = strings.Repeat(" ", max(indent-leadingSpaces(value), 0))
		}
		if !empty && indent < len(b.indent) {
			break
		}
		if !empty || b.indent != "" && indent > len(b.indent) {
			b.end = next
		}
		line = next
	}
	for b.end < len(s.text) && (bytes.IndexByte(header, '+') >= 0 || blank && value != "") {
		next := s.nextLine(b.end + 1)
		if len(bytes.TrimSpace(s.text[b.end:next])) > 0 {
			break
		}
		b.end = next
	}
	return b
}

// leadingSpaces tells how far the first line of a text that is not blank is indented.
func leadingSpaces(text string) int {
	for line := range strings.Lines(text) {
		if trimmed := strings.TrimLeft(line, " "); strings.TrimSpace(trimmed) != "" {
			return len(line) - len(trimmed)
		}
	}
	return 0
}

// follow walks over the text that value was read from, in which line breaks and indentation may
// stand for any white space of value, and returns where it ends. The second result, if not nil,
// tells where each byte of value that is not white space stands.
func follow(text []byte, at int, value string) (int, []int) {
	places := make([]int, len(value))
	end := at
	for i := range len(value) {
		if isSpace(value[i]) {
			places[i] = -1
			continue
		}
		for at < len(text) && text[at] != value[i] && isSpace(text[at]) {
			at++
		}
		if at >= len(text) || text[at] != value[i] {
			return -1, nil
		}
		places[i] = at
		at++
		end = at
	}
	return end, places
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func flowIndicator(c byte) bool { return strings.IndexByte(",[]{}", c) >= 0 }
