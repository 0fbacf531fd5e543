package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
)

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

// parse fills the nodes and objects of a document from its text.
func (d *Document) parse() error {
	node, err := parseText(d.raw)
	if err != nil {
		line, message := d.position(err)
		return d.syntaxError(line, message)
	}
	if node == nil {
		return nil
	}
	root := node.Content[0]
	if root.Kind != yaml.MappingNode {
		return d.syntaxError(root.Line, "is not a mapping, so it is no manifest")
	}
	if bytes.IndexByte(d.raw, '*') >= 0 {
		if bad, err := checkAliases(node); err != nil {
			return d.syntaxError(bad.Line, err.Error())
		}
	}
	d.node = node
	d.collect(root)
	return nil
}

var errSecondDocument = errors.New("holds two documents: a separator must stand on a line of its own that ends in LF or CRLF")

// parseText returns the tree of the document that text is, nil if it is blank, null or comments.
func parseText(text []byte) (*yaml.Node, error) {
	if endsWithMarker(text) && isBlank(text) {
		return nil, nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(acceptVersion(text)))
	var node, second yaml.Node
	if err := decoder.Decode(&node); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, errSecondDocument
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	if node.Content[0].ShortTag() == "!!null" {
		return nil, nil
	}
	return &node, nil
}

var versionDirective = regexp.MustCompile(`(?m)^%YAML[ \t]+1\.2\b`)

// acceptVersion has a document that says it is YAML 1.2 read as 1.1, the only version that the
// parser lets pass although it knows both.
func acceptVersion(text []byte) []byte {
	if bytes.IndexByte(text, '%') < 0 {
		return text
	}
	match := versionDirective.FindIndex(text)
	if match == nil || !onlyDirectives(text[:match[1]]) {
		return text
	}
	text = bytes.Clone(text)
	text[match[1]-1] = '1'
	return text
}

var yamlPrefix = regexp.MustCompile(`^yaml: (?:line \d+: )?`)

// position returns the line of an error of the parser, and its message. The parser itself names no
// line, or that on which the collection around the error begins: the line is the last of the
// fewest lines that have the same error.
func (d *Document) position(failure error) (line int, message string) {
	lines := bytes.SplitAfter(d.raw, []byte("\n"))
	line = 1 + sort.Search(len(lines)-1, func(n int) bool {
		_, err := parseText(bytes.Join(lines[:n+1], nil))
		return err != nil && err.Error() == failure.Error()
	})
	return line, yamlPrefix.ReplaceAllString(failure.Error(), "")
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

// lists are the kinds of lists by their API version. A custom kind may only sound like one.
var lists = map[string]string{
	"v1":       "List ConfigMapList SecretList ServiceList ServiceAccountList PersistentVolumeClaimList PodList",
	"apps/v1":  "DeploymentList StatefulSetList DaemonSetList ReplicaSetList",
	"batch/v1": "JobList CronJobList",
}

func isList(o *Object) bool {
	return strings.HasSuffix(o.Kind, "List") && slices.Contains(strings.Fields(lists[o.APIVersion]), o.Kind)
}
