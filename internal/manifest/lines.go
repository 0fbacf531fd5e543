package manifest

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// insert writes a key with its value, or a list item, behind the old element that ends at index.
func (s *splicer) insert(old *yaml.Node, index int, element []*yaml.Node, at place) {
	var previous *yaml.Node
	if index > 0 {
		previous = old.Content[index-1]
	}
	collection := &yaml.Node{Kind: old.Kind, Content: element}
	if at.flow {
		s.insertFlow(old, previous, s.flowText(collection))
		return
	}
	indent := strings.Repeat(" ", at.column)
	text := s.blockText(collection, indent)
	if previous == nil {
		start := s.value(old)
		s.edit(start, start, text[len(indent):]+indent)
		return
	}
	s.insertLines(s.end(previous), text)
}

// remove takes out the lines of the elements of a block from one index to another.
func (s *splicer) remove(old *yaml.Node, from, to int) {
	for step := stepOf(old); from < to; from += step {
		start, end := s.start(old.Content[from]), s.end(old.Content[from+step-1])
		if old.Kind == yaml.SequenceNode && start >= 0 {
			start = bytes.LastIndexByte(s.text[:start], '-')
		}
		if start < 0 || end < start || start != s.lines[s.lineOf(start)]+len(s.indentOf(start)) {
			s.failed = true
			return
		}
		s.edit(s.lines[s.lineOf(start)], s.nextLine(end), "")
	}
}

// insertFlow writes an element between brackets behind the previous one, on a line of its own if
// the previous one has that.
func (s *splicer) insertFlow(old, previous *yaml.Node, text string) {
	text = text[1 : len(text)-1] // without the brackets
	switch {
	case previous != nil:
		separator := ", "
		first := s.start(old.Content[len(old.Content)-stepOf(old)])
		if indent := s.indentOf(first); first >= 0 && first == s.lines[s.lineOf(first)]+len(indent) {
			separator = "," + s.newline() + indent
		}
		end := s.end(previous)
		s.edit(end, end, separator+text)
	case len(old.Content) > 0:
		start := s.start(old.Content[0])
		s.edit(start, start, text+", ")
	default:
		start := s.value(old) + 1
		s.edit(start, start, text)
	}
}

// insertLines writes lines behind the line of an offset.
func (s *splicer) insertLines(behind int, text string) {
	if behind < 0 {
		s.failed = true
		return
	}
	at := s.nextLine(behind)
	if at == len(s.text) && s.lines[len(s.lines)-1] != at { // the last line has no end
		text = s.newline() + strings.TrimSuffix(text, s.newline())
	}
	s.edit(at, at, text)
}

// cutAnchor takes the anchor of a node out.
func (s *splicer) cutAnchor(node *yaml.Node) {
	start, end := s.start(node), s.value(node)
	if start < 0 || end < start {
		s.failed = true
		return
	}
	anchor := "&" + node.Anchor
	s.cut(start+strings.Index(string(s.text[start:end]), anchor), len(anchor))
}

// cut takes length bytes out, with the white space that would be left over.
func (s *splicer) cut(start, length int) {
	end := start + length
	for start >= 0 && end < len(s.text) && (s.text[end] == ' ' || s.text[end] == '\t') {
		end++
	}
	if end == len(s.text) || breakAt(s.text[end:]) > 0 {
		for start > 0 && s.text[start-1] == ' ' {
			start--
		}
	}
	s.edit(start, end, "")
}

// replace writes a changed node in the place of an old one of another shape.
func (s *splicer) replace(old, changed *yaml.Node, at place) {
	start, end := s.start(old), s.end(old)
	bare := *changed // its comments stand around it already
	bare.HeadComment, bare.LineComment, bare.FootComment = "", "", ""
	changed = &bare
	switch {
	case start < 0 || end < 0:
		s.failed = true
	case at.flow || !isBlock(changed):
		text := s.flowText(changed)
		if changed.Kind == yaml.ScalarNode {
			text = s.scalarText(changed, at.flow)
		}
		if isBlock(old) && !at.flow { // a list may stand right below its key, a value may not
			text = strings.Repeat(" ", max(at.column+s.step-s.columnOf(old), 0)) + text
		}
		s.edit(start, end, s.spaced(start, end, text)+s.rest(old, start, end))
	case isBlock(old):
		indent := strings.Repeat(" ", max(s.columnOf(old), 0))
		text := strings.TrimSuffix(s.blockText(changed, indent)[len(indent):], s.newline())
		s.edit(start, end, text+s.rest(old, start, end))
	default:
		if head := properties(changed); head == "" {
			s.cut(start, end-start)
		} else {
			s.edit(start, end, s.spaced(start, end, head))
		}
		bare.Anchor, bare.Style, bare.Tag = "", 0, ""
		s.insertLines(end, s.blockText(&bare, strings.Repeat(" ", at.column+s.step)))
	}
}

// properties returns the anchor and the tag of a node as they are written in front of it.
func properties(node *yaml.Node) string {
	var parts []string
	if node.Anchor != "" {
		parts = append(parts, "&"+node.Anchor)
	}
	switch {
	case node.Style&yaml.TaggedStyle == 0:
	case strings.HasPrefix(node.Tag, "!"):
		parts = append(parts, node.Tag)
	default:
		parts = append(parts, "!<"+node.Tag+">")
	}
	return strings.Join(parts, " ")
}

// isBlock tells whether a node takes lines of its own.
func isBlock(node *yaml.Node) bool {
	return (node.Kind == yaml.MappingNode || node.Kind == yaml.SequenceNode) &&
		node.Style&yaml.FlowStyle == 0 && len(node.Content) > 0
}

// spaced puts a space in front of text that stands where nothing was written.
func (s *splicer) spaced(start, end int, text string) string {
	if start == end && start > 0 && !isSpace(s.text[start-1]) {
		return " " + text
	}
	return text
}
