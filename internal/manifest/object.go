package manifest

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Object is one Kubernetes object of a document.
type Object struct {
	APIVersion, Kind, Name, Namespace string

	document *Document
	node     *yaml.Node
}

func newObject(document *Document, node *yaml.Node) *Object {
	o := &Object{document: document, node: node}
	o.identify()
	return o
}

// identify reads the fields that identify the object.
func (o *Object) identify() {
	o.APIVersion = o.String("apiVersion")
	o.Kind = o.String("kind")
	metadata := o.Node("metadata")
	o.Name = Scalar(Lookup(metadata, "name"))
	o.Namespace = Scalar(Lookup(metadata, "namespace"))
}

// Document returns the document that the object stands in.
func (o *Object) Document() *Document { return o.document }

// Root returns the mapping of the object. Whoever changes it calls [Object.MarkChanged].
func (o *Object) Root() *yaml.Node { return o.node }

// MarkChanged has the changes of the object's nodes written into the document.
func (o *Object) MarkChanged() {
	o.document.changed = true
	o.identify()
}

// Title names the object as kubectl does: Kind/name, or Kind alone if it has no name.
func (o *Object) Title() string {
	if o.Name == "" {
		return o.Kind
	}
	return o.Kind + "/" + o.Name
}

// Group returns the API group, "" for core objects.
func (o *Object) Group() string {
	group, _, found := strings.Cut(o.APIVersion, "/")
	if !found {
		return ""
	}
	return group
}

// Is tells whether the object is of a group and one of some kinds, in any version.
func (o *Object) Is(group string, kinds ...string) bool {
	return slices.Contains(kinds, o.Kind) && o.Group() == group
}

// SameAs tells whether two objects have one identity: group, kind, namespace and name.
func (o *Object) SameAs(other *Object) bool {
	return o.Kind == other.Kind && o.Name == other.Name && o.Namespace == other.Namespace && o.Group() == other.Group()
}

// Hook tells whether Helm treats the object as a hook rather than as a part of the release.
func (o *Object) Hook() bool { return o.Annotations()["helm.sh/hook"] != "" }

// Node returns the node at a path of mapping keys, or nil.
func (o *Object) Node(path ...string) *yaml.Node { return Lookup(o.node, path...) }

// String returns the scalar at a path of mapping keys, or "".
func (o *Object) String(path ...string) string { return Scalar(o.Node(path...)) }

// Labels returns metadata.labels.
func (o *Object) Labels() map[string]string { return StringMap(o.Node("metadata", "labels")) }

// Annotations returns metadata.annotations.
func (o *Object) Annotations() map[string]string { return StringMap(o.Node("metadata", "annotations")) }
