package manifest

import (
	"bytes"
	"slices"

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
