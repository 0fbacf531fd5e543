package config

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// What a document may hold when every alias is replaced by what it stands for. Nothing that a
// person writes comes near; without a bound, a page of text could fill the memory.
const (
	maxNodes = 100_000
	maxDepth = 100
)

// checkSize follows every alias of a document, so that decoding can follow them without care.
func checkSize(source string, root *yaml.Node) *Error {
	s := &sizer{open: map[*yaml.Node]bool{}}
	s.walk(root, 1)
	if s.fault == nil {
		return nil
	}
	s.fault.Source = source
	return s.fault
}

type sizer struct {
	nodes int
	open  map[*yaml.Node]bool // anchored nodes that the walk is inside of
	fault *Error
}

func (s *sizer) walk(node *yaml.Node, depth int) {
	s.nodes++
	switch {
	case s.nodes > maxNodes:
		s.fail(node, "holds more than %d values, counting what its aliases repeat", maxNodes)
	case depth > maxDepth:
		s.fail(node, "is nested more than %d levels deep", maxDepth)
	case node.Kind == yaml.AliasNode && s.open[node.Alias]:
		s.fail(node, "the anchor &%s contains itself", node.Value)
	case node.Kind == yaml.AliasNode:
		s.walk(node.Alias, depth)
	default:
		if node.Anchor != "" {
			s.open[node] = true
			defer delete(s.open, node)
		}
		for _, child := range node.Content {
			if s.fault != nil {
				return
			}
			s.walk(child, depth+1)
		}
	}
}

func (s *sizer) fail(node *yaml.Node, format string, args ...any) {
	s.fault = &Error{Line: node.Line, Column: node.Column, Message: fmt.Sprintf(format, args...)}
}
