package manifest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseNamesDocumentAndLine(t *testing.T) {
	t.Parallel()
	const good = "---\n# Source: chart/templates/good.yaml\nkind: A\nmetadata:\n  name: good\n"
	for name, test := range map[string]struct {
		text string
		want SyntaxError
	}{
		"bad indentation": {
			good + "---\n# Source: chart/templates/bad.yaml\nkind: Deployment\nmetadata:\n  labels: {a: b}\n  name: web\nspec:\n  a: b\n   c: d\n",
			SyntaxError{"Deployment/web (chart/templates/bad.yaml)", 14, "mapping values are not allowed in this context"},
		},
		"dedented key": {
			good + "---\nkind: A\nmetadata:\n  name: x\nspec:\n    a: b\n    c: d\n  e: f\ng: h\n",
			SyntaxError{"A/x", 13, "did not find expected key"},
		},
		"item between keys": {
			"kind: A\nmetadata:\n  name: x\n- b\nc: d\n",
			SyntaxError{"A/x", 4, "did not find expected key"},
		},
		"stray text": {
			"kind: A\nmetadata:\n  name: x\nstray\nc: d\n",
			SyntaxError{"A/x", 4, "could not find expected ':'"},
		},
		"open quote": {
			"kind: A\nmetadata:\n  name: \"x\nspec: a\n",
			SyntaxError{"A/x", 3, "found unexpected end of stream"},
		},
		"open brace": {
			"kind: A\nmetadata: {name: x\nspec: [\n",
			SyntaxError{"A", 2, "did not find expected ',' or '}'"},
		},
		"tab":            {"kind: A\nspec:\n\ta: b\n", SyntaxError{"A", 3, "found character that cannot start any token"}},
		"unknown anchor": {"kind: A\nspec:\n  a: b\n  c: *d\n  e: f\n", SyntaxError{"A", 4, "unknown anchor 'd' referenced"}},
		"control character": {
			"kind: A\nspec:\n  a: \"\x00\"\n",
			SyntaxError{"A", 3, "control characters are not allowed"},
		},
		"not UTF-8":       {"kind: A\nspec:\n  a: \"\xff\"\n", SyntaxError{"A", 3, "invalid leading UTF-8 octet"}},
		"scalar":          {good + "---\n\nhello\n", SyntaxError{"document 2", 8, "is not a mapping, so it is no manifest"}},
		"list":            {good + "--- # Source\n- a\n", SyntaxError{"document 2", 7, "is not a mapping, so it is no manifest"}},
		"no name":         {"kind: \"Secret\"\nmetadata:\n  labels:\n    a: b\n  : x\n a\n", SyntaxError{"Secret", 5, "did not find expected key"}},
		"odd separator":   {"kind: A\r---\rkind: B\r", SyntaxError{"A", 1, errSecondDocument.Error()}},
		"first of two":    {"kind: A\nb: [\n---\nkind: B\nb: [\n", SyntaxError{"A", 2, "did not find expected node content"}},
		"windows":         {"---\r\nkind: A\r\nmetadata:\r\n  name: x\r\n   y: z\r\n", SyntaxError{"A/x", 5, "mapping values are not allowed in this context"}},
		"unittest marker": {"#### file: a/b.yaml\nkind: A\n b: c\n", SyntaxError{"A (a/b.yaml)", 3, "mapping values are not allowed in this context"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse([]byte(test.text))
			var got *SyntaxError
			if !errors.As(err, &got) {
				t.Fatalf("error %v, want a SyntaxError", err)
			}
			if diff := cmp.Diff(test.want, *got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Many documents are parsed at once; the error is still that of the first broken one.
func TestParseReportsTheFirstBrokenDocument(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("---\nkind: A\n", 500) + "---\nkind: First\nb: [\n" + strings.Repeat("---\nkind: Later\nb: [\n", 500)
	for range 20 {
		if _, err := Parse([]byte(text)); err == nil || !strings.HasPrefix(err.Error(), "First: line 1003: ") {
			t.Fatalf("error %v", err)
		}
	}
}

func TestParseFindsObjects(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"blank":          {"\n\n", nil},
		"comments":       {"---\n# Source: a.yaml\n# HIDDEN: The Secret output has been suppressed\n", nil},
		"null":           {"---\n---\n--- ~\n", nil},
		"one":            {tricky["plain"], []string{"v1 ConfigMap/plain"}},
		"list":           {tricky["list"], []string{"v1 ConfigMap/a", "v1 ConfigMap/b", " C/c"}},
		"typed list":     {"apiVersion: apps/v1\nkind: DeploymentList\nitems: [{kind: Deployment, metadata: {name: a}}]\n", []string{" Deployment/a"}},
		"custom list":    {"apiVersion: example.com/v1\nkind: AllowList\nitems: [{kind: A}]\n", []string{"example.com/v1 AllowList/"}},
		"empty list":     {"apiVersion: v1\nkind: List\nitems: []\n", nil},
		"list of nulls":  {"apiVersion: v1\nkind: List\nitems: [~, a, {kind: A}]\n", []string{" A/"}},
		"twins":          {"kind: A\nmetadata: {name: x}\n---\nkind: A\nmetadata: {name: x}\n", []string{" A/x", " A/x"}},
		"merged":         {"kind: A\nx: &m {metadata: {name: a}}\n<<: *m\n", []string{" A/a"}},
		"duplicate keys": {tricky["duplicate keys"], []string{" A/z"}},
		"numbers":        {"kind: A\nmetadata: {name: 1}\n", []string{" A/1"}},
		"marks":          {"\uFEFFkind: A\n---\nkind: B\n...\nkind: C\n--- {kind: D}\n--- # x\nkind: E\n", []string{" A/", " B/", " C/", " D/", " E/"}},
		"not separators": {"kind: A\na: |\n  ---\n  b\nc: \"---\"\n#---\n---d: e\n", []string{" A/"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream, err := Parse([]byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, o := range stream.Objects() {
				got = append(got, fmt.Sprintf("%s %s/%s", o.APIVersion, o.Kind, o.Name))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if out := string(stream.Bytes()); out != test.text {
				t.Errorf("got %q, want %q", out, test.text)
			}
		})
	}
}
