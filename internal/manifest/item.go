package manifest

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// sections returns the fields of a mapping, each with the comments above it, as lines that read
// as the field.
func (s *source) sections(mapping *yaml.Node) []section {
	var sections []section
	at := 0
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key, value := mapping.Content[i], mapping.Content[i+1]
		field := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{key, value}}
		var text []byte
		if end := s.end(value); end >= at && mapping.Style&yaml.FlowStyle == 0 && mapping.Column == 1 {
			end = s.nextLine(end)
			text, at = terminated(s.text[at:end]), end
		}
		if !reads(text, documentOf(field)) {
			text = rewrite(nil, documentOf(expanded(field)))
		}
		sections = append(sections, section{key.Value, text})
	}
	return append(sections, section{text: commentLines(s.text[at:])})
}

// itemText is an item of a list as text of its own.
type itemText struct {
	text []byte
	line int // that the text begins on
}

// items returns the items of the sequence at a key, each with the comments above it.
func (s *source) items(mapping *yaml.Node, key string) []itemText {
	sequence := Lookup(mapping, key)
	if sequence == nil || sequence.Kind != yaml.SequenceNode {
		return nil
	}
	var items []itemText
	at := s.value(sequence)
	if i := indexOf(mapping, key); i >= 0 && mapping.Content[i+1] == sequence {
		at = s.end(mapping.Content[i])
	}
	for _, item := range sequence.Content {
		start, end := s.start(item), s.end(item)
		var text []byte
		line := item.Line
		if item.Kind != yaml.AliasNode && at >= 0 && start >= at && end >= start {
			text = commentLines(s.text[at:start])
			line -= bytes.Count(text, []byte("\n"))
			text = append(text, dedent(s.text[start:s.itemEnd(sequence, end)], item.Column-1)...)
		}
		at = end
		if end >= 0 {
			at = s.itemEnd(sequence, end)
		}
		if !reads(text, documentOf(item)) {
			text = rewrite(nil, documentOf(expanded(item)))
		}
		items = append(items, itemText{text, line})
	}
	return items
}

// itemEnd is where the text of an item ends: with its line, unless other items may stand there.
func (s *source) itemEnd(sequence *yaml.Node, end int) int {
	if sequence.Style&yaml.FlowStyle != 0 {
		return end
	}
	return s.nextLine(end)
}

// asItem returns a document as an item of a list.
func asItem(text []byte) []byte {
	tree, err := parseText(text)
	if err != nil || tree == nil {
		return nil
	}
	s := newSource(text)
	root := tree.Content[0]
	if start, end := s.start(root), s.end(root); start >= 0 && end >= start {
		body := dedent(terminated(text[start:s.nextLine(end)]), root.Column-1)
		item := append(commentLines(text[:start]), listItem(body)...)
		item = append(item, commentLines(text[s.nextLine(end):])...)
		if reads(item, documentOf(listOf(root))) {
			return item
		}
	}
	return rewrite(nil, documentOf(listOf(expanded(root))))
}

// listItem puts a dash in front of lines.
func listItem(lines []byte) []byte {
	var out []byte
	for i, line := range bytes.SplitAfter(lines, []byte("\n")) {
		switch {
		case i == 0:
			out = append(out, "- "...)
		case len(bytes.TrimRight(line, "\r\n")) > 0:
			out = append(out, "  "...)
		}
		out = append(out, line...)
	}
	return out
}

// commentLines returns the comments in the text above a node, each on a line.
func commentLines(text []byte) []byte {
	var out []byte
	for line := range bytes.Lines(text) {
		if comment := bytes.TrimLeft(line, " \t,[-"); bytes.HasPrefix(comment, []byte("#")) {
			out = append(append(out, bytes.TrimRight(comment, "\r\n")...), '\n')
		}
	}
	return out
}

// dedent takes up to column spaces from the beginning of every line but the first.
func dedent(text []byte, column int) []byte {
	lines := bytes.SplitAfter(text, []byte("\n"))
	for i, line := range lines[1:] {
		spaces := len(line) - len(bytes.TrimLeft(line, " "))
		lines[i+1] = line[min(spaces, column):]
	}
	return bytes.Join(lines, nil)
}

func documentOf(root *yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{root}}
}

func listOf(item *yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: []*yaml.Node{item}}
}

// expanded copies a tree with everything that its aliases stand for in their place.
func expanded(node *yaml.Node) *yaml.Node {
	result := *resolve(node)
	result.Anchor = ""
	content := result.Content
	result.Content = make([]*yaml.Node, len(content))
	for i, child := range content {
		result.Content[i] = expanded(child)
	}
	return &result
}
