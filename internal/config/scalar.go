package config

import (
	"math"
	"reflect"
	"strconv"

	"go.yaml.in/yaml/v3"
)

func (d *decoder) decodeScalar(node *yaml.Node, target reflect.Value, field string) {
	switch target.Kind() {
	case reflect.Interface:
		if value := d.free(node, field); value != nil {
			target.Set(reflect.ValueOf(value))
		}
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
		if node.Tag != "!!int" || node.Decode(&value) != nil || value < math.MinInt32 || value > math.MaxInt32 {
			d.wrongKind(node, field, "a whole number")
			return
		}
		target.SetInt(value)
	default:
		panic("config: no decoding for " + target.Type().String())
	}
}

// free returns a value of free form as JSON knows it: nil, bool, int64, float64, string, []any or
// map[string]any.
func (d *decoder) free(node *yaml.Node, field string) any {
	node = follow(node)
	switch node.Kind {
	case yaml.MappingNode:
		values := map[string]any{}
		for _, entry := range d.entries(node, field) {
			values[entry.name] = d.free(entry.value, join(field, entry.name))
		}
		return values
	case yaml.SequenceNode:
		values := make([]any, len(node.Content))
		for i, item := range node.Content {
			values[i] = d.free(item, element(field, i))
		}
		return values
	}
	switch node.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return literal[bool](d, node, field)
	case "!!int":
		return literal[int64](d, node, field)
	case "!!float":
		value := literal[float64](d, node, field)
		if math.IsNaN(value) || math.IsInf(value, 0) {
			d.wrongKind(node, field, "a number that JSON knows")
		}
		return value
	default:
		return node.Value
	}
}

// literal decodes a scalar that its tag says is a T.
func literal[T bool | int64 | float64](d *decoder, node *yaml.Node, field string) (value T) {
	if err := node.Decode(&value); err != nil {
		d.fail(node, field, "%s is too large or malformed", describe(node))
	}
	return value
}

func (d *decoder) wrongKind(node *yaml.Node, field, want string) {
	d.fail(node, field, "must be %s, is %s", want, describe(node))
}

func describe(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	default:
		return quote(node.Value)
	}
}

// quote quotes the beginning of a value: an error has room for no more.
func quote(text string) string {
	const limit = 60
	if runes := []rune(text); len(runes) > limit {
		text = string(runes[:limit]) + "…"
	}
	return strconv.Quote(text)
}
