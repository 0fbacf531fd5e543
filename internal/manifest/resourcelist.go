package manifest

import (
	"bytes"
	"encoding/json"
	"regexp"

	"go.yaml.in/yaml/v3"
)

// ResourceList is what a KRM function reads and writes: objects, the configuration of the
// function, and what the function has to say about them.
type ResourceList struct {
	Items          *Stream    // one document for each item
	FunctionConfig *yaml.Node // nil: none was given
	Results        []Result   // when there are any, they replace those that were read

	sections []section
}

// section is a field of the list, as lines of text.
type section struct {
	key  string
	text []byte
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
	stream, err := Parse(asYAML(data))
	if err != nil {
		return nil, err
	}
	objects := stream.Objects()
	if len(objects) != 1 || objects[0].Kind != "ResourceList" {
		return nil, &SyntaxError{Document: "standard input", Line: 1, Message: "is not one document of kind ResourceList"}
	}
	list := &ResourceList{Items: &Stream{}, FunctionConfig: objects[0].Node("functionConfig")}
	document := objects[0].document
	reader := newSource(document.raw)
	list.sections = reader.sections(objects[0].node)
	for i, text := range reader.items(objects[0].node, "items") {
		item := &Document{index: i + 1, line: document.line + text.line - 1, raw: text.text}
		if err := item.parse(); err != nil {
			return nil, err
		}
		list.Items.Documents = append(list.Items.Documents, item)
	}
	return list, nil
}

// Bytes returns the list as YAML, with the items as they are now.
func (l *ResourceList) Bytes() []byte {
	var out bytes.Buffer
	itemsWritten := false
	for _, section := range l.sections {
		switch {
		case section.key == "items":
			above, _, _ := bytes.Cut(section.text, []byte("items"))
			out.Write(commentLines(above))
			l.writeItems(&out)
			itemsWritten = true
		case section.key != "results" || len(l.Results) == 0:
			out.Write(section.text)
		}
	}
	if !itemsWritten {
		l.writeItems(&out)
	}
	if len(l.Results) > 0 {
		var results yaml.Node
		if err := results.Encode(map[string][]Result{"results": l.Results}); err == nil {
			out.Write(encode(styled(&results, false, false), indentation, true))
		}
	}
	return out.Bytes()
}

func (l *ResourceList) writeItems(out *bytes.Buffer) {
	before := out.Len()
	out.WriteString("items:\n")
	written := false
	for _, document := range l.Items.Documents {
		if document.node != nil {
			out.Write(asItem(document.Bytes()))
			written = true
		}
	}
	if !written {
		out.Truncate(before)
		out.WriteString("items: []\n")
	}
}

var jsonEscape = regexp.MustCompile(`\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|.)`)

// asYAML writes out what JSON escapes and YAML cannot: slashes, and characters in two halves.
func asYAML(data []byte) []byte {
	if !json.Valid(data) {
		return data
	}
	return jsonEscape.ReplaceAllFunc(data, func(escape []byte) []byte {
		var text string
		if len(escape) == 2 && escape[1] != '/' || json.Unmarshal([]byte(`"`+string(escape)+`"`), &text) != nil {
			return escape
		}
		return []byte(text)
	})
}
