package config

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// decoder fills a Go value from YAML nodes and remembers where each field stands. The nodes have
// passed [checkSize].
type decoder struct {
	source    string
	errors    Errors
	positions map[string]position
	meant     []string // fields that misspelt ones were probably meant to be
}

type position struct{ line, column int }

// defaulter is a list element that has defaults of its own.
type defaulter interface{ SetDefaults() }

func (d *decoder) fail(node *yaml.Node, field, format string, args ...any) {
	d.errors = append(d.errors, &Error{
		Source: d.source, Line: node.Line, Column: node.Column, Field: field, Message: fmt.Sprintf(format, args...),
	})
}

func follow(node *yaml.Node) *yaml.Node {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	return node
}

// decode writes node into target, which must be settable. A null node leaves the default in place.
func (d *decoder) decode(node *yaml.Node, target reflect.Value, field string) {
	node = follow(node)
	d.positions[field] = position{node.Line, node.Column}
	if node.Tag == "!!null" {
		return
	}
	if text, ok := reflect.TypeAssert[encoding.TextUnmarshaler](target.Addr()); ok {
		if node.Kind != yaml.ScalarNode {
			d.wrongKind(node, field, "a string")
		} else if err := text.UnmarshalText([]byte(node.Value)); err != nil {
			d.fail(node, field, "%v", err)
		}
		return
	}
	switch target.Kind() {
	case reflect.Struct:
		d.decodeStruct(node, target, field)
	case reflect.Slice:
		d.decodeSlice(node, target, field)
	case reflect.Map:
		d.decodeMap(node, target, field)
	default:
		d.decodeScalar(node, target, field)
	}
}

func (d *decoder) decodeStruct(node *yaml.Node, target reflect.Value, field string) {
	if node.Kind != yaml.MappingNode {
		d.wrongKind(node, field, "a mapping")
		return
	}
	names, indexes := fieldsOf(target.Type())
	for _, entry := range d.entries(node, field) {
		path := join(field, entry.name)
		if index, known := indexes[entry.name]; known {
			d.decode(entry.value, target.Field(index), path)
			continue
		}
		if near := suggest(entry.name, names); near != "" {
			d.fail(entry.key, path, "unknown field; did you mean %q?", near)
			d.meant = append(d.meant, join(field, near))
		} else if other := elsewhere(entry.name); other != "" {
			d.fail(entry.key, path, "unknown field; did you mean %s?", other)
		} else {
			d.fail(entry.key, path, "unknown field; known here: %s", strings.Join(names, ", "))
		}
	}
}

func (d *decoder) decodeSlice(node *yaml.Node, target reflect.Value, field string) {
	if node.Kind != yaml.SequenceNode {
		d.wrongKind(node, field, "a list")
		return
	}
	list := reflect.MakeSlice(target.Type(), len(node.Content), len(node.Content))
	for i, item := range node.Content {
		value := list.Index(i)
		if withDefaults, ok := reflect.TypeAssert[defaulter](value.Addr()); ok {
			withDefaults.SetDefaults()
		}
		d.decode(item, value, element(field, i))
	}
	target.Set(list)
}

func (d *decoder) decodeMap(node *yaml.Node, target reflect.Value, field string) {
	if node.Kind != yaml.MappingNode {
		d.wrongKind(node, field, "a mapping")
		return
	}
	result := reflect.MakeMap(target.Type())
	for _, entry := range d.entries(node, field) {
		value := reflect.New(target.Type().Elem()).Elem()
		d.decode(entry.value, value, join(field, entry.name))
		result.SetMapIndex(reflect.ValueOf(entry.name), value)
	}
	target.Set(result)
}

// entry is one field of a mapping.
type entry struct {
	name       string
	key, value *yaml.Node
}

// entries returns the fields of a mapping, those that merge keys (<<) bring in last. A field of the
// mapping itself wins over a merged one, and of two merged ones the first.
func (d *decoder) entries(node *yaml.Node, field string) []entry {
	var list, merged []entry
	seen := map[string]bool{}
	for i := 0; i < len(node.Content); i += 2 {
		key, value := follow(node.Content[i]), follow(node.Content[i+1])
		switch {
		case key.Tag == "!!merge":
			merged = append(merged, d.merged(value, field)...)
		case key.Kind != yaml.ScalarNode:
			d.fail(key, field, "the name of a field must be a string, is %s", describe(key))
		case key.Value == "<<":
			d.fail(key, field, "%q cannot be the name of a field: not every writer of YAML quotes it", key.Value)
		case seen[key.Value]:
			d.fail(key, join(field, key.Value), "field is given twice")
		default:
			seen[key.Value] = true
			list = append(list, entry{key.Value, key, value})
		}
	}
	for _, entry := range merged {
		if !seen[entry.name] {
			seen[entry.name] = true
			list = append(list, entry)
		}
	}
	return list
}

func (d *decoder) merged(value *yaml.Node, field string) []entry {
	switch value.Kind {
	case yaml.MappingNode:
		return d.entries(value, field)
	case yaml.SequenceNode:
		var list []entry
		for _, item := range value.Content {
			list = append(list, d.merged(follow(item), field)...)
		}
		return list
	default:
		d.wrongKind(value, join(field, "<<"), "a mapping")
		return nil
	}
}

// fieldsOf returns the JSON names of a struct's fields in order, and their indexes.
func fieldsOf(t reflect.Type) (names []string, indexes map[string]int) {
	indexes = make(map[string]int, t.NumField())
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		names = append(names, name)
		indexes[name] = i
	}
	return names, indexes
}

// covers tells whether decoding has found a fault in a field or inside it, around it, or in one that
// was meant to be it, so that what validation says of it is noise.
func (d *decoder) covers(field string) bool {
	for _, fault := range d.errors {
		if within(fault.Field, field) || within(field, fault.Field) {
			return true
		}
	}
	return slices.ContainsFunc(d.meant, func(meant string) bool { return within(field, meant) })
}

// locate puts the position of a field, or of its nearest parent that the document has, into fault.
func (d *decoder) locate(fault *Error) {
	for path := fault.Field; ; path = parent(path) {
		if at, ok := d.positions[path]; ok {
			fault.Line, fault.Column = at.line, at.column
			return
		}
		if path == "" {
			return
		}
	}
}

func (d *decoder) sort() {
	slices.SortStableFunc(d.errors, func(a, b *Error) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
}

func join(field, name string) string {
	if field == "" {
		return name
	}
	return field + "." + name
}

func element(field string, index int) string { return field + "[" + strconv.Itoa(index) + "]" }

func parent(field string) string {
	return field[:max(strings.LastIndexAny(field, ".["), 0)]
}

// within tells whether field is outer or a part of it.
func within(field, outer string) bool {
	rest, found := strings.CutPrefix(field, outer)
	return found && (outer == "" || rest == "" || rest[0] == '.' || rest[0] == '[')
}
