package manifest

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// scalar writes the value of a changed scalar in the place of the old value.
func (s *splicer) scalar(old, changed *yaml.Node, at place) {
	start := s.value(old)
	if start < 0 {
		s.failed = true
		return
	}
	end := s.scalarEnd(start, old)
	style := old.Style &^ yaml.TaggedStyle
	block := style == yaml.LiteralStyle || style == yaml.FoldedStyle
	lines := block && strings.TrimSpace(old.Value) != "" || style == 0 && end > 0 && s.lineOf(start) != s.lineOf(end)
	if lines && !s.quote && style == changed.Style&^yaml.TaggedStyle && s.middle(old, changed, start) {
		return
	}
	bare := *changed
	bare.Anchor, bare.Style = "", bare.Style&^yaml.TaggedStyle
	text := s.scalarText(&bare, at.flow)
	text += s.rest(old, start, end)
	if start == end && at.flow && !bytes.HasSuffix(bytes.TrimSpace(s.text[:start]), []byte(":")) {
		text = ": " + text // the key of a flow mapping stood alone
	}
	s.edit(start, end, s.spaced(start, end, text))
}

// rest is what else stands in the range of a node: the comment behind the | or > of a block
// scalar, which its text follows, and the line break at the end of a text of whole lines.
func (s *splicer) rest(node *yaml.Node, start, end int) string {
	var rest string
	if node.Kind == yaml.ScalarNode && node.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		at := s.value(node)
		header := s.text[at:s.block(at, node.Value).content]
		if comment := bytes.Index(header, []byte(" #")); comment >= 0 {
			rest = strings.TrimRight(string(header[comment:]), "\r\n")
		}
	}
	if end > start && breakAt(s.text[end-1:]) > 0 {
		rest += s.newline()
	}
	return rest
}

// middle replaces the part of a text of several lines in which the old and the changed value
// differ, so that the rest keeps its lines. It reports false if the value ends otherwise now.
func (s *splicer) middle(old, changed *yaml.Node, start int) bool {
	newline := s.newline()
	if style := old.Style &^ yaml.TaggedStyle; style == yaml.LiteralStyle || style == yaml.FoldedStyle {
		b := s.block(start, old.Value)
		start, newline = b.content, newline+b.indent
	}
	head, tail := difference(old.Value, changed.Value)
	end, places := follow(s.text, start, old.Value)
	if end < 0 {
		return false
	}
	from, to := start, 0
	if head > 0 {
		from = places[head-1] + 1
	} else if len(places) > 0 {
		from = places[0]
	}
	switch last := len(old.Value) - tail; {
	case last == head:
		to = from
	case places[last-1] >= 0:
		to = places[last-1] + 1
	case tail > 0:
		to = places[last]
	default:
		return false
	}
	s.edit(from, to, strings.ReplaceAll(changed.Value[head:len(changed.Value)-tail], "\n", newline))
	return true
}

// difference returns how many bytes two values share at their beginning, up to the end of a word,
// and how many at their end.
func difference(a, b string) (head, tail int) {
	for head < min(len(a), len(b)) && a[head] == b[head] {
		head++
	}
	for head > 0 && (isSpace(a[head-1]) || a[head-1] >= 0x80) {
		head--
	}
	for tail < min(len(a), len(b))-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	for tail > 0 && a[len(a)-tail]&0xC0 == 0x80 { // not in the middle of a character
		tail--
	}
	return head, tail
}

// scalarText writes a scalar on one line, in its style if that can hold the value.
func (s *splicer) scalarText(node *yaml.Node, flow bool) string {
	style := node.Style &^ yaml.TaggedStyle
	text := quoted(node.Value)
	switch {
	case s.quote && node.ShortTag() == "!!str":
	case style == 0 && readsPlain(node, flow):
		text = node.Value
	case style == yaml.SingleQuotedStyle && strings.IndexFunc(node.Value, isNotPrinted) < 0:
		text = "'" + strings.ReplaceAll(node.Value, "'", "''") + "'"
	}
	return strings.Trim(properties(node)+" "+text, " ")
}

// readsPlain tells whether the value of a scalar needs no quotes, here and in YAML 1.1.
func readsPlain(node *yaml.Node, flow bool) bool {
	text := "- " + node.Value
	if flow {
		text = "- [" + node.Value + "]"
	}
	tree, err := parseText([]byte(text))
	if err != nil || tree == nil || node.ShortTag() == "!!str" && lookalike.MatchString(node.Value) {
		return false
	}
	item := tree.Content[0]
	for len(item.Content) == 1 {
		item = item.Content[0]
	}
	return item.Kind == yaml.ScalarNode && item.Style == 0 && item.Value == node.Value && item.ShortTag() == node.ShortTag()
}

// quoted writes a text in double quotes.
func quoted(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r == '\n':
			out.WriteString(`\n`)
		case !isNotPrinted(r):
			out.WriteRune(r)
		case r > 0xFFFF:
			fmt.Fprintf(&out, `\U%08x`, r)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	out.WriteByte('"')
	return out.String()
}

// isNotPrinted tells whether a character has to be escaped.
func isNotPrinted(r rune) bool { return !unicode.IsPrint(r) && r != '\u200D' }

// flowText writes a node the way it stands inside {} and [].
func (s *splicer) flowText(node *yaml.Node) string {
	list := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle, Content: []*yaml.Node{styled(node, s.quote, true)}}
	text := strings.TrimSpace(string(encode(list, s.step, false)))
	return strings.TrimSuffix(strings.TrimPrefix(text, "["), "]")
}

// blockText writes a collection as lines of their own.
func (s *splicer) blockText(node *yaml.Node, indent string) string {
	lines := strings.SplitAfter(string(encode(styled(node, s.quote, false), s.step, s.lists)), "\n")
	for i, line := range lines {
		if line != "" && line != "\n" {
			lines[i] = indent + line
		}
	}
	return strings.ReplaceAll(strings.Join(lines, ""), "\n", s.newline())
}
