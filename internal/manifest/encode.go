package manifest

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// indentation is how far new mappings are indented where there is nothing to go by.
const indentation = 2

// encode writes a tree, lists without indentation below their key if compact says so.
func encode(node *yaml.Node, indent int, compact bool) []byte {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(indent)
	if compact {
		encoder.CompactSeqIndent()
	}
	if err := encoder.Encode(node); err != nil {
		panic(fmt.Sprintf("manifest: encode a parsed document: %v", err)) // nodes come from the parser
	}
	return out.Bytes()
}

// styled copies a tree with styles in which every parser reads new strings as strings, and which
// the encoder writes faithfully. With quote all strings are quoted; with flow the copy fits into
// {} and [], where JSON has quotes, and comments have no place.
func styled(node *yaml.Node, quote, flow bool) *yaml.Node {
	result := *node
	switch node.Kind {
	case yaml.ScalarNode:
		if node.ShortTag() == "!!str" || node.Style&^yaml.TaggedStyle != 0 {
			result.Style = stringStyle(node, quote || flow)
		}
	case yaml.MappingNode, yaml.SequenceNode:
		if flow {
			result.Style |= yaml.FlowStyle
		}
		result.Content = make([]*yaml.Node, len(node.Content))
		for i, child := range node.Content {
			result.Content[i] = styled(child, quote, flow)
			isKey := node.Kind == yaml.MappingNode && i%2 == 0
			if (isKey || result.Style&yaml.FlowStyle != 0) && child.ShortTag() == "!!null" {
				result.Content[i].Value = "null" // elsewhere it may be left out
			}
		}
	}
	if flow {
		result.HeadComment, result.LineComment, result.FootComment = "", "", ""
	}
	return &result
}

// lookalike matches strings that YAML 1.1, which Kubernetes reads, takes for booleans or numbers
// of base 60, and the encoder, which has YAML 1.2 in mind, does not quote.
var lookalike = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|=|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?)$`)

func stringStyle(node *yaml.Node, quote bool) yaml.Style {
	tagged, style := node.Style&yaml.TaggedStyle, node.Style&^yaml.TaggedStyle
	switch lines := strings.Contains(node.Value, "\n"); {
	case style == 0 && lookalike.MatchString(node.Value):
		if node.Line == 0 { // what was read without quotes, Kubernetes takes for no string
			style = yaml.DoubleQuotedStyle
		}
	case quote:
		style = yaml.DoubleQuotedStyle
	case lines && style&(yaml.FoldedStyle|yaml.DoubleQuotedStyle) == 0:
		style = yaml.DoubleQuotedStyle
		if isLiteral(node.Value) {
			style = yaml.LiteralStyle
		}
	case !lines && style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 && !isLiteral(node.Value):
		style = yaml.DoubleQuotedStyle
	}
	return tagged | style
}

// isLiteral tells whether a text can be written as | block without an indentation indicator.
func isLiteral(text string) bool {
	if text == "" || isSpace(text[0]) {
		return false
	}
	return strings.IndexFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }) < 0
}

// indentationOf tells how far the mappings of a document are indented.
func indentationOf(node *yaml.Node) int {
	for i, child := range node.Content {
		if node.Kind == yaml.MappingNode && i%2 == 1 && isBlock(child) && child.Kind == yaml.MappingNode && child.Line > 0 {
			return max(child.Content[0].Column-node.Content[i-1].Column, 1)
		}
	}
	for _, child := range node.Content {
		if child.Kind != yaml.ScalarNode {
			if indent := indentationOf(child); indent != indentation {
				return indent
			}
		}
	}
	return indentation
}

// compactLists tells whether the lists of a document stand without indentation below their key.
func compactLists(node *yaml.Node) bool {
	compact, found := true, false
	var visit func(*yaml.Node)
	visit = func(node *yaml.Node) {
		for i := 0; i < len(node.Content) && !found; i++ {
			child := node.Content[i]
			if node.Kind == yaml.MappingNode && i%2 == 1 && child.Kind == yaml.SequenceNode &&
				child.Style&yaml.FlowStyle == 0 && len(child.Content) > 0 && child.Line > 0 {
				compact, found = child.Column <= node.Content[i-1].Column, true
				return
			}
			visit(child)
		}
	}
	visit(node)
	return compact
}
