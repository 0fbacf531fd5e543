package chartdocs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/chartdocs"
)

const marks = "<!-- values: generated from values.yaml -->\n<!-- end of values -->\n"

// charts writes files below a folder of their own and returns it. Every chart gets a README.
func charts(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range files {
		write(name, text)
		if filepath.Base(name) == "Chart.yaml" {
			write(filepath.Join(filepath.Dir(name), "README.md"), marks)
		}
	}
	return root
}

// generate writes what is generated for the chart and returns the content of one file.
func generate(t *testing.T, dir, name string) string {
	t.Helper()
	output, err := chartdocs.Generate(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := output.Write(); err != nil {
		t.Fatal(err)
	}
	if stale, err := output.Stale(); err != nil || len(stale) > 0 {
		t.Errorf("after writing, these are not current: %v, %v", stale, err)
	}
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSchema(t *testing.T) {
	t.Parallel()
	dir := charts(t, map[string]string{
		"Chart.yaml": "name: own\n",
		"values.yaml": `
## How it runs.
## @enum fast slow
mode: fast
## Pods by size.
## @open
sizes:
  ## Any of them.
  ## @pattern <size> ^[smlx]+$
  small:
    ## Their number.
    count: 1
# copies:
#   ## Where to.
#   ## @required
# - to: https://example.com
#   ## How much.
#   ratio: 0.5
`,
	})
	want := `{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "Values of the chart own",
  "type": "object",
  "properties": {
    "copies": {
      "type": "array",
      "items": {
        "type": "object",
        "properties": {
          "ratio": {
            "description": "How much.",
            "type": "number",
            "default": 0.5
          },
          "to": {
            "description": "Where to.",
            "type": "string"
          }
        },
        "additionalProperties": false,
        "required": [
          "to"
        ]
      }
    },
    "global": {
      "description": "Values that Helm passes to all charts.",
      "type": "object"
    },
    "mode": {
      "description": "How it runs.",
      "type": "string",
      "enum": [
        "fast",
        "slow"
      ],
      "default": "fast"
    },
    "sizes": {
      "description": "Pods by size.",
      "type": "object",
      "patternProperties": {
        "^[smlx]+$": {
          "description": "Any of them.",
          "type": "object",
          "properties": {
            "count": {
              "description": "Their number.",
              "type": "integer",
              "default": 1
            }
          },
          "additionalProperties": false
        }
      }
    }
  },
  "additionalProperties": false
}
`
	if diff := cmp.Diff(want, generate(t, dir, "values.schema.json")); diff != "" {
		t.Errorf("schema (-want +got):\n%s", diff)
	}
}

func TestReadme(t *testing.T) {
	t.Parallel()
	dir := charts(t, map[string]string{
		"Chart.yaml": "name: own\n",
		"values.yaml": `
## Text with a | in it,
## on two lines.
## @default what was | there
plain: ""
tree:
  ## A list.
  list: [a, b]
  pairs:
    ## One side.
    ## @required
  - left: l
  ## What it takes.
  ## @enum one two
  kind: one
`,
	})
	want := `<!-- values: generated from values.yaml -->

### ` + "`plain`" + `

Text with a | in it, on two lines.

Default: what was \| there

### ` + "`tree`" + `

| value | default | description |
|---|---|---|
| ` + "`tree.list` | `[a, b]`" + ` | A list. |
| ` + "`tree.pairs[].left` | required, for example `l`" + ` | One side. |
| ` + "`tree.kind` | `one` | What it takes. One of `one`, `two`" + `. |

<!-- end of values -->
`
	if diff := cmp.Diff(want, generate(t, dir, "README.md")); diff != "" {
		t.Errorf("README (-want +got):\n%s", diff)
	}
}

func TestDependencies(t *testing.T) {
	t.Parallel()
	root := charts(t, map[string]string{
		"library/Chart.yaml":          "{name: library, type: library}",
		"library/values.yaml":         "## Read by the library.\n# shared: 1\n",
		"library/templates/_a.tpl":    "a",
		"own/Chart.yaml":              "{name: own, dependencies: [{name: library, repository: file://../library}, {name: store}]}",
		"own/values.yaml":             "store:\n  ## On or off.\n  enabled: true\n",
		"own/charts/store/Chart.yaml": "name: store\n",
		"own/charts/store/values.yaml": "## Off by itself.\nenabled: false\n" +
			"## How large.\nsize: 1Gi\n",
		"own/charts/library/templates/_gone.tpl": "from a version before",
	})
	own := filepath.Join(root, "own")
	if got := generate(t, own, "charts/library/templates/_a.tpl"); got != "a" {
		t.Errorf("the copied template is %q", got)
	}
	if _, err := os.Stat(filepath.Join(own, "charts/library/templates/_gone.tpl")); !os.IsNotExist(err) {
		t.Errorf("a file that the library no longer has is still there: %v", err)
	}
	if got := generate(t, own, "charts/library/values.schema.json"); !strings.Contains(got, "Values of the chart library") {
		t.Errorf("the copy has not the generated schema but\n%s", got)
	}
	readme := generate(t, own, "README.md")
	for text, want := range map[string]bool{
		"| `store.enabled` | `true` | On or off. |": true,
		"| `store.size` | `1Gi` | How large. |":     true,
		"shared":                                    false,
	} {
		if strings.Contains(readme, text) != want {
			t.Errorf("%q in the README: want %v, which is\n%s", text, want, readme)
		}
	}
	if schema := generate(t, own, "values.schema.json"); !strings.Contains(schema, `"shared"`) {
		t.Errorf("the schema lacks the values of the library:\n%s", schema)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ values, want string }{
		"no words":           {"a:\n  b: 1\n", "line 2: a.b has no comment above it"},
		"blank line":         {"## Words.\n\na: 1\n", "line 3: a has no comment above it"},
		"no type":            {"## Words.\na: null\n", `line 2: a: the type of "null" cannot be told`},
		"unknown tag":        {"## Words.\n## @fallback 2\na: 1\n", "line 2: unknown tag @fallback"},
		"pattern":            {"## @pattern <x> (\na: {}\n", `line 1: @pattern needs a name and a regular expression, has "<x> ("`},
		"not YAML":           {"# a: [\n", "read the values with those that are commented out: yaml: line 1"},
		"the same key twice": {"## A.\na: 1\n## B.\n# a: 2\n", `mapping key "a" already defined`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := charts(t, map[string]string{"Chart.yaml": "name: own\n", "values.yaml": tt.values})
			_, err := chartdocs.Generate(dir)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want in it %q", err, tt.want)
			}
		})
	}
}

func TestMissingFiles(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		files map[string]string
		want  string
	}{
		"no chart":      {nil, "read a chart"},
		"no values":     {map[string]string{"Chart.yaml": "name: own\n"}, "read the values of the chart own"},
		"no dependency": {map[string]string{"Chart.yaml": "{name: own, dependencies: [{name: store}]}", "values.yaml": ""}, "read a dependency of the chart own"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := chartdocs.Generate(charts(t, tt.files))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want in it %q", err, tt.want)
			}
		})
	}
	dir := charts(t, map[string]string{"Chart.yaml": "name: own\n", "values.yaml": ""})
	if err := os.WriteFile(filepath.Join(dir, "README.md"), []byte("# own\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := chartdocs.Generate(dir); err == nil || !strings.Contains(err.Error(), "are not both there") {
		t.Errorf("a README without marks: %v", err)
	}
}
