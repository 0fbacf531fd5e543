package manifest

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// An edit shows as the lines that a person would have changed, and no others.
func TestEditsTouchOnlyTheirLines(t *testing.T) {
	t.Parallel()
	policy := []string{"metadata", "annotations", "helm.sh/resource-policy"}
	for name, test := range map[string]struct {
		document string
		path     []string
		want     string // lines that went with -, lines that came with +
	}{
		"new annotation":      {"annotated", policy, "+    helm.sh/resource-policy: keep"},
		"first annotation":    {"plain", policy, "+  annotations:\n+    helm.sh/resource-policy: keep"},
		"four spaces":         {"four spaces", []string{"spec", "retention", "whenDeleted"}, "+    retention:\n+        whenDeleted: keep"},
		"null":                {"null annotations with comment", policy, "+    helm.sh/resource-policy: keep"},
		"tilde":               {"tilde annotations", policy, "-  annotations: ~ # none\n+  annotations: # none\n+    helm.sh/resource-policy: keep"},
		"braces":              {"empty annotations", policy, "-  annotations: {} # none\n+  annotations: # none\n+    helm.sh/resource-policy: keep"},
		"among comments":      {"comments everywhere", policy, "+    helm.sh/resource-policy: keep"},
		"behind a text":       {"literals", policy, "+    helm.sh/resource-policy: keep"},
		"indented root":       {"indented root", policy, "+    annotations:\n+      helm.sh/resource-policy: keep"},
		"windows":             {"windows", policy, "+    helm.sh/resource-policy: keep\r"},
		"no line end":         {"windows, no line end", policy, "-  name: x\n+  name: x\r\n+  annotations:\r\n+    helm.sh/resource-policy: keep"},
		"flow":                {"flow after the separator", []string{"metadata", "name"}, "---- {kind: A, metadata: {name: x}}\n+--- {kind: A, metadata: {name: keep}}"},
		"json":                {"json", policy, "-    \"name\": \"x\"\n+    \"name\": \"x\",\n+    \"annotations\": {\"helm.sh/resource-policy\": \"keep\"}"},
		"json on a line":      {"json within", policy, "-metadata: {\"name\":\"x\",\"annotations\":{}}\n+metadata: {\"name\":\"x\",\"annotations\":{\"helm.sh/resource-policy\": \"keep\"}}"},
		"list":                {"list", policy, "+      helm.sh/resource-policy: keep\n+    annotations:"},
		"shared annotations":  {"anchored annotations", policy, "-  annotations: &a # shared\n-  labels: *a\n+  annotations: # shared\n+    helm.sh/resource-policy: keep\n+  labels: &a\n+    x: \"y\""},
		"shared value":        {"anchored annotation", policy, "-    helm.sh/resource-policy: &p delete\n-  a: *p\n+    helm.sh/resource-policy: keep\n+  a: &p delete"},
		"shared null":         {"anchored null", policy, "-  annotations: &n\n-  labels: *n\n+  annotations:\n+    helm.sh/resource-policy: keep\n+  labels: &n"},
		"merged annotations":  {"merge keys", policy, "+  annotations:\n+    from: merge\n+    helm.sh/resource-policy: keep"},
		"complex keys":        {"complex keys", policy, "+    helm.sh/resource-policy: keep"},
		"double quotes":       {"anchored annotations", []string{"spec", "labels", "z"}, "-    z: \"1\"\n+    z: \"keep\""},
		"literal":             {"literals", []string{"metadata", "annotations", "strip"}, "-      a\n+      keep"},
		"a list on the way":   {"nested lists", []string{"spec", "a"}, ""},
		"a list at the end":   {"nested lists", []string{"spec"}, ""},
		"text on the way":     {"no metadata", []string{"spec", "a"}, ""},
		"as it is":            {"plain", []string{"metadata", "name"}, "-  name: plain\n+  name: keep"},
		"behind a comment":    {"labels after", policy, "+    helm.sh/resource-policy: keep"},
		"blank lines":         {"blank lines", policy, "+    helm.sh/resource-policy: keep"},
		"end marker":          {"end marker", policy, "+  annotations:\n+    helm.sh/resource-policy: keep"},
		"tags":                {"anchors and tags", policy, "-metadata: &m !!map\n-  annotations: !!map &n\n+metadata: !!map\n+  annotations: !!map\n+    helm.sh/resource-policy: keep"},
		"byte order mark":     {"byte order mark", policy, "+  annotations:\n+    helm.sh/resource-policy: keep"},
		"duplicate keys":      {"duplicate keys", []string{"metadata", "name"}, "-  name: z\n+  name: keep"},
		"helm-unittest":       {"helm-unittest", policy, "+  annotations:\n+    helm.sh/resource-policy: keep"},
		"custom resource def": {"crd", policy, "+  annotations:\n+    helm.sh/resource-policy: keep"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream, err := Parse([]byte(tricky[test.document]))
			if err != nil {
				t.Fatal(err)
			}
			stream.Objects()[0].Set("keep", test.path...)
			if diff := cmp.Diff(test.want, changedLines(tricky[test.document], string(stream.Bytes()))); diff != "" {
				t.Errorf("-want +got:\n%s\n%s", diff, stream.Bytes())
			}
		})
	}
}

