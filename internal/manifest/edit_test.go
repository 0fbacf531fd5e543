package manifest

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// Setting an annotation changes nothing else, whatever the document looks like: the oracle is the
// document as plain values, with the annotation put in.
func TestSetIsFaithful(t *testing.T) {
	t.Parallel()
	for name, text := range tricky {
		for _, path := range [][]string{{"metadata", "annotations", "helm.sh/resource-policy"}, {"metadata", "annotations", "a"}, {"metadata", "labels", "a"}, {"spec", "retention", "whenDeleted"}} {
			t.Run(name+"/"+path[2], func(t *testing.T) {
				t.Parallel()
				checkSet(t, text, "keep", path...)
			})
		}
		for _, value := range awkward {
			t.Run(fmt.Sprintf("%s/%q", name, value), func(t *testing.T) {
				t.Parallel()
				checkSet(t, text, value, "metadata", "annotations", "helm.sh/resource-policy")
			})
		}
	}
}

var awkward = []string{"", "yes", "1", "null", "a: b", "# x", "a\nb", "a\nb\n", "\n", " x ", "\ta", "a\r\nb", "ü😀", "\u0085", "\u2028", "it's \"so\"", "-", "{}", "*x", "12:30", "~", "x\n\n\n", "  x\ny\n"}

func TestSetTakesOnlyText(t *testing.T) {
	t.Parallel()
	o := parseOne(t, "kind: A\n")
	o.Set("a\xffb", "spec")
	if got := string(o.Document().Bytes()); got != "kind: A\nspec: a\uFFFDb\n" {
		t.Errorf("got %q", got)
	}
}

func checkSet(t *testing.T, text, value string, path ...string) {
	t.Helper()
	stream, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for i, object := range stream.Objects() {
		checkComments(t, text, setOne(t, text, i, value, path...), object.String(path...))
	}
}

// setOne sets a value in one object and checks all values of what is written then.
func setOne(t *testing.T, text string, index int, value string, path ...string) string {
	t.Helper()
	stream, _ := Parse([]byte(text))
	want := valuesOf(t, stream)
	putIn(want[index], value, path...)
	changed := stream.Objects()[index].Set(value, path...)
	out := stream.Bytes()
	if !changed && string(out) != text {
		t.Errorf("changed without saying so:\n%s", out)
	}
	checkValues(t, out, want)
	return string(out)
}

// putIn sets a value below mappings, and leaves alone what has something else on the way.
func putIn(target map[string]any, value string, path ...string) {
	old, exists := target[path[0]]
	text, isText := old.(string)
	if !exists || old == nil || text == "!!null" {
		old, isText = map[string]any{}, true
	}
	if len(path) == 1 {
		if isText {
			target[path[0]] = value
		}
	} else if next, isMap := old.(map[string]any); isMap {
		putIn(next, value, path[1:]...)
		target[path[0]] = next
	}
}

func checkValues(t *testing.T, text []byte, want []map[string]any) {
	t.Helper()
	again, err := Parse(text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if diff := cmp.Diff(want, valuesOf(t, again)); diff != "" {
		t.Errorf("-want +got:\n%s\n%s", diff, text)
	}
}

func valuesOf(t *testing.T, stream *Stream) []map[string]any {
	t.Helper()
	var values []map[string]any
	for _, object := range stream.Objects() {
		values = append(values, plainMap(object.Root()))
	}
	return values
}

func plainMap(mapping *yaml.Node) map[string]any {
	values, _ := plainValue(mapping).(map[string]any)
	return values
}

// plainValue turns a node into values that share nothing: aliases and merge keys followed, the last
// of duplicate keys taken.
func plainValue(node *yaml.Node) any {
	node = resolve(node)
	switch node.Kind {
	case yaml.MappingNode:
		result := map[string]any{}
		for _, source := range slices.Backward(merged(node)) {
			maps.Copy(result, plainMap(source))
		}
		for i := 0; i < len(node.Content); i += 2 {
			key := resolve(node.Content[i])
			switch {
			case key.Tag == "!!merge":
			case key.Kind == yaml.ScalarNode && key.ShortTag() != "!!null":
				result[key.Value] = plainValue(node.Content[i+1]) // JSON has no other keys than strings
			default:
				result[fmt.Sprint(plainValue(key))] = plainValue(node.Content[i+1])
			}
		}
		return result
	case yaml.SequenceNode:
		var result []any
		for _, item := range node.Content {
			result = append(result, plainValue(item))
		}
		return result
	}
	switch tag := node.ShortTag(); tag {
	case "!!str":
		return node.Value
	case "!!null":
		return tag
	default:
		return tag + " " + node.Value
	}
}

var comment = regexp.MustCompile(`(?m)(?:^|\s)(# \w[\w ,/.:]*?)\s*$`)

// checkComments looks for whatever looks like a comment, unless the scalar that went had it.
func checkComments(t *testing.T, before, after, gone string) {
	t.Helper()
	for _, match := range comment.FindAllStringSubmatch(before, -1) {
		if strings.Count(after, match[1]) < strings.Count(before, match[1]) && !strings.Contains(gone, match[1]) {
			t.Errorf("comment %q is lost in\n%s", match[1], after)
		}
	}
}

// Replacing any one scalar changes that scalar and nothing else.
func TestReplaceIsFaithful(t *testing.T) {
	t.Parallel()
	for name, text := range tricky {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream, err := Parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			for i := range scalarsOf(stream) {
				for _, value := range append(awkward, "9001", "http://store:9000/x") {
					checkReplace(t, text, i, value)
				}
			}
		})
	}
}

func checkReplace(t *testing.T, text string, index int, value string) {
	t.Helper()
	out, gone := replaceOne(t, text, index, value)
	checkComments(t, text, out, gone)
}

// replaceOne replaces one scalar, checks all values of what is written then, and returns it with
// the value that went.
func replaceOne(t *testing.T, text string, index int, value string) (out, gone string) {
	t.Helper()
	stream, _ := Parse([]byte(text))
	found := scalarsOf(stream)[index]
	gone = found.node.Value
	found.object.Replace(found.node, value)
	want := valuesOf(t, stream) // the tree as changed: that it is written as such is the question
	written := stream.Bytes()
	checkValues(t, written, want)
	return string(written), gone
}

type foundScalar struct {
	object *Object
	node   *yaml.Node
}

// scalarsOf returns the scalar values of a stream, keys left out.
func scalarsOf(stream *Stream) []foundScalar {
	var found []foundScalar
	for _, object := range stream.Objects() {
		var visit func(*yaml.Node)
		visit = func(node *yaml.Node) {
			for i, child := range node.Content {
				if node.Kind == yaml.MappingNode && i%2 == 0 {
					continue
				}
				if child.Kind == yaml.ScalarNode {
					found = append(found, foundScalar{object, child})
				}
				visit(child)
			}
		}
		visit(object.Root())
	}
	return found
}
