package manifest

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/yaml"
)

// What Helm 4 finds in a stream, through kyaml, is what we find.
func TestKyamlFindsTheSameObjects(t *testing.T) {
	t.Parallel()
	compared := 0
	for name, text := range tricky {
		text = strings.TrimPrefix(text, "\uFEFF")
		nodes, err := kio.FromBytes([]byte(text))
		if err != nil || name == "duplicate keys" { // kyaml takes the first, Kubernetes the last
			continue
		}
		var want []string
		for _, node := range nodes {
			if node.GetKind() == "ConfigMap" || node.GetKind() != "" {
				want = append(want, strings.Join([]string{node.GetApiVersion(), node.GetKind(), node.GetNamespace(), node.GetName()}, " "))
			}
		}
		stream, err := Parse([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for _, o := range stream.Objects() {
			got = append(got, strings.Join([]string{o.APIVersion, o.Kind, o.Namespace, o.Name}, " "))
		}
		if name == "list with aliases" {
			want = slices.Delete(want, 2, 3) // an item that stands for another is that other object
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -kyaml +got:\n%s", name, diff)
		}
		compared++
	}
	if compared < 50 {
		t.Errorf("only %d documents compared", compared)
	}
}

// What Helm and kubectl read from an edited document, as YAML 1.1, is the document with the edit.
func TestHelmReadsTheEdit(t *testing.T) {
	t.Parallel()
	compared := 0
	for name, text := range tricky {
		for _, value := range append(awkward, "on", "No", "0o17", "1e3", "1_000", "=", "<<", "2001-01-01", "0x1F", ".inf", "keep") {
			before, ok := readWithHelm(text)
			if !ok {
				continue
			}
			stream, err := Parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			object := stream.Objects()[0]
			if object.Document().node.Content[0].Anchor != "" || object.Root().Anchor != "" {
				continue // an object that stands twice is changed twice
			}
			target := before
			if object.Document().node.Content[0] != object.Root() {
				items, _ := before["items"].([]any)
				target, _ = items[0].(map[string]any)
			}
			putIn(target, value, "metadata", "annotations", "example.com/x")
			object.SetAnnotation("example.com/x", value)
			after, ok := readWithHelm(string(stream.Bytes()))
			if diff := cmp.Diff(before, after); !ok || diff != "" {
				t.Errorf("%s, %q: -want +got:\n%s\n%s", name, value, diff, stream.Bytes())
			}
			compared++
		}
	}
	if compared < 1000 {
		t.Errorf("only %d edits compared", compared)
	}
}

func readWithHelm(text string) (map[string]any, bool) {
	var value map[string]any
	err := yaml.Unmarshal([]byte(text), &value)
	return value, err == nil && value != nil
}
