package config

import (
	"reflect"

	"go.yaml.in/yaml/v3"
)

// Load decodes the document in data over the defaults and validates it. The source names the
// document in errors, which are of type [Errors].
func Load(source string, data []byte) (*Config, error) {
	document, fault := parse(source, data)
	if fault != nil {
		return nil, Errors{fault}
	}
	return LoadNode(source, document)
}

// LoadNode is [Load] for a document that is parsed already, such as a KRM functionConfig.
func LoadNode(source string, node *yaml.Node) (*Config, error) {
	if node.Kind == yaml.DocumentNode {
		node = node.Content[0]
	}
	if fault := checkSize(source, node); fault != nil {
		return nil, Errors{fault}
	}
	config := New()
	d := &decoder{source: source, positions: map[string]position{}}
	d.decode(node, reflect.ValueOf(config).Elem(), "")
	config.complete()
	for _, fault := range config.problems() {
		if !d.covers(fault.Field) {
			fault.Source = source
			d.locate(fault)
			d.errors = append(d.errors, fault)
		}
	}
	if len(d.errors) > 0 {
		d.sort()
		return nil, d.errors
	}
	return config, nil
}
