package render_test

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// flatten lists every value of a document with the place where it stands, aliases and merge keys
// followed. It does not use what the renderer uses to edit.
func flatten(root *yaml.Node) map[string]string {
	values := map[string]string{}
	flattenInto(values, root, "")
	return values
}

func flattenInto(values map[string]string, node *yaml.Node, at string) {
	switch {
	case node.Kind == yaml.AliasNode:
		flattenInto(values, node.Alias, at)
	case node.Kind == yaml.MappingNode && len(node.Content) > 0:
		flattenMapping(values, node, at)
	case node.Kind == yaml.SequenceNode && len(node.Content) > 0:
		for i, item := range node.Content {
			flattenInto(values, item, fmt.Sprintf("%s/%d", at, i))
		}
	default:
		values[at] = node.ShortTag() + " " + node.Value
	}
}

// flattenMapping takes merged values first, so that those of the mapping itself replace them.
func flattenMapping(values map[string]string, node *yaml.Node, at string) {
	for i := 0; i < len(node.Content); i += 2 {
		if node.Content[i].Tag != "!!merge" {
			continue
		}
		source := node.Content[i+1]
		if source.Kind == yaml.AliasNode {
			source = source.Alias
		}
		sources := []*yaml.Node{source}
		if source.Kind == yaml.SequenceNode {
			sources = source.Content
		}
		for _, source := range slices.Backward(sources) {
			flattenInto(values, source, at)
		}
	}
	for i := 0; i < len(node.Content); i += 2 {
		if key := node.Content[i]; key.Tag != "!!merge" {
			place := at + "/" + escape(keyText(key))
			for old := range values {
				if old == place || strings.HasPrefix(old, place+"/") {
					delete(values, old)
				}
			}
			flattenInto(values, node.Content[i+1], place)
		}
	}
}

func keyText(key *yaml.Node) string {
	if key.Kind == yaml.AliasNode {
		key = key.Alias
	}
	if key.Kind == yaml.ScalarNode {
		return key.Value
	}
	return fmt.Sprint(flatten(key)) // a key that is a collection
}

// pointer writes the path of a change as flatten writes places.
func pointer(path []any) string {
	var at strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case int:
			fmt.Fprintf(&at, "/%d", step)
		case string:
			at.WriteString("/" + escape(step))
		}
	}
	return at.String()
}

func escape(key string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}
