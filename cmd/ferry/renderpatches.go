package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/manifest"
)

// change is an object of the chart as it was and as Ferry leaves it.
type change struct {
	before, after *manifest.Object
}

// changedObjects returns the objects of a rendered stream that the chart rendered otherwise.
func changedObjects(stream *manifest.Stream) ([]change, error) {
	var changes []change
	for _, document := range stream.Documents {
		if document.Added() || !document.Changed() {
			continue
		}
		original, err := manifest.Parse(document.Original())
		if err != nil {
			return nil, fmt.Errorf("read %s again: %w", document.Title(), err)
		}
		before := original.Objects()
		for i, after := range document.Objects() {
			if len(differences(before[i].Root(), after.Root(), nil)) > 0 {
				changes = append(changes, change{before[i], after})
			}
		}
	}
	return changes, nil
}

func changedTo(changes []change) []*manifest.Object {
	objects := make([]*manifest.Object, len(changes))
	for i, c := range changes {
		objects[i] = c.after
	}
	return objects
}

// patchesOf writes changes as the part of a Flux HelmRelease that makes them. What stands below
// mapping keys alone becomes a strategic merge patch, which does not mind what else the chart
// renders there. What stands in a list becomes a JSON patch that tests the value that Ferry saw,
// so that a chart which reorders its list fails to upgrade rather than being patched elsewhere.
func patchesOf(changes []change) ([]byte, error) {
	if len(changes) == 0 {
		return []byte("# ferry: nothing to patch\n"), nil
	}
	patches := &yaml.Node{Kind: yaml.SequenceNode}
	for _, c := range changes {
		merge, operations := header(c.after), &yaml.Node{Kind: yaml.SequenceNode}
		merges := false
		for _, d := range differences(c.before.Root(), c.after.Root(), nil) {
			if d.inList() {
				operations.Content = append(operations.Content, d.operations()...)
				continue
			}
			merges = true
			put(merge, d.after, d.path)
		}
		if merges {
			if err := appendPatch(patches, c.after, merge); err != nil {
				return nil, err
			}
		}
		if len(operations.Content) > 0 {
			if err := appendPatch(patches, c.after, operations); err != nil {
				return nil, err
			}
		}
	}
	release := mapping(
		"postRenderers", &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{
			mapping("kustomize", mapping("patches", patches)),
		}},
	)
	text, err := encodeYAML(release)
	return append([]byte("# ferry: belongs below spec: of the HelmRelease\n"), text...), err
}

func appendPatch(patches *yaml.Node, object *manifest.Object, patch *yaml.Node) error {
	text, err := encodeYAML(patch)
	if err != nil {
		return fmt.Errorf("patch %s: %w", object.Title(), err)
	}
	literal := word(string(text))
	literal.Style = yaml.LiteralStyle
	patches.Content = append(patches.Content, mapping("target", target(object), "patch", literal))
	return nil
}

// target selects one object; kustomize reads names as regular expressions.
func target(object *manifest.Object) *yaml.Node {
	group, version, found := strings.Cut(object.APIVersion, "/")
	if !found {
		group, version = "", group
	}
	node := mapping()
	for _, field := range [...]struct{ key, value string }{
		{"group", group}, {"version", version}, {"kind", object.Kind},
		{"name", regexp.QuoteMeta(object.Name)}, {"namespace", regexp.QuoteMeta(object.Namespace)},
	} {
		if field.value != "" {
			put(node, word(field.value), []any{field.key})
		}
	}
	return node
}

// header is what names the object in a strategic merge patch.
func header(object *manifest.Object) *yaml.Node {
	return mapping(
		"apiVersion", word(object.APIVersion), "kind", word(object.Kind),
		"metadata", mapping("name", word(object.Name)),
	)
}

// difference is one value that is not what it was.
type difference struct {
	path          []any // mapping keys and list indexes
	before, after *yaml.Node
}

func (d difference) inList() bool {
	for _, step := range d.path {
		if _, isIndex := step.(int); isIndex {
			return true
		}
	}
	return false
}

// operations are the JSON patch of one difference.
func (d difference) operations() []*yaml.Node {
	pointer := word(pointerTo(d.path))
	if d.before == nil {
		return []*yaml.Node{mapping("op", word("add"), "path", pointer, "value", d.after)}
	}
	return []*yaml.Node{
		mapping("op", word("test"), "path", pointer, "value", d.before),
		mapping("op", word("replace"), "path", pointer, "value", d.after),
	}
}

func pointerTo(path []any) string {
	var pointer strings.Builder
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	for _, step := range path {
		pointer.WriteByte('/')
		switch step := step.(type) {
		case int:
			pointer.WriteString(strconv.Itoa(step))
		case string:
			pointer.WriteString(escape.Replace(step))
		}
	}
	return pointer.String()
}

func encodeYAML(node *yaml.Node) ([]byte, error) {
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	encoder.CompactSeqIndent()
	if err := encoder.Encode(node); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return text.Bytes(), nil
}
