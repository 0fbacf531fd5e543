package manifest

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// FilenameAnnotation is how Helm 4 tells a post-renderer which template a document came from.
const FilenameAnnotation = "postrenderer.helm.sh/postrender-filename"

// Document is one document of a stream.
type Document struct {
	index   int
	line    int
	raw     []byte
	node    *yaml.Node // nil: blank, or comments only
	objects []*Object
	changed bool
	added   bool
}

// NewDocument makes a document from text that a template wrote; a separator line is put in front.
func NewDocument(text []byte) (*Document, error) {
	if !startsWithSeparator(text) {
		text = append([]byte("---\n"), text...)
	}
	document := &Document{line: 1, raw: text, added: true}
	if err := document.parse(); err != nil {
		return nil, err
	}
	return document, nil
}

// Objects returns the objects in the document.
func (d *Document) Objects() []*Object { return d.objects }

// Added tells whether the document was made by [NewDocument] rather than read.
func (d *Document) Added() bool { return d.added }

// Changed tells whether an object of the document was changed after reading.
func (d *Document) Changed() bool { return d.changed }

// Original returns the text that the document was read from.
func (d *Document) Original() []byte { return d.raw }

var sourceComment = regexp.MustCompile(`(?m)^(?:# Source:|#### file:) *(\S.*?)\r?$`)

// Source returns the template that the document came from, or "" when the stream does not say.
func (d *Document) Source() string {
	if len(d.objects) > 0 {
		if name := d.objects[0].Annotations()[FilenameAnnotation]; name != "" {
			return name
		}
	}
	if match := sourceComment.FindSubmatch(d.raw); match != nil {
		return string(match[1])
	}
	return ""
}

// Title names the document for people: its object and template, or its place in the stream.
func (d *Document) Title() string {
	var parts []string
	if len(d.objects) > 0 {
		parts = append(parts, d.objects[0].Title())
	}
	if source := d.Source(); source != "" {
		parts = append(parts, "("+source+")")
	}
	if len(parts) == 0 {
		return fmt.Sprintf("document %d", d.index)
	}
	return strings.Join(parts, " ")
}

// Comment reports whether the document has comments and no object, and returns its text.
func (d *Document) Comment() (string, bool) {
	return string(d.raw), d.node == nil && bytes.Contains(d.raw, []byte("#"))
}

// Bytes returns the text of the document: as read, or written from its nodes if it was changed.
func (d *Document) Bytes() []byte {
	if !d.changed {
		return d.raw
	}
	root := d.node.Content[0]
	head, body := d.raw[:0], *root
	if root.Style&yaml.FlowStyle == 0 {
		head = linesBefore(d.raw, root.Line)
		body.HeadComment = ""
		body.Content = withoutFirstComment(root.Content)
	}
	text := encode(&yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{&body}, FootComment: d.node.FootComment}, compactLists(root))
	if !startsWithSeparator(head) && startsWithSeparator(d.raw) {
		head = append([]byte("---\n"), head...)
	}
	if bytes.Contains(d.raw, []byte("\r\n")) {
		text = bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
		if len(head) > 0 && !bytes.HasSuffix(head, []byte("\r\n")) {
			head = append(bytes.TrimSuffix(head, []byte("\n")), '\r', '\n')
		}
	}
	return append(bytes.Clone(head), text...)
}

// linesBefore returns the lines of text above line, which counts from 1.
func linesBefore(text []byte, line int) []byte {
	end := 0
	for range line - 1 {
		newline := bytes.IndexByte(text[end:], '\n')
		if newline < 0 {
			return nil
		}
		end += newline + 1
	}
	return text[:end]
}

// withoutFirstComment drops the comment above the first key: it stands in the lines before it.
func withoutFirstComment(content []*yaml.Node) []*yaml.Node {
	if len(content) == 0 || content[0].HeadComment == "" {
		return content
	}
	first := *content[0]
	first.HeadComment = ""
	return append([]*yaml.Node{&first}, content[1:]...)
}

func encode(node *yaml.Node, compact bool) []byte {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if compact {
		encoder.CompactSeqIndent()
	}
	if err := encoder.Encode(node); err != nil {
		panic(fmt.Sprintf("manifest: encode a parsed document: %v", err)) // nodes come from the parser
	}
	return out.Bytes()
}

// compactLists tells whether the lists of a document are written without indentation.
func compactLists(node *yaml.Node) bool {
	compact, found := true, false
	var visit func(*yaml.Node)
	visit = func(node *yaml.Node) {
		for i := 0; i < len(node.Content) && !found; i++ {
			child := node.Content[i]
			if node.Kind == yaml.MappingNode && i%2 == 1 && child.Kind == yaml.SequenceNode &&
				child.Style&yaml.FlowStyle == 0 && len(child.Content) > 0 {
				compact, found = child.Column <= node.Content[i-1].Column, true
				return
			}
			visit(child)
		}
	}
	visit(node)
	return compact
}
