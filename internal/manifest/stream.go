package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// Stream is a sequence of documents.
type Stream struct {
	Documents []*Document
}

// SyntaxError is a document that is not YAML, or not a manifest.
type SyntaxError struct {
	Document string // what the document is called, see [Document.Title]
	Line     int    // line of the stream, from 1
	Message  string
}

// Error names document and line.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s: line %d: %s", e.Document, e.Line, e.Message)
}

// Parse reads a stream. The error is a [*SyntaxError].
func Parse(data []byte) (*Stream, error) {
	stream := &Stream{}
	for i, piece := range split(data) {
		document := &Document{index: i + 1, line: piece.line, raw: piece.text}
		if err := document.parse(); err != nil {
			return nil, err
		}
		stream.Documents = append(stream.Documents, document)
	}
	return stream, nil
}

// Bytes returns the text of the stream.
func (s *Stream) Bytes() []byte {
	var out bytes.Buffer
	for i, document := range s.Documents {
		text := document.Bytes()
		if i > 0 && !startsWithSeparator(text) && !endsWithMarker(out.Bytes()) {
			out.WriteString("---\n")
		}
		out.Write(text)
		if i < len(s.Documents)-1 && len(text) > 0 && text[len(text)-1] != '\n' {
			out.WriteByte('\n')
		}
	}
	return out.Bytes()
}

func startsWithSeparator(text []byte) bool {
	return isMarker(firstLine(text), "---") || bytes.HasPrefix(text, []byte("%"))
}

// endsWithMarker tells whether the last line of text ends a document by itself.
func endsWithMarker(text []byte) bool {
	text = bytes.TrimSuffix(text, []byte("\n"))
	return isMarker(text[bytes.LastIndexByte(text, '\n')+1:], "...")
}

func firstLine(text []byte) []byte {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return line
}

// Objects returns the objects of all documents in order.
func (s *Stream) Objects() []*Object {
	var objects []*Object
	for _, document := range s.Documents {
		objects = append(objects, document.objects...)
	}
	return objects
}

// Insert puts document in front of the one at index.
func (s *Stream) Insert(index int, document *Document) {
	s.Documents = slices.Insert(s.Documents, index, document)
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// parse fills the nodes and objects of a document from its text.
func (d *Document) parse() error {
	decoder := yaml.NewDecoder(bytes.NewReader(d.raw))
	var node yaml.Node
	if err := decoder.Decode(&node); err != nil {
		if errors.Is(err, io.EOF) {
			return nil
		}
		message, line := err.Error(), 1
		if match := yamlLine.FindStringSubmatch(message); match != nil {
			message = message[len(match[0]):]
			if n, err := strconv.Atoi(match[1]); err == nil {
				line = n
			}
		}
		return d.syntaxError(line, message)
	}
	if bytes.Contains(d.raw, []byte("*")) {
		if bad, err := checkAliases(&node); err != nil {
			return d.syntaxError(bad.Line, err.Error())
		}
	}
	if root := node.Content[0]; root.Kind == yaml.MappingNode {
		d.node = &node
		d.collect(root)
		return nil
	} else if root.Tag == "!!null" {
		return nil
	}
	return d.syntaxError(node.Content[0].Line, "is not a mapping, so it is no manifest")
}

func (d *Document) syntaxError(line int, message string) error {
	return &SyntaxError{Document: d.Title(), Line: d.line + line - 1, Message: message}
}

// collect finds the objects of a document: itself, or the items of a List.
func (d *Document) collect(root *yaml.Node) {
	object := newObject(d, root)
	items := object.Node("items")
	if !isList(object) || items == nil || items.Kind != yaml.SequenceNode {
		d.objects = []*Object{object}
		return
	}
	for _, item := range items.Content {
		if item.Kind == yaml.MappingNode {
			d.objects = append(d.objects, newObject(d, item))
		}
	}
}

// isList tells whether an object is a v1 List or a typed list such as ConfigMapList, not a custom
// kind that only sounds like one.
func isList(o *Object) bool {
	switch o.Kind {
	case "List", "ConfigMapList", "SecretList", "ServiceList", "ServiceAccountList", "PersistentVolumeClaimList", "PodList":
		return o.APIVersion == "v1"
	case "DeploymentList", "StatefulSetList", "DaemonSetList", "ReplicaSetList":
		return o.APIVersion == "apps/v1"
	case "JobList", "CronJobList":
		return o.APIVersion == "batch/v1"
	}
	return false
}
