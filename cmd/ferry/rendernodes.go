package main

import (
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/manifest"
)

// differences returns what an object says that it did not say before. Ferry adds keys and replaces
// values; it neither removes nor moves anything. Values come without aliases and comments, and
// aliases are followed, so that a value which stands in two places differs in both.
func differences(before, after *yaml.Node, path []any) []difference {
	before, after = manifest.Lookup(before), manifest.Lookup(after)
	switch {
	case before == nil || before.Kind != after.Kind:
		return []difference{{path, plain(before), plain(after)}}
	case after.Kind == yaml.MappingNode:
		var found []difference
		for i := 0; i < len(after.Content); i += 2 {
			key := after.Content[i]
			if key.ShortTag() == "!!merge" {
				continue
			}
			old := manifest.Lookup(before, key.Value)
			found = append(found, differences(old, after.Content[i+1], step(path, key.Value))...)
		}
		return found
	case after.Kind == yaml.SequenceNode && len(before.Content) == len(after.Content):
		var found []difference
		for i := range after.Content {
			found = append(found, differences(before.Content[i], after.Content[i], step(path, i))...)
		}
		return found
	case after.Kind == yaml.ScalarNode && before.Value == after.Value && before.ShortTag() == after.ShortTag():
		return nil
	default:
		return []difference{{path, plain(before), plain(after)}}
	}
}

// step returns path with one more step, in memory of its own.
func step(path []any, next any) []any { return append(slices.Clone(path), next) }

// plain copies a value as it is meant: aliases, merge keys, comments and the author's style are
// resolved. Strings are quoted, since the tools that read patches disagree on what a bare one is.
func plain(node *yaml.Node) *yaml.Node {
	node = manifest.Lookup(node)
	if node == nil {
		return nil
	}
	result := &yaml.Node{Kind: node.Kind, Tag: node.ShortTag(), Value: node.Value}
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i < len(node.Content); i += 2 {
			if key := node.Content[i]; key.ShortTag() == "!!merge" {
				merge(result, node.Content[i+1])
			} else {
				put(result, plain(node.Content[i+1]), []any{key.Value})
			}
		}
	case yaml.ScalarNode:
		if result.Tag == "!!str" {
			result = quoted(node.Value)
		}
	default:
		for _, item := range node.Content {
			result.Content = append(result.Content, plain(item))
		}
	}
	return result
}

// merge adds the entries that a merge key brings and the mapping does not have.
func merge(result, source *yaml.Node) {
	source = manifest.Lookup(source)
	if source.Kind == yaml.SequenceNode {
		for _, one := range source.Content {
			merge(result, one)
		}
		return
	}
	merged := plain(source)
	for i := 0; i < len(merged.Content); i += 2 {
		if key := merged.Content[i].Value; manifest.Lookup(result, key) == nil {
			put(result, merged.Content[i+1], []any{key})
		}
	}
}

// put sets the value at a path of mapping keys, making mappings on the way.
func put(root, value *yaml.Node, path []any) {
	for i, key := range path {
		name, _ := key.(string)
		last := i == len(path)-1
		child := manifest.Lookup(root, name)
		switch {
		case child == nil && last:
			root.Content = append(root.Content, word(name), value)
		case child == nil:
			child = mapping()
			root.Content = append(root.Content, word(name), child)
		case last:
			*child = *value
		}
		root = child
	}
}

// mapping makes a mapping of keys and values that take turns.
func mapping(pairs ...any) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i+1 < len(pairs); i += 2 {
		key, _ := pairs[i].(string)
		value, _ := pairs[i+1].(*yaml.Node)
		node.Content = append(node.Content, word(key), value)
	}
	return node
}

// word is a string that the encoder quotes where it must.
func word(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
}

// quoted is a string in double quotes, even if it has several lines: kustomize takes the last line
// break from a patch, and with it that of a block which ends there.
func quoted(text string) *yaml.Node {
	node := word(text)
	node.Style = yaml.DoubleQuotedStyle
	return node
}
