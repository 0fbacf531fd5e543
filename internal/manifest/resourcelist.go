package manifest

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// ResourceList is what a KRM function reads and writes: objects, the configuration of the
// function, and what the function has to say about them.
type ResourceList struct {
	Items          *Stream    // one document for each item
	FunctionConfig *yaml.Node // nil: none was given
	Results        []Result   // written in place of the results that were read, if there are any

	root *yaml.Node
}

// Result is one finding of a KRM function.
type Result struct {
	Message     string       `yaml:"message"`
	Severity    string       `yaml:"severity,omitempty"` // error, warning or info
	ResourceRef *ResourceRef `yaml:"resourceRef,omitempty"`
	Field       *Field       `yaml:"field,omitempty"`
}

// ResourceRef names the object that a [Result] is about.
type ResourceRef struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Name       string `yaml:"name"`
	Namespace  string `yaml:"namespace,omitempty"`
}

// Field names the field that a [Result] is about.
type Field struct {
	Path string `yaml:"path"`
}

// ParseResourceList reads the ResourceList, in YAML or JSON, that a KRM function gets on its
// standard input. The error is a [*SyntaxError].
func ParseResourceList(data []byte) (*ResourceList, error) {
	stream, err := Parse(data)
	if err != nil {
		return nil, err
	}
	objects := stream.Objects()
	if len(objects) != 1 || objects[0].Kind != "ResourceList" {
		return nil, &SyntaxError{Document: "standard input", Line: 1, Message: "is not one document of kind ResourceList"}
	}
	object := objects[0]
	list := &ResourceList{Items: &Stream{}, FunctionConfig: object.Node("functionConfig"), root: object.node}
	for i, item := range Items(object.Node("items")) {
		document := &Document{index: i + 1, line: item.Line, raw: encode(item, compactLists(item))}
		if err := document.parse(); err != nil {
			return nil, fmt.Errorf("items[%d]: %w", i, err)
		}
		list.Items.Documents = append(list.Items.Documents, document)
	}
	return list, nil
}

// Bytes returns the list as YAML, with the items as they are now.
func (l *ResourceList) Bytes() ([]byte, error) {
	items := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, document := range l.Items.Documents {
		var node yaml.Node
		if err := yaml.NewDecoder(bytes.NewReader(document.Bytes())).Decode(&node); err != nil {
			return nil, err
		}
		items.Content = append(items.Content, node.Content[0])
	}
	setKey(l.root, "items", items)
	if len(l.Results) > 0 {
		var results yaml.Node
		if err := results.Encode(l.Results); err != nil {
			return nil, err
		}
		setKey(l.root, "results", &results)
	}
	l.root.Style &^= yaml.FlowStyle
	return encode(l.root, true), nil
}
