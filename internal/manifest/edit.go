package manifest

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// SetAnnotation sets one annotation and tells whether that changed the object.
func (o *Object) SetAnnotation(key, value string) bool {
	return o.Set(value, "metadata", "annotations", key)
}

// Set writes a string at a path of mapping keys, making mappings on the way, and tells whether
// that changed the object. Only this path changes: a mapping that the document shares by an anchor
// or a merge key is copied first. Nothing is overwritten but a scalar: an object that has a list on
// the way, say, is left as it is, and Kubernetes will say what is wrong with it.
func (o *Object) Set(value string, path ...string) bool {
	value = strings.ToValidUTF8(value, "\uFFFD")
	if current := o.Node(path...); current != nil {
		if current.Kind != yaml.ScalarNode || current.Value == value && current.ShortTag() == "!!str" {
			return false
		}
	}
	for i := 1; i < len(path); i++ {
		if on := o.Node(path[:i]...); on != nil && on.Kind != yaml.MappingNode && on.ShortTag() != "!!null" {
			return false
		}
	}
	mapping := o.node
	for _, key := range path[:len(path)-1] {
		mapping = o.ownMapping(mapping, key)
	}
	key := path[len(path)-1]
	if i := indexOf(mapping, key); i >= 0 && mapping.Content[i+1].Kind == yaml.ScalarNode {
		o.release(mapping.Content[i+1])
		setScalar(mapping.Content[i+1], value, "!!str")
	} else {
		o.put(mapping, key, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value})
	}
	o.MarkChanged()
	return true
}

// Replace gives a scalar of the object, found anywhere below [Object.Root], another value in the
// same style, and tells whether that changed it. A number stays a number where the new value is
// one too; anything else becomes a string. An anchored scalar changes wherever its aliases stand.
func (o *Object) Replace(node *yaml.Node, value string) bool {
	node, value = resolve(node), strings.ToValidUTF8(value, "\uFFFD")
	if node.Kind != yaml.ScalarNode || node.Value == value {
		return false
	}
	tag := "!!str"
	plain := (&yaml.Node{Kind: yaml.ScalarNode, Value: value}).ShortTag()
	if node.Style == 0 && plain == node.ShortTag() && plain != "!!null" {
		tag = plain
	}
	setScalar(node, value, tag)
	o.MarkChanged()
	return true
}

func setScalar(node *yaml.Node, value, tag string) {
	node.Value, node.Tag = value, tag
	node.Style &^= yaml.TaggedStyle
	if node.Style == 0 && tag == "!!str" && lookalike.MatchString(value) {
		node.Style = yaml.DoubleQuotedStyle
	}
}

// ownMapping returns the mapping at a key as one that belongs to this place alone: made if there
// is none, copied if it comes through an alias or a merge key, freed of its anchor.
func (o *Object) ownMapping(mapping *yaml.Node, key string) *yaml.Node {
	value := valueOf(mapping, key)
	target := resolve(value)
	if target == nil || target.Kind != yaml.MappingNode {
		return o.put(mapping, key, &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"})
	}
	if value.Kind == yaml.AliasNode || indexOf(mapping, key) < 0 {
		return o.put(mapping, key, clone(target))
	}
	o.release(target)
	return target
}

// put sets the value of a key, adding the key at the end if need be, and returns the value.
func (o *Object) put(mapping *yaml.Node, key string, value *yaml.Node) *yaml.Node {
	if i := indexOf(mapping, key); i >= 0 {
		old := mapping.Content[i+1]
		value.HeadComment, value.LineComment, value.FootComment = old.HeadComment, old.LineComment, old.FootComment
		mapping.Content[i+1] = value
		o.release(old)
		return value
	}
	if len(mapping.Content) == 0 {
		mapping.Style &^= yaml.FlowStyle // {} becomes a block once it holds something
	}
	mapping.Content = append(mapping.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, value)
	return value
}

// release takes the anchor from a node. The first alias that pointed to it becomes a copy with the
// anchor, and the other aliases point to the copy.
func (o *Object) release(anchored *yaml.Node) {
	if anchored.Anchor == "" {
		return
	}
	name := anchored.Anchor
	anchored.Anchor = ""
	var heir *yaml.Node
	var visit func(*yaml.Node)
	visit = func(node *yaml.Node) {
		for i, child := range node.Content {
			switch {
			case child.Kind != yaml.AliasNode || child.Alias != anchored:
				visit(child)
			case heir == nil:
				heir = clone(anchored)
				heir.Anchor = name
				heir.HeadComment, heir.LineComment, heir.FootComment = child.HeadComment, child.LineComment, child.FootComment
				node.Content[i] = heir
			default:
				child.Alias = heir
			}
		}
	}
	visit(o.document.node)
}
