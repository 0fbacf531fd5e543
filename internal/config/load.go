package config

import (
	"errors"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Load decodes the document in data over the defaults and validates it. The source names the
// document in errors, which are of type [Errors].
func Load(source string, data []byte) (*Config, error) {
	decoder := yaml.NewDecoder(strings.NewReader(string(data)))
	var document, another yaml.Node
	if err := decoder.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, Errors{{Source: source, Message: "is empty; `ferry init` writes a document to start from"}}
		}
		return nil, Errors{yamlError(source, err)}
	}
	if err := decoder.Decode(&another); err == nil {
		return nil, Errors{{Source: source, Line: another.Line, Column: another.Column, Message: "holds a second document; Ferry reads one"}}
	} else if !errors.Is(err, io.EOF) {
		return nil, Errors{yamlError(source, err)}
	}
	return LoadNode(source, &document)
}

// LoadNode is [Load] for a document that is parsed already, such as a KRM functionConfig.
func LoadNode(source string, node *yaml.Node) (*Config, error) {
	if node.Kind == yaml.DocumentNode {
		node = node.Content[0]
	}
	config := New()
	d := &decoder{source: source, positions: map[string]position{}}
	d.decode(node, reflect.ValueOf(config).Elem(), "")
	config.complete()
	decoded := len(d.errors)
	for _, fault := range config.problems() {
		fault.Source = source
		d.locate(fault)
		if !covered(fault.Field, d.errors[:decoded]) {
			d.errors = append(d.errors, fault)
		}
	}
	if len(d.errors) > 0 {
		d.sort()
		return nil, d.errors
	}
	return config, nil
}

// covered tells whether a field could not be decoded, so that what validation says of it is noise.
func covered(field string, decoding Errors) bool {
	for _, fault := range decoding {
		if strings.HasPrefix(fault.Field, field) || strings.HasPrefix(field, fault.Field) {
			return true
		}
	}
	return false
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// yamlError turns the parser's text into an [Error]; the parser has no other way to tell the line.
func yamlError(source string, err error) *Error {
	fault := &Error{Source: source, Message: "is not YAML: " + err.Error()}
	if match := yamlLine.FindStringSubmatch(err.Error()); match != nil {
		fault.Message = "is not YAML: " + match[2]
		if line, err := strconv.Atoi(match[1]); err == nil {
			fault.Line, fault.Column = line, 1
		}
	}
	return fault
}
