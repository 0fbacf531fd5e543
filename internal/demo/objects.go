package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/manifest"
)

// objects are the objects of a release by Kind/name.
type objects map[string]*manifest.Object

func byTitle(stream *manifest.Stream) objects {
	all := objects{}
	for _, o := range stream.Objects() {
		all[o.Kind+"/"+o.Name] = o
	}
	return all
}

// fields returns every scalar of every object by its path.
func (all objects) fields() map[string]map[string]string {
	fields := map[string]map[string]string{}
	for title, o := range all {
		fields[title] = fieldsOf(o)
	}
	return fields
}

// fieldsOf returns every scalar of an object. What Helm 4 keeps for itself is left out.
func fieldsOf(o *manifest.Object) map[string]string {
	fields := map[string]string{}
	flatten(o.Root(), "", fields)
	maps.DeleteFunc(fields, func(path, _ string) bool { return strings.Contains(path, manifest.FilenameAnnotation) })
	return fields
}

func flatten(node *yaml.Node, path string, into map[string]string) {
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			flatten(node.Content[i+1], strings.TrimPrefix(path+"."+node.Content[i].Value, "."), into)
		}
	case yaml.SequenceNode:
		for i, item := range node.Content {
			flatten(item, fmt.Sprintf("%s[%d]", path, i), into)
		}
	default:
		into[path] = node.Value
	}
}

// added are the objects that only the rendering with Ferry has.
func (r rendering) added() []string {
	return slices.Sorted(maps.Keys(without(r.ferried, r.plain)))
}

func without(all, others objects) objects {
	rest := maps.Clone(all)
	maps.DeleteFunc(rest, func(title string, _ *manifest.Object) bool { return others[title] != nil })
	return rest
}

// change is one field of the chart's that Ferry sets.
type change struct{ object, field, value string }

// changed are the fields in which the chart's objects differ.
func (r rendering) changed() []change {
	var changes []change
	for _, title := range slices.Sorted(maps.Keys(r.plain)) {
		plain, ferried := fieldsOf(r.plain[title]), fieldsOf(r.ferried[title])
		for _, field := range slices.Sorted(maps.Keys(ferried)) {
			if plain[field] != ferried[field] {
				changes = append(changes, change{title, field, ferried[field]})
			}
		}
	}
	return changes
}

// labelled returns the object of a kind with a label, which a release has once.
func (all objects) labelled(kind, label, value string) (*manifest.Object, error) {
	for _, o := range all {
		if o.Kind == kind && o.Labels()[label] == value {
			return o, nil
		}
	}
	return nil, fmt.Errorf("the release has no %s labelled %s=%s", kind, label, value)
}

const component = "app.kubernetes.io/component"