// changedLines lists the lines that are in one text only.
func changedLines(before, after string) string {
	var changes []string
	for _, side := range []struct{ sign, text, other string }{{"-", before, after}, {"+", after, before}} {
		left := map[string]int{}
		for line := range strings.SplitSeq(side.other, "\n") {
			left[line]++
		}
		for line := range strings.SplitSeq(side.text, "\n") {
			if left[line]--; left[line] < 0 {
				changes = append(changes, side.sign+line)
			}
		}
	}
	return strings.Join(changes, "\n")
}

// A replaced value keeps its quotes, its lines and its comment.
func TestReplaceKeepsTheStyle(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ before, value, after string }{
		"plain":             {"a: http://minio:9000 # c\n", "http://store:9000", "a: http://store:9000 # c\n"},
		"plain, to quote":   {"a: x # c\n", "yes", "a: \"yes\" # c\n"},
		"plain, as number":  {"a: x\n", "9000", "a: \"9000\"\n"},
		"number":            {"a: 9000\n", "9001", "a: 9001\n"},
		"number, to words":  {"a: 9000\n", "none", "a: none\n"},
		"null":              {"a:  # c\nb: c\n", "x", "a: x  # c\nb: c\n"},
		"single":            {"a: 'it''s'\n", "isn't", "a: 'isn''t'\n"},
		"double":            {"a: \"x\\ty 😀\"\n", "z \"😀\"", "a: \"z \\\"😀\\\"\"\n"},
		"emoji":             {"a: x 😀\n", "y 😀", "a: y 😀\n"},
		"literal":           {"a: |\n  # no comment\n  url=http://minio:9000/x\n\n  last\nb: c\n", "# no comment\nurl=http://store:9000/x\n\nlast\n", "a: |\n  # no comment\n  url=http://store:9000/x\n\n  last\nb: c\n"},
		"literal, one more": {"a: |+ # c\n    x\n    y\n\nb: c\n", "x\nnew\ny\n\n", "a: |+ # c\n    x\n    new\n    y\n\nb: c\n"},
		"literal, windows":  {"a: |-\r\n  x\r\n  y\r\nb: c\r\n", "x\nz\nw", "a: |-\r\n  x\r\n  z\r\n  w\r\nb: c\r\n"},
		"folded":            {"a: >-\n  mc alias set\n  a http://minio:9000\n  b c\n", "mc alias set a http://store:9000 b c", "a: >-\n  mc alias set\n  a http://store:9000\n  b c\n"},
		"plain over lines":  {"a: one http://minio:9000\n   two\nb: c\n", "one http://store:9000 two", "a: one http://store:9000\n   two\nb: c\n"},
		"json":              {"{\"a\":\"http://minio:9000\",\"b\":1}", "http://store:9000", "{\"a\":\"http://store:9000\",\"b\":1}"},
		"flow":              {"{a: x, b: c}\n", "y, z", "{a: \"y, z\", b: c}\n"},
		"in a list":         {"a: [x, \"y\"]\n", "z", "a: [z, \"y\"]\n"},
		"anchored":          {"a: &v x\nb: *v\n", "z", "a: &v z\nb: *v\n"},
		"not UTF-8":         {"a: x\n", "\xff", "a: \uFFFD\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream, err := Parse([]byte("k: A\n" + test.before))
			if strings.HasPrefix(test.before, "{") {
				stream, err = Parse([]byte(test.before))
			}
			if err != nil {
				t.Fatal(err)
			}
			object := stream.Objects()[0]
			node := object.Node("a")
			if items := Items(node); items != nil {
				node = items[0]
			}
			if !object.Replace(node, test.value) {
				t.Error("nothing changed")
			}
			if diff := cmp.Diff(test.after, strings.TrimPrefix(string(stream.Bytes()), "k: A\n")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if object.Replace(node, Scalar(node)) {
				t.Error("the same value changed something")
			}
		})
	}
}

