package manifest

import (
	"bytes"
	"fmt"
	"regexp"

	"go.yaml.in/yaml/v3"
)

// FilenameAnnotation is how Helm 4 tells a post-renderer which template a document came from.
const FilenameAnnotation = "postrenderer.helm.sh/postrender-filename"

// sourceAnnotations name the file of an object: Helm 4's, and those of KRM functions.
var sourceAnnotations = [...]string{FilenameAnnotation, "internal.config.kubernetes.io/path", "config.kubernetes.io/path"}

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
	if !bytes.HasSuffix(text, []byte("\n")) {
		text = append(bytes.Clone(text), '\n')
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

// Bytes returns the text of the document: as read, with the changes of its objects written in.
func (d *Document) Bytes() []byte {
	if !d.changed {
		return d.raw
	}
	return write(d.raw, d.node)
}

// Comment reports whether the document has comments and no object, and returns its text.
func (d *Document) Comment() (string, bool) {
	return string(d.raw), d.node == nil && bytes.Contains(d.raw, []byte("#"))
}

var sourceComment = regexp.MustCompile(`(?m)^(?:# Source:|#### file:) *(\S.*?)\r?$`)

// Source returns the template that the document came from, or "" when the stream does not say.
func (d *Document) Source() string {
	if len(d.objects) > 0 {
		annotations := d.objects[0].Annotations()
		for _, key := range sourceAnnotations {
			if name := annotations[key]; name != "" {
				return name
			}
		}
	}
	if match := sourceComment.FindSubmatch(d.raw); match != nil {
		return string(match[1])
	}
	return ""
}

// Title names the document for people: its object and template, or its place in the stream.
func (d *Document) Title() string {
	title := d.objectTitle()
	switch source := d.Source(); {
	case source != "" && title != "":
		return title + " (" + source + ")"
	case source != "":
		return source
	case title != "":
		return title
	case d.added:
		return "an added document"
	}
	return fmt.Sprintf("document %d", d.index)
}

var (
	kindLine = regexp.MustCompile(`(?m)^kind:[ \t]*["']?([A-Za-z0-9]+)`)
	nameLine = regexp.MustCompile(`(?m)^metadata:[^\n]*\n(?:[ \t#][^\n]*\n|\r?\n)*?[ \t]+name:[ \t]*["']?([A-Za-z0-9][A-Za-z0-9.:-]*)`)
)

// objectTitle is Kind/name, from the text where the document is broken and has no nodes.
func (d *Document) objectTitle() string {
	if d.node != nil {
		return newObject(d, d.node.Content[0]).Title()
	}
	kind, name := kindLine.FindSubmatch(d.raw), nameLine.FindSubmatch(d.raw)
	switch {
	case kind == nil:
		return ""
	case name == nil:
		return string(kind[1])
	}
	return string(kind[1]) + "/" + string(name[1])
}
