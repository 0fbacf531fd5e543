package manifest

import "go.yaml.in/yaml/v3"

// Lookup follows mapping keys from node, through aliases and merge keys, and returns nil where a
// key is missing.
func Lookup(node *yaml.Node, path ...string) *yaml.Node {
	for _, key := range path {
		node = valueOf(resolve(node), key)
	}
	return resolve(node)
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

// StringMap returns a mapping of scalars, merge keys followed; entries with other values are left
// out.
func StringMap(node *yaml.Node) map[string]string {
	node = resolve(node)
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	result := make(map[string]string, len(node.Content)/2)
	for _, source := range merged(node) {
		for key, value := range StringMap(source) {
			if _, exists := result[key]; !exists {
				result[key] = value
			}
		}
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := resolve(node.Content[i]), resolve(node.Content[i+1])
		if key.Kind == yaml.ScalarNode && key.Tag != "!!merge" && value.Kind == yaml.ScalarNode {
			result[key.Value] = value.Value
		}
	}
	return result
}

func resolve(node *yaml.Node) *yaml.Node {
	if node != nil && node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

// valueOf returns the value that counts for a key: the last that is written in the mapping, since
// a key may stand twice, else the first that is merged into it. It returns nil for other nodes.
func valueOf(mapping *yaml.Node, key string) *yaml.Node {
	if i := indexOf(mapping, key); i >= 0 {
		return mapping.Content[i+1]
	}
	for _, source := range merged(mapping) {
		if value := valueOf(source, key); value != nil {
			return value
		}
	}
	return nil
}

// indexOf returns where in the content of a mapping its last such key stands, -1 if nowhere.
func indexOf(mapping *yaml.Node, key string) int {
	if mapping == nil || mapping.Kind != yaml.MappingNode {
		return -1
	}
	for i := len(mapping.Content) - 2; i >= 0; i -= 2 {
		if node := resolve(mapping.Content[i]); node.Value == key && node.Kind == yaml.ScalarNode {
			return i
		}
	}
	return -1
}

// merged returns the mappings that merge keys (<<) bring into a mapping.
func merged(mapping *yaml.Node) []*yaml.Node {
	if mapping == nil || mapping.Kind != yaml.MappingNode {
		return nil
	}
	var sources []*yaml.Node
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Tag != "!!merge" {
			continue
		}
		value := resolve(mapping.Content[i+1])
		for _, source := range append(Items(value), value) {
			if source.Kind == yaml.MappingNode {
				sources = append(sources, source)
			}
		}
	}
	return sources
}

// clone copies a node and what is below it, without comments and anchors: those stay with the
// original, and so do the aliases of the copy.
func clone(node *yaml.Node) *yaml.Node {
	result := *node
	result.Anchor = ""
	result.HeadComment, result.LineComment, result.FootComment = "", "", ""
	result.Content = make([]*yaml.Node, len(node.Content))
	for i, child := range node.Content {
		result.Content[i] = clone(child)
	}
	return &result
}

// same tells whether two trees say the same: kinds, tags, values, anchors, and what aliases stand
// for. Styles, positions and comments do not count. Twins is filled with the anchored nodes; if it
// is nil, aliases are the same that have one name.
func same(a, b *yaml.Node, twins map[*yaml.Node]*yaml.Node) bool {
	if a.Kind != b.Kind || a.Anchor != b.Anchor || len(a.Content) != len(b.Content) {
		return false
	}
	if a.Kind == yaml.AliasNode {
		return a.Value == b.Value && (twins == nil || b.Alias == twins[a.Alias])
	}
	if tag := a.ShortTag(); tag != b.ShortTag() || a.Value != b.Value && tag != "!!null" {
		return false
	}
	if a.Anchor != "" && twins != nil {
		twins[a] = b
	}
	for i := range a.Content {
		if !same(a.Content[i], b.Content[i], twins) {
			return false
		}
	}
	return true
}

// depthOf tells how many levels of nodes there are below a node.
func depthOf(node *yaml.Node) int {
	depth := 0
	for _, child := range node.Content {
		depth = max(depth, 1+depthOf(child))
	}
	return depth
}
