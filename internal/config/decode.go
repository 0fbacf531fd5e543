package config

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// decoder fills a Go value from YAML nodes and remembers where each field stands.
type decoder struct {
	source    string
	errors    Errors
	positions map[string]position
}

type position struct{ line, column int }

// defaulter is a list element that has defaults of its own.
type defaulter interface{ SetDefaults() }

func (d *decoder) fail(node *yaml.Node, field, format string, args ...any) {
	d.errors = append(d.errors, &Error{
		Source: d.source, Line: node.Line, Column: node.Column, Field: field, Message: fmt.Sprintf(format, args...),
	})
}

// decode writes node into target, which must be settable. A null node leaves the default in place.
func (d *decoder) decode(node *yaml.Node, target reflect.Value, field string) {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	d.positions[field] = position{node.Line, node.Column}
	if node.Tag == "!!null" {
		return
	}
	if text, ok := target.Addr().Interface().(encoding.TextUnmarshaler); ok {
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
	seen := map[string]bool{}
	for i := 0; i < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		path := join(field, key.Value)
		index, known := indexes[key.Value]
		switch {
		case seen[key.Value]:
			d.fail(key, path, "field is given twice")
		case !known:
			d.fail(key, path, "%s", unknownField(key.Value, names))
		default:
			d.decode(value, target.Field(index), path)
		}
		seen[key.Value] = true
	}
}

func unknownField(name string, names []string) string {
	if near := suggest(name, names); near != "" {
		return fmt.Sprintf("unknown field; did you mean %q?", near)
	}
	return fmt.Sprintf("unknown field; known here: %s", strings.Join(names, ", "))
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

func (d *decoder) decodeSlice(node *yaml.Node, target reflect.Value, field string) {
	if node.Kind != yaml.SequenceNode {
		d.wrongKind(node, field, "a list")
		return
	}
	list := reflect.MakeSlice(target.Type(), len(node.Content), len(node.Content))
	for i, item := range node.Content {
		element := list.Index(i)
		if withDefaults, ok := element.Addr().Interface().(defaulter); ok {
			withDefaults.SetDefaults()
		}
		d.decode(item, element, field+"["+strconv.Itoa(i)+"]")
	}
	target.Set(list)
}

func (d *decoder) decodeMap(node *yaml.Node, target reflect.Value, field string) {
	if node.Kind != yaml.MappingNode {
		d.wrongKind(node, field, "a mapping")
		return
	}
	result := reflect.MakeMap(target.Type())
	for i := 0; i < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		element := reflect.New(target.Type().Elem()).Elem()
		d.decode(value, element, join(field, key.Value))
		result.SetMapIndex(reflect.ValueOf(key.Value), element)
	}
	target.Set(result)
}

func (d *decoder) decodeScalar(node *yaml.Node, target reflect.Value, field string) {
	switch target.Kind() {
	case reflect.Interface:
		var value any
		if err := node.Decode(&value); err != nil {
			d.fail(node, field, "%v", err)
			return
		}
		target.Set(reflect.ValueOf(value))
	case reflect.String:
		// an unquoted number or bool where a string belongs is what people write: 1.20 stays "1.20"
		if node.Kind != yaml.ScalarNode {
			d.wrongKind(node, field, "a string")
			return
		}
		target.SetString(node.Value)
	case reflect.Bool:
		var value bool
		if node.Tag != "!!bool" || node.Decode(&value) != nil {
			d.wrongKind(node, field, "true or false")
			return
		}
		target.SetBool(value)
	case reflect.Int, reflect.Int32:
		var value int64
		if node.Tag != "!!int" || node.Decode(&value) != nil || target.OverflowInt(value) || value > math.MaxInt32 {
			d.wrongKind(node, field, "a whole number")
			return
		}
		target.SetInt(value)
	default:
		panic("config: no decoding for " + target.Type().String())
	}
}

func (d *decoder) wrongKind(node *yaml.Node, field, want string) {
	got := map[yaml.Kind]string{yaml.MappingNode: "a mapping", yaml.SequenceNode: "a list"}[node.Kind]
	if got == "" {
		got = strconv.Quote(node.Value)
	}
	d.fail(node, field, "must be %s, is %s", want, got)
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

func parent(field string) string {
	return field[:max(strings.LastIndexAny(field, ".["), 0)]
}
