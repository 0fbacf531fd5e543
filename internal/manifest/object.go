package manifest

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Object is one Kubernetes object of a document.
type Object struct {
	APIVersion, Kind, Name, Namespace string

	document *Document
	node     *yaml.Node
}

func newObject(document *Document, node *yaml.Node) *Object {
	o := &Object{document: document, node: node}
	o.APIVersion = o.String("apiVersion")
	o.Kind = o.String("kind")
	o.Name = o.String("metadata", "name")
	o.Namespace = o.String("metadata", "namespace")
	return o
}

// Document returns the document that the object stands in.
func (o *Object) Document() *Document { return o.document }

// Root returns the mapping of the object. Whoever changes it calls [Object.MarkChanged].
func (o *Object) Root() *yaml.Node { return o.node }

// MarkChanged has the document written from its nodes.
func (o *Object) MarkChanged() { o.document.changed = true }

// Title names the object as kubectl does: Kind/name.
func (o *Object) Title() string { return o.Kind + "/" + o.Name }

// Group returns the API group, "" for core objects.
func (o *Object) Group() string {
	group, _, found := strings.Cut(o.APIVersion, "/")
	if !found {
		return ""
	}
	return group
}

// Is tells whether the object is of a group and one of some kinds, in any version.
func (o *Object) Is(group string, kinds ...string) bool {
	return slices.Contains(kinds, o.Kind) && o.Group() == group
}

// SameAs tells whether two objects have one identity: group, kind, namespace and name.
func (o *Object) SameAs(other *Object) bool {
	return o.Kind == other.Kind && o.Name == other.Name && o.Namespace == other.Namespace && o.Group() == other.Group()
}

// Hook tells whether Helm treats the object as a hook rather than as a part of the release.
func (o *Object) Hook() bool { return o.Annotations()["helm.sh/hook"] != "" }

// Node returns the node at a path of mapping keys, or nil.
func (o *Object) Node(path ...string) *yaml.Node { return Lookup(o.node, path...) }

// String returns the scalar at a path of mapping keys, or "".
func (o *Object) String(path ...string) string { return Scalar(o.Node(path...)) }

// Labels returns metadata.labels.
func (o *Object) Labels() map[string]string { return StringMap(o.Node("metadata", "labels")) }

// Annotations returns metadata.annotations.
func (o *Object) Annotations() map[string]string { return StringMap(o.Node("metadata", "annotations")) }

// SetAnnotation sets one annotation and tells whether that changed the object.
func (o *Object) SetAnnotation(key, value string) bool {
	return o.Set(value, "metadata", "annotations", key)
}

// Set writes a string at a path of mapping keys, making mappings on the way, and tells whether
// that changed the object. A mapping that the document shares by an anchor is copied first, so
// that only this path changes.
func (o *Object) Set(value string, path ...string) bool {
	if current := o.Node(path...); current != nil && current.Kind == yaml.ScalarNode && current.Value == value && current.Tag == "!!str" {
		return false
	}
	mapping := o.node
	for _, key := range path[:len(path)-1] {
		child := valueOf(mapping, key)
		switch {
		case child == nil || resolve(child).Kind != yaml.MappingNode:
			child = setKey(mapping, key, &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"})
		case child.Kind == yaml.AliasNode:
			child = setKey(mapping, key, clone(child.Alias))
		case child.Anchor != "":
			unshare(o.document.node, child)
		}
		mapping = child
	}
	setKey(mapping, path[len(path)-1], &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value})
	o.MarkChanged()
	return true
}

// setKey replaces the value of a key, or adds the key at the end, and returns the value.
func setKey(mapping *yaml.Node, key string, value *yaml.Node) *yaml.Node {
	for i := len(mapping.Content) - 2; i >= 0; i -= 2 {
		if mapping.Content[i].Value == key {
			old := mapping.Content[i+1]
			value.HeadComment, value.LineComment, value.FootComment = old.HeadComment, old.LineComment, old.FootComment
			mapping.Content[i+1] = value
			return value
		}
	}
	// a mapping that was written as {} is written as a block once it holds something
	if len(mapping.Content) == 0 {
		mapping.Style &^= yaml.FlowStyle
	}
	mapping.Content = append(mapping.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, value)
	return value
}

// clone copies a node and what is below it, without its anchor.
func clone(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return clone(node.Alias)
	}
	result := *node
	result.Anchor = ""
	result.Content = make([]*yaml.Node, len(node.Content))
	for i, child := range node.Content {
		result.Content[i] = clone(child)
	}
	return &result
}

// unshare replaces every alias of anchored below node by a copy, and drops the anchor.
func unshare(node, anchored *yaml.Node) {
	anchored.Anchor = ""
	for i, child := range node.Content {
		if child.Kind == yaml.AliasNode && child.Alias == anchored {
			node.Content[i] = clone(anchored)
			continue
		}
		unshare(child, anchored)
	}
}

// Lookup follows mapping keys from node, through aliases, and returns nil where a key is missing.
func Lookup(node *yaml.Node, path ...string) *yaml.Node {
	for _, key := range path {
		node = resolve(node)
		if node == nil || node.Kind != yaml.MappingNode {
			return nil
		}
		node = valueOf(node, key)
	}
	return resolve(node)
}

// valueOf returns the last value of a key, which is the one that counts when a key stands twice.
func valueOf(mapping *yaml.Node, key string) *yaml.Node {
	for i := len(mapping.Content) - 2; i >= 0; i -= 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

func resolve(node *yaml.Node) *yaml.Node {
	for node != nil && node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	return node
}

// Scalar returns the text of a scalar node, "" for nil, null and anything else.
func Scalar(node *yaml.Node) string {
	node = resolve(node)
	if node == nil || node.Kind != yaml.ScalarNode || node.Tag == "!!null" {
		return ""
	}
	return node.Value
}

// Items returns the elements of a sequence, none for anything else.
func Items(node *yaml.Node) []*yaml.Node {
	node = resolve(node)
	if node == nil || node.Kind != yaml.SequenceNode {
		return nil
	}
	items := make([]*yaml.Node, len(node.Content))
	for i, item := range node.Content {
		items[i] = resolve(item)
	}
	return items
}

// StringMap returns a mapping of scalars; entries with other values are left out.
func StringMap(node *yaml.Node) map[string]string {
	node = resolve(node)
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	result := make(map[string]string, len(node.Content)/2)
	for i := 0; i < len(node.Content); i += 2 {
		if value := resolve(node.Content[i+1]); value.Kind == yaml.ScalarNode {
			result[node.Content[i].Value] = value.Value
		}
	}
	return result
}
