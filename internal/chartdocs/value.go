package chartdocs

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// value is one documented value of a chart.
type value struct {
	key     string
	comment comment
	kind    string // as in JSON Schema: object, array, string, boolean, integer, number
	example any    // what stands in the file
	shown   string // the same, as YAML on one line
	fields  []*value
	items   *value // of an array, described by its first element
}

// parseValues reads the documented values of a values file.
func parseValues(data []byte) ([]*value, error) {
	lines := uncomment(strings.Split(string(data), "\n"))
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(strings.Join(lines, "\n")), &document); err != nil {
		return nil, fmt.Errorf("read the values with those that are commented out: %w", err)
	}
	if len(document.Content) == 0 {
		return nil, nil
	}
	root, err := parseValue(lines, "", document.Content[0])
	if err != nil {
		return nil, err
	}
	return root.fields, nil
}

// parseValue reads the value at path and all below it.
func parseValue(lines []string, path string, node *yaml.Node) (*value, error) {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	v := &value{kind: kindOf(node)}
	if v.kind == "" {
		return nil, fmt.Errorf("line %d: %s: the type of %q cannot be told", node.Line, path, node.Value)
	}
	if err := v.literal(node); err != nil {
		return nil, fmt.Errorf("line %d: %s: %w", node.Line, path, err)
	}
	switch {
	case v.kind == "object":
		return v, v.parseFields(lines, path, node)
	case v.kind == "array" && len(node.Content) > 0:
		items, err := parseValue(lines, path+"[]", node.Content[0])
		v.items = items
		return v, err
	}
	return v, nil
}

func (v *value) parseFields(lines []string, path string, node *yaml.Node) error {
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		words, err := commentAbove(lines, key.Line)
		if err != nil {
			return err
		}
		name := key.Value
		if words.name != "" {
			name = words.name
		}
		at := strings.TrimPrefix(path+"."+name, ".")
		field, err := parseValue(lines, at, node.Content[i+1])
		if err != nil {
			return err
		}
		field.key, field.comment = key.Value, words
		if field.leaf() && words.text == "" {
			return fmt.Errorf("line %d: %s has no comment above it", key.Line, at)
		}
		v.fields = append(v.fields, field)
	}
	return nil
}

// literal records what stands in the file.
func (v *value) literal(node *yaml.Node) error {
	if err := node.Decode(&v.example); err != nil {
		return err
	}
	inline := *node
	inline.Style |= yaml.FlowStyle
	text, err := yaml.Marshal(&inline)
	v.shown = strings.TrimSpace(string(text))
	return err
}

// leaf tells whether a value is documented by itself, not by values below it.
func (v *value) leaf() bool {
	return len(v.fields) == 0 && (v.items == nil || len(v.items.fields) == 0)
}

// name is what the README calls the value.
func (v *value) name() string {
	if v.comment.name != "" {
		return v.comment.name
	}
	return v.key
}

func kindOf(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "object"
	case yaml.SequenceNode:
		return "array"
	}
	return map[string]string{
		"!!str": "string", "!!bool": "boolean", "!!int": "integer", "!!float": "number",
	}[node.Tag]
}
