package manifest

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// edit puts text in the place of a range of the source.
type edit struct {
	start, end int
	text       string
}

// place is where a node stands: below what column, how deep, and whether inside {} or [].
type place struct {
	column, depth int
	flow          bool
}

// splicer turns the difference of two trees into edits of the text that the old one was read from.
// It writes down what is likely to be right; whether it is, [write] finds out by reading the result.
type splicer struct {
	*source
	quote  bool // put every new scalar into double quotes
	depth  int  // write what differs as a whole from this depth on
	step   int  // how far mappings are indented
	lists  bool // lists are written without indentation, see [compactLists]
	edits  []edit
	failed bool
}

// splice returns text with the differences of two trees written into it, those below a depth as a
// whole, or nil if it cannot.
func splice(text []byte, old, changed *yaml.Node, depth int, quote bool) []byte {
	s := &splicer{source: newSource(text), quote: quote, depth: depth, step: indentationOf(old), lists: compactLists(old)}
	s.diff(old.Content[0], changed.Content[0], place{column: -s.step})
	if s.failed {
		return nil
	}
	slices.SortStableFunc(s.edits, func(a, b edit) int { return a.start - b.start })
	var out []byte
	at := 0
	for _, e := range s.edits {
		if e.start < at || e.end < e.start {
			return nil
		}
		out = append(append(out, text[at:e.start]...), e.text...)
		at = e.end
	}
	return append(out, text[at:]...)
}

func (s *splicer) edit(start, end int, text string) {
	if start < 0 || end < start {
		s.failed = true
		return
	}
	s.edits = append(s.edits, edit{start, end, text})
}

// diff writes down how to get from an old node to a changed one.
func (s *splicer) diff(old, changed *yaml.Node, at place) {
	if at.depth == s.depth && same(old, changed, nil) {
		return
	}
	tagged := old.Style&yaml.TaggedStyle != 0
	if at.depth == s.depth || old.Kind != changed.Kind || tagged != (changed.Style&yaml.TaggedStyle != 0) || tagged && old.Tag != changed.Tag ||
		old.Anchor != changed.Anchor && changed.Anchor != "" {
		s.replace(old, changed, at)
		return
	}
	freed := old.Anchor != changed.Anchor
	differs := old.Value != changed.Value || old.ShortTag() != changed.ShortTag()
	switch old.Kind {
	case yaml.ScalarNode:
		switch {
		case differs && freed:
			s.replace(old, changed, at)
		case differs:
			s.scalar(old, changed, at)
		case freed:
			s.cutAnchor(old)
		}
	case yaml.AliasNode:
		if old.Value != changed.Value {
			s.replace(old, changed, at)
		}
	default:
		if freed {
			s.cutAnchor(old)
		}
		s.collection(old, changed, at)
	}
}

// collection compares two mappings or two sequences, element by element.
func (s *splicer) collection(old, changed *yaml.Node, at place) {
	flow := old.Style&yaml.FlowStyle != 0
	inside := place{depth: at.depth + 1, flow: at.flow || flow}
	origins, kept := align(old, changed)
	if kept < len(old.Content) && (kept == 0 || inside.flow) || !at.flow && flow != (changed.Style&yaml.FlowStyle != 0) {
		s.replace(old, changed, at)
		return
	}
	if !inside.flow {
		inside.column = s.columnOf(old)
	}
	next, step := 0, stepOf(old)
	for j, origin := range origins {
		element := changed.Content[j*step : (j+1)*step]
		if origin < 0 {
			s.insert(old, next, element, inside)
			continue
		}
		s.remove(old, next, origin)
		s.diff(old.Content[origin+step-1], element[step-1], inside)
		next = origin + step
	}
	s.remove(old, next, len(old.Content))
}

// align finds for each element of a changed collection the element that it was: the index in the
// old content, or -1 for a new one. It also counts the old content that is still there.
func align(old, changed *yaml.Node) (origins []int, kept int) {
	step, next := stepOf(old), 0
	for j := 0; j < len(changed.Content); j += step {
		origin := next
		for origin < len(old.Content) && !sameElement(old.Content[origin], changed.Content[j]) {
			origin += step
		}
		if step == 1 && len(old.Content) == len(changed.Content) {
			origin = j
		}
		if origin >= len(old.Content) {
			origins = append(origins, -1)
			continue
		}
		origins = append(origins, origin)
		next = origin + step
		kept += step
	}
	return origins, kept
}

// sameElement tells whether a key or a list item is what an old one has become. New nodes have no
// place in the text, so a list item is known by its place.
func sameElement(old, changed *yaml.Node) bool {
	return old.Kind == changed.Kind && old.Value == changed.Value && old.Line == changed.Line && old.Column == changed.Column
}

func stepOf(collection *yaml.Node) int {
	if collection.Kind == yaml.MappingNode {
		return 2
	}
	return 1
}

// columnOf returns the column of the keys or dashes of a block collection.
func (s *splicer) columnOf(block *yaml.Node) int {
	first := s.start(block)
	if properties(block) != "" { // they stand before the first element
		first = s.start(block.Content[0])
		if block.Kind == yaml.SequenceNode && first >= 0 {
			first = bytes.LastIndexByte(s.text[:first], '-')
		}
	}
	if first < 0 {
		s.failed = true
		return 0
	}
	return first - s.lines[s.lineOf(first)]
}

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
