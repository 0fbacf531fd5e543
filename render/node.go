package render

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/manifest"
)

// plain drops the styles that a template was written in, so that added documents look alike: blocks,
// and quotes only where they are needed.
func plain(node *yaml.Node) *yaml.Node {
	node.Style = 0
	if node.Kind == yaml.ScalarNode && strings.Contains(node.Value, "\n") {
		node.Style = yaml.LiteralStyle
	}
	if node.Kind == yaml.ScalarNode && node.Tag == "" {
		node.Tag = node.ShortTag()
	}
	for _, child := range node.Content {
		plain(child)
	}
	return node
}

// encode writes a node as a YAML document, as Helm's own templates are mostly written: two spaces,
// lists not indented.
func encode(node *yaml.Node) []byte {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	encoder.CompactSeqIndent()
	if err := encoder.Encode(node); err != nil {
		panic(fmt.Sprintf("render: encode a parsed document: %v", err)) // nodes come from the parser
	}
	return out.Bytes()
}

// resolved copies a node with what its aliases stand for in their place, so that it can be written
// without the document around it.
func resolved(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return resolved(node.Alias)
	}
	result := *node
	result.Anchor, result.HeadComment, result.LineComment, result.FootComment = "", "", "", ""
	result.Content = make([]*yaml.Node, len(node.Content))
	for i, child := range node.Content {
		result.Content[i] = resolved(child)
	}
	return &result
}

// without takes keys out of all mappings of a node.
func without(node *yaml.Node, keys ...string) *yaml.Node {
	if node.Kind == yaml.MappingNode {
		for i := len(node.Content) - 2; i >= 0; i -= 2 {
			if slices.Contains(keys, node.Content[i].Value) {
				node.Content = slices.Delete(node.Content, i, i+2)
			}
		}
	}
	for _, child := range node.Content {
		without(child, keys...)
	}
	return node
}

// equal tells whether two nodes hold the same data, however they are written.
func equal(a, b *yaml.Node) bool {
	if a.Kind == yaml.AliasNode {
		a = a.Alias
	}
	if b.Kind == yaml.AliasNode {
		b = b.Alias
	}
	if a.Kind != b.Kind || a.ShortTag() != b.ShortTag() || a.Value != b.Value || len(a.Content) != len(b.Content) {
		return false
	}
	if a.Kind != yaml.MappingNode {
		for i := range a.Content {
			if !equal(a.Content[i], b.Content[i]) {
				return false
			}
		}
		return true
	}
	// the order of keys is no data: tools that carry a stream may sort them
	for i := 0; i < len(a.Content); i += 2 {
		other := manifest.Lookup(b, a.Content[i].Value)
		if other == nil || !equal(a.Content[i+1], other) {
			return false
		}
	}
	return true
}

// setString writes a string below node, making mappings on the way.
func setString(node *yaml.Node, value string, path ...string) {
	for i, key := range path {
		child := manifest.Lookup(node, key)
		switch {
		case child == nil && i < len(path)-1:
			child = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		case child == nil:
			child = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str"}
		default:
			if i == len(path)-1 {
				child.Value = value
			}
			node = child
			continue
		}
		if i == len(path)-1 {
			child.Value = value
		}
		node.Content = append(node.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, child)
		node = child
	}
}

// merge lays over on top of base: mappings are merged, lists of containers are merged by name,
// other lists are appended, everything else is replaced.
func merge(base, over *yaml.Node, key string) *yaml.Node {
	switch {
	case base == nil || base.Kind != over.Kind:
		return over
	case base.Kind == yaml.MappingNode:
		for i := 0; i < len(over.Content); i += 2 {
			mergeKey(base, over.Content[i], over.Content[i+1])
		}
		return base
	case base.Kind == yaml.SequenceNode && (key == "containers" || key == "initContainers"):
		for _, item := range over.Content {
			mergeNamed(base, item)
		}
		return base
	case base.Kind == yaml.SequenceNode:
		base.Content = append(base.Content, over.Content...)
		return base
	}
	return over
}

func mergeKey(base, key, value *yaml.Node) {
	for i := 0; i < len(base.Content); i += 2 {
		if base.Content[i].Value == key.Value {
			base.Content[i+1] = merge(base.Content[i+1], value, key.Value)
			return
		}
	}
	base.Content = append(base.Content, key, value)
}

func mergeNamed(list, item *yaml.Node) {
	name := manifest.Scalar(manifest.Lookup(item, "name"))
	for i, other := range list.Content {
		if manifest.Scalar(manifest.Lookup(other, "name")) == name {
			list.Content[i] = merge(other, item, "")
			return
		}
	}
	list.Content = append(list.Content, item)
}
