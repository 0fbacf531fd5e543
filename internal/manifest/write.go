package manifest

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// write returns raw with the changes of its tree. It tries ways of writing them from the one that
// touches least to the one that is surest, and takes the first whose text reads as the tree.
func write(raw []byte, changed *yaml.Node) []byte {
	old, _ := parseText(raw) // it was read before
	if text := spliceSome(raw, old, changed); text != nil {
		return text
	}
	whole := expanded(changed)
	if text := spliceSome(raw, old, whole); text != nil {
		return text
	}
	return rewrite(raw, changed, whole)
}

// spliceSome writes the difference of two trees, ever larger parts of it as a whole, until the
// text reads as the changed tree; nil if it never does.
func spliceSome(raw []byte, old, changed *yaml.Node) []byte {
	for depth := depthOf(old); depth > 0; depth /= 2 {
		for _, quote := range []bool{false, true} {
			if text := splice(raw, old, changed, depth, quote); text != nil && reads(text, changed) {
				return text
			}
		}
	}
	return nil
}

// rewrite writes one of several trees that mean the same from scratch: the first that can be
// written, with its comments if possible. The last has no aliases, and can be written for sure.
func rewrite(raw []byte, trees ...*yaml.Node) []byte {
	for _, tree := range trees {
		for _, quote := range []bool{false, true} {
			if text := encodeBelow(raw, tree, quote); reads(text, tree) {
				return text
			}
		}
	}
	bare := withoutComments(trees[len(trees)-1])
	text := encodeBelow(raw, bare, true)
	if !reads(text, bare) {
		panic("manifest: nodes that are no YAML") // made by hand: what was read can be written
	}
	return text
}

// reads tells whether text is a document that says what a tree says.
func reads(text []byte, tree *yaml.Node) bool {
	node, err := parseText(text)
	return err == nil && node != nil && same(tree, node, map[*yaml.Node]*yaml.Node{})
}

// encodeBelow writes a tree below the lines that stand above its first key in raw.
func encodeBelow(raw []byte, tree *yaml.Node, quote bool) []byte {
	root := styled(tree.Content[0], quote, false)
	head := raw[:0]
	if root.Style&yaml.FlowStyle == 0 && len(raw) > 0 {
		s := newSource(raw)
		head = raw[:s.lines[min(root.Line, len(s.lines))-1]]
		root.HeadComment = ""
		if len(root.Content) > 0 {
			root.Content[0].HeadComment = ""
		}
	}
	document := documentOf(root)
	document.FootComment = tree.FootComment
	text := encode(document, indentationOf(tree), compactLists(tree))
	if !startsWithSeparator(head) && startsWithSeparator(raw) {
		head = append([]byte("---\n"), head...)
	}
	if bytes.Contains(raw, []byte("\r\n")) {
		text = bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
		if len(head) > 0 && !bytes.HasSuffix(head, []byte("\r\n")) {
			head = append(bytes.TrimSuffix(head, []byte("\n")), '\r', '\n')
		}
	}
	return append(bytes.Clone(head), text...)
}

// terminated returns text with a line break at its end, as documents need that others follow. A
// block scalar that ends with the text would gain the line break: such a document is rewritten.
func terminated(text []byte) []byte {
	if len(text) == 0 || bytes.HasSuffix(text, []byte("\n")) {
		return text
	}
	longer := append(bytes.Clone(text), '\n')
	if tree, err := parseText(text); err == nil && tree != nil && !reads(longer, tree) {
		return rewrite(text, tree, expanded(tree))
	}
	return longer
}

func withoutComments(node *yaml.Node) *yaml.Node {
	result := *node
	result.HeadComment, result.LineComment, result.FootComment = "", "", ""
	result.Content = make([]*yaml.Node, len(node.Content))
	for i, child := range node.Content {
		result.Content[i] = withoutComments(child)
	}
	return &result
}
