package render

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/release"
)

// state is what the filters share.
type state struct {
	*Rendering
	options Config
	cfg     *config.Config
	// text is the document that cfg was loaded from, for the ConfigMap that Ferry adds.
	text []byte
	// configMap holds the configuration: the chart's, or the one that Ferry added.
	configMap *manifest.Object
	// libraryChart tells that the chart rendered the configuration, so that its hooks stand too.
	libraryChart bool
	// chart is the configuration that the library chart rendered, nil without one.
	chart *config.Config
	// sharedSecret tells that the release has the Secret that consumers read.
	sharedSecret bool
	// former is the name under which an earlier rendering added what it added.
	former string
	// wanted are documents of an earlier rendering that this one would add just so.
	wanted map[*manifest.Document]bool
}

func (s *state) info(object, field, format string, args ...any) {
	s.Results = append(s.Results, Result{Info, object, field, fmt.Sprintf(format, args...)})
}

func (s *state) warn(object, field, format string, args ...any) {
	s.Results = append(s.Results, Result{Warning, object, field, fmt.Sprintf(format, args...)})
}

// add puts the object of a template into the stream: in the place of what an earlier rendering
// left there, else where the install order has it. An object of the same identity that is not
// Ferry's is an error about field.
func (s *state) add(root *yaml.Node, field string) (*manifest.Object, error) {
	document, err := manifest.NewDocument(encode(root))
	if err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	existing, err := s.existing(document.Objects()[0], field)
	if err != nil {
		return nil, err
	}
	if existing == nil {
		return s.insert(root)
	}
	if len(existing.Document().Objects()) > 1 {
		return nil, &Error{Object: titleOf(existing), Field: field, Message: "stands in a List, where Ferry cannot replace it",
			Remedy: "render from the chart's own manifests, not from a list that was read back"}
	}
	return s.replace(existing, root)
}

// existing finds the object in the stream that has the identity of an added one. A hook is another
// object than one of the release, unless both are Ferry's in two spellings.
func (s *state) existing(object *manifest.Object, field string) (*manifest.Object, error) {
	for _, other := range s.Stream.Objects() {
		if other.Kind != object.Kind || other.Name != object.Name || other.Group() != object.Group() {
			continue
		}
		if other.Hook() != object.Hook() && !release.Ours(other) {
			continue
		}
		if !release.Ours(other) {
			return nil, &Error{
				Object: titleOf(other), Field: field,
				Message: fmt.Sprintf("the chart renders %s itself, and Ferry would add it", other.Title()),
				Remedy:  fmt.Sprintf("choose another name in %s, or switch the chart's own object off", field),
			}
		}
		return other, nil
	}
	return nil, nil
}

// replace puts an object in the place of one that an earlier rendering added, and leaves the
// stream alone where both say the same.
func (s *state) replace(existing *manifest.Object, root *yaml.Node) (*manifest.Object, error) {
	for key, value := range existing.Annotations() {
		if toolAnnotation(key) {
			setString(root, value, "metadata", "annotations", key)
		}
	}
	if s.options.Door == Helm4 && existing.Annotations()[manifest.FilenameAnnotation] == "" {
		setString(root, s.fileOf(root), "metadata", "annotations", manifest.FilenameAnnotation)
	}
	if equal(existing.Root(), root) {
		s.wanted[existing.Document()] = true
		return existing, nil
	}
	head := headOf(existing.Document().Original())
	document, err := manifest.NewDocument(append(head, encode(root)...))
	if err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	for i, other := range s.Stream.Documents {
		if other == existing.Document() {
			s.Stream.Documents[i] = document
		}
	}
	return document.Objects()[0], nil
}

// headOf returns the separator line of a document and the comments under it.
func headOf(text []byte) []byte {
	var head []byte
	for line := range bytes.Lines(text) {
		if !bytes.HasPrefix(line, []byte("---")) && !bytes.HasPrefix(line, []byte("#")) {
			break
		}
		head = append(head, line...)
	}
	return head
}

// toolAnnotation tells whether an annotation belongs to the tool that carries the stream.
func toolAnnotation(key string) bool {
	prefix, _, _ := strings.Cut(key, "/")
	return prefix == "postrenderer.helm.sh" || strings.HasSuffix(prefix, "config.kubernetes.io")
}

// insert places a new document and gives it the name that the stream's tool wants of a template.
func (s *state) insert(root *yaml.Node) (*manifest.Object, error) {
	file := s.fileOf(root)
	head := ""
	switch marker := s.marker(); {
	case s.options.Door == Helm4:
		setString(root, file, "metadata", "annotations", manifest.FilenameAnnotation)
	case s.options.Door == Helm3 && marker != "":
		head = "---\n" + marker + file + "\n"
	}
	document, err := manifest.NewDocument(append([]byte(head), encode(root)...))
	if err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	s.Stream.Place(document)
	return document.Objects()[0], nil
}

// fileOf names the template that an added object could have come from. A name that begins with an
// underscore would make Helm 4 drop the document; object kinds begin with a letter.
func (s *state) fileOf(root *yaml.Node) string {
	chart := s.cfg.Metadata.Name
	for _, document := range s.Stream.Documents {
		if source := document.Source(); source != "" && !document.Added() {
			chart, _, _ = strings.Cut(source, "/")
			break
		}
	}
	kind, name := manifest.Scalar(manifest.Lookup(root, "kind")), manifest.Scalar(manifest.Lookup(root, "metadata", "name"))
	return fmt.Sprintf("%s/templates/ferry/%s-%s.yaml", chart, strings.ToLower(kind), name)
}

// markers are the comments by which a stream names the template of each document: Helm 3's, and
// helm-unittest's, which cuts its input there.
var markers = [...]string{"# Source: ", "#### file: "}

// marker returns the one that the stream uses, "" if it uses none.
func (s *state) marker() string {
	for _, document := range s.Stream.Documents {
		head := string(headOf(document.Original()))
		for _, marker := range markers {
			if strings.Contains(head, marker) {
				return marker
			}
		}
	}
	return ""
}
