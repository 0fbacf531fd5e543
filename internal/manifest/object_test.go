package manifest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func parseOne(t *testing.T, text string) *Object {
	t.Helper()
	stream, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return stream.Objects()[0]
}

func TestObjectReads(t *testing.T) {
	t.Parallel()
	o := parseOne(t, `apiVersion: apps/v1
kind: Deployment
common: &common
  labels: {team: store, tier: back}
  name: shared
metadata:
  <<: *common
  name: web
  namespace: shop
  labels: &labels
    app: web
    number: 1
    list: []
    empty:
  annotations: {<<: *labels, app: mine, helm.sh/hook: pre-install}
spec:
  args: &args [a, *labels, 3]
  again: *args
  off: ~
`)
	got := map[string]any{
		"identity": []string{o.APIVersion, o.Kind, o.Namespace, o.Name, o.Group(), o.Title()},
		"is":       []bool{o.Is("apps", "StatefulSet", "Deployment"), o.Is("", "Deployment"), o.Is("apps", "Job"), o.Hook()},
		"labels":   o.Labels(), "annotations": o.Annotations(), "merged": o.String("metadata", "annotations", "number"),
		"items":   []int{len(Items(o.Node("spec", "again"))), len(Items(o.Node("spec"))), len(Items(nil))},
		"missing": []string{o.String("no", "such"), o.String("spec"), o.String("spec", "off"), o.String("kind", "below")},
	}
	want := map[string]any{
		"identity": []string{"apps/v1", "Deployment", "shop", "web", "apps", "Deployment/web"},
		"is":       []bool{true, false, false, true},
		"labels":   map[string]string{"app": "web", "number": "1", "empty": ""},
		"annotations": map[string]string{
			"app": "mine", "number": "1", "empty": "", "helm.sh/hook": "pre-install",
		},
		"merged":  "1",
		"items":   []int{3, 0, 0},
		"missing": []string{"", "", "", ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestSameAs(t *testing.T) {
	t.Parallel()
	a := parseOne(t, "{apiVersion: apps/v1, kind: A, metadata: {name: x}}")
	for text, want := range map[string]bool{
		"{apiVersion: apps/v1beta1, kind: A, metadata: {name: x}}":           true,
		"{apiVersion: v1, kind: A, metadata: {name: x}}":                     false,
		"{apiVersion: apps/v1, kind: B, metadata: {name: x}}":                false,
		"{apiVersion: apps/v1, kind: A, metadata: {name: y}}":                false,
		"{apiVersion: apps/v1, kind: A, metadata: {name: x, namespace: ns}}": false,
	} {
		if got := a.SameAs(parseOne(t, text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestSetTellsWhetherItChanged(t *testing.T) {
	t.Parallel()
	o := parseOne(t, "kind: A\nmetadata: {name: x, labels: {a: '1', b: 1}}\n")
	for _, step := range []struct {
		value string
		path  []string
		want  bool
	}{
		{"1", []string{"metadata", "labels", "a"}, false},
		{"1", []string{"metadata", "labels", "b"}, true}, // a number becomes a string
		{"1", []string{"metadata", "labels", "b"}, false},
		{"y", []string{"metadata", "name"}, true},
		{"z", []string{"metadata", "name", "below"}, false},
		{"z", []string{"metadata"}, false},
	} {
		if got := o.Set(step.value, step.path...); got != step.want {
			t.Errorf("%v = %q: %v", step.path, step.value, got)
		}
	}
	if o.Title() != "A/y" || !o.Document().Changed() || o.Document().Added() {
		t.Errorf("%+v", o)
	}
	if got := string(o.Document().Original()); got != "kind: A\nmetadata: {name: x, labels: {a: '1', b: 1}}\n" {
		t.Errorf("the original is %s", got)
	}
}

func TestTitle(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"kind: A\nmetadata: {name: x}\n":                                                                      "A/x",
		"# Source: c/templates/a.yaml\nkind: A\nmetadata: {name: x}\n":                                        "A/x (c/templates/a.yaml)",
		"#### file: c/templates/a.yaml\r\nkind: A\r\n":                                                        "A (c/templates/a.yaml)",
		"kind: A\nmetadata: {annotations: {postrenderer.helm.sh/postrender-filename: c/templates/h4.yaml}}\n": "A (c/templates/h4.yaml)",
		"kind: A\nmetadata: {annotations: {config.kubernetes.io/path: dir/a.yaml}}\n":                         "A (dir/a.yaml)",
		"---\n# Source: c/templates/secret.yaml\n# HIDDEN: The Secret output has been suppressed\n":           "c/templates/secret.yaml",
		"# nothing\n":  "document 1",
		"{}\n":         "document 1",
		tricky["list"]: "List",
	} {
		stream, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := stream.Documents[0].Title(); got != want {
			t.Errorf("got %q, want %q for\n%s", got, want, text)
		}
	}
}