// Whoever changes nodes by hand gets the smallest part written anew that holds the change.
func TestMarkChangedWritesWhatTheNodesSay(t *testing.T) {
	t.Parallel()
	const text = "kind: A # first\nspec:\n  # the list\n  list:\n    - a # a\n    - b # b\n    - c # c\n  'other': \"x\"\nlast: |\n  x\n"
	for name, test := range map[string]struct {
		change func(root *yaml.Node)
		want   string
	}{
		"item gone": {
			func(root *yaml.Node) {
				list := Lookup(root, "spec", "list")
				list.Content = append(list.Content[:1:1], list.Content[2])
			},
			"-    - b # b",
		},
		"item added": {
			func(root *yaml.Node) {
				list := Lookup(root, "spec", "list")
				list.Content = append(list.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "no"})
			},
			"+    - \"no\"",
		},
		"items turned": {
			func(root *yaml.Node) {
				list := Lookup(root, "spec", "list")
				list.Content[0], list.Content[2] = list.Content[2], list.Content[0]
			},
			"-    - a # a\n-    - c # c\n+    - c # a\n+    - a # c",
		},
		"key gone": {
			func(root *yaml.Node) {
				spec := Lookup(root, "spec")
				spec.Content = spec.Content[:2]
			},
			"-  'other': \"x\"",
		},
		"key in front": {
			func(root *yaml.Node) {
				spec := Lookup(root, "spec")
				spec.Content = append([]*yaml.Node{{Kind: yaml.ScalarNode, Tag: "!!str", Value: "new"}, {Kind: yaml.ScalarNode, Tag: "!!int", Value: "1"}}, spec.Content...)
			},
			"+  new: 1",
		},
		"root key gone": {func(root *yaml.Node) { root.Content = root.Content[:4] }, "-last: |\n-  x"},
		"nothing":       {func(*yaml.Node) {}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream, err := Parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			object := stream.Objects()[0]
			test.change(object.Root())
			object.MarkChanged()
			want := valuesOf(t, stream)
			out := stream.Bytes()
			checkValues(t, out, want)
			if diff := cmp.Diff(test.want, changedLines(text, string(out))); diff != "" {
				t.Errorf("-want +got:\n%s\n%s", diff, out)
			}
		})
	}
}

// Where nothing can be spliced, a document is written from its nodes. The encoder has its faults:
// what it gets wrong is written in another way, in the end without comments.
func TestRewriteIsFaithful(t *testing.T) {
	t.Parallel()
	texts := slices.Collect(maps.Values(tricky))
	for seed := range uint64(1000) {
		texts = append(texts, generate(seed))
	}
	for _, text := range texts {
		stream, err := Parse([]byte(text))
		if err != nil {
			continue
		}
		for _, document := range stream.Documents {
			if document.node == nil {
				continue
			}
			rewritten := rewrite(document.raw, document.node, expanded(document.node))
			again, err := Parse(rewritten)
			if err != nil {
				t.Fatalf("%v in\n%s\nfrom\n%s", err, rewritten, text)
			}
			want := plainValue(document.node.Content[0])
			if diff := cmp.Diff(want, plainValue(again.Documents[len(again.Documents)-1].node.Content[0])); diff != "" {
				t.Fatalf("-want +got:\n%s\n%s\nfrom\n%s", diff, rewritten, text)
			}
		}
	}
}

// A string that YAML 1.1 takes for something else is quoted even there.
func TestRewriteQuotesStrings(t *testing.T) {
	t.Parallel()
	o := parseOne(t, "kind: A\nread: yes\nset: x\nreplaced: x\n")
	o.Set("no", "set")
	o.Replace(o.Node("replaced"), "12:30")
	want := "kind: A\nread: yes\nset: \"no\"\nreplaced: \"12:30\"\n"
	if diff := cmp.Diff(want, string(rewrite(o.Document().Original(), o.Document().node))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
