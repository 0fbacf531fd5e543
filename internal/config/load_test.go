package config

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// identity is what every document says of itself.
const identity = "apiVersion: helm-ferry.dev/v1alpha1\nkind: Ferry\n"

// head begins a document that needs no more than a spec; the spec starts in line 5.
const head = identity + "metadata: {name: ilum}\nspec:\n"

func TestLoadSaysWhereAndWhat(t *testing.T) {
	tests := map[string]struct{ document, want string }{
		// the text
		"empty":                 {"", "f: is empty; `ferry init` writes a document to start from"},
		"only comments":         {"# nothing\n---\n# nothing\n", "f: is empty; `ferry init` writes a document to start from"},
		"second document":       {head + "  {}\n---\n\na: 1\n", "f:8:1: holds a second document; Ferry reads one"},
		"not UTF-8":             {head + "  image: gr\xf6sse\n", "f:5:12: is not UTF-8 text"},
		"control character":     {head + "  image: ö\x01\n", "f:5:11: holds a control character, U+0001"},
		"too large":             {head + "# " + strings.Repeat("x", 1<<20), "f: is larger than 1 MiB, which is what a ConfigMap holds"},
		"open list":             {head + "  mirrors: [\n", "f:6: is not YAML: did not find expected node content"},
		"colon in first line":   {"a: b: c\n", "f:1: is not YAML: mapping values are not allowed in this context"},
		"colon in a later line": {head + "  image: a: b\n", "f:5: is not YAML: mapping values are not allowed in this context"},
		"bad indentation":       {head + "  image: a\n rewire: true\n", "f:6: is not YAML: did not find expected key"},
		"tab":                   {head + "\timage: a\n", "f:5: is not YAML: the line is indented with a tab; use spaces"},
		"unknown anchor":        {head + "  image: *base\n", "f:5: is not YAML: unknown anchor 'base' referenced"},
		"broken second document": {
			head + "  {}\n---\na: [\n", "f:8: is not YAML: did not find expected node content",
		},

		// shapes
		"root is a list":        {"- a\n", "f:1:1: must be a mapping, is a list"},
		"root is text":          {"hello\n", `f:1:1: must be a mapping, is "hello"`},
		"mapping for list":      {head + "  mirrors: {name: a}\n", "f:5:12: spec.mirrors: must be a list, is a mapping"},
		"list for mapping":      {head + "  migration: [a]\n", "f:5:14: spec.migration: must be a mapping, is a list"},
		"mapping for string":    {head + "  image: {a: b}\n", "f:5:10: spec.image: must be a string, is a mapping"},
		"text for bool":         {head + "  migration: {enabled: yes}\n", `f:5:24: spec.migration.enabled: must be true or false, is "yes"`},
		"quoted bool":           {head + "  migration: {enabled: 'true'}\n", `f:5:24: spec.migration.enabled: must be true or false, is "true"`},
		"text for number":       {head + "  objectStorage: {alias: {port: http}}\n", `f:5:33: spec.objectStorage.alias.port: must be a whole number, is "http"`},
		"fraction for number":   {head + "  objectStorage: {alias: {port: 9.5}}\n", `f:5:33: spec.objectStorage.alias.port: must be a whole number, is "9.5"`},
		"huge number":           {head + "  objectStorage: {alias: {port: 99999999999}}\n", `f:5:33: spec.objectStorage.alias.port: must be a whole number, is "99999999999"`},
		"list for duration":     {head + "  migration: {deadline: [4m]}\n", "f:5:25: spec.migration.deadline: must be a string, is a list"},
		"list for map":          {head + "  podTemplate: [a]\n", "f:5:16: spec.podTemplate: must be a mapping, is a list"},
		"list for label":        {"metadata: {labels: {a: [b]}, name: a}\n" + identity, "f:1:24: metadata.labels.a: must be a string, is a list"},
		"mapping as field name": {head + "  {a: 1}: b\n", "f:5:3: spec: the name of a field must be a string, is a mapping"},
		"long text":             {head + "  migration: {quiesce: " + strings.Repeat("ö", 100) + "}\n", `f:5:24: spec.migration.quiesce: must be true or false, is "` + strings.Repeat("ö", 60) + `…"`},
		"number that JSON lacks": {
			head + "  podTemplate: {spec: {a: [1, .nan]}}\n", `f:5:31: spec.podTemplate.spec.a[1]: must be a number that JSON knows, is ".nan"`,
		},
		"number that its tag belies": {
			head + "  podTemplate: {a: !!int b}\n", `f:5:20: spec.podTemplate.a: "b" is too large or malformed`,
		},
		"number that is too large": {
			head + "  podTemplate: {a: 18446744073709551615}\n", `f:5:20: spec.podTemplate.a: "18446744073709551615" is too large or malformed`,
		},

		// fields
		"misspelt": {head + "  migration: {enabeld: true}\n", `f:5:15: spec.migration.enabeld: unknown field; did you mean "enabled"?`},
		"case":     {head + "  Mirrors: []\n", `f:5:3: spec.Mirrors: unknown field; did you mean "mirrors"?`},
		"misplaced": {
			head + "  alias: {name: a}\n", "f:5:3: spec.alias: unknown field; did you mean spec.objectStorage.alias?",
		},
		"misplaced at the root": {
			"activeProvider: minio\n" + head, "f:1:1: activeProvider: unknown field; did you mean spec.objectStorage.activeProvider?",
		},
		"unknown": {
			head + "  objectStorage: {credentials: {password: hunter2}}\n",
			"f:5:33: spec.objectStorage.credentials.password: unknown field; known here: secretName, existingSecret",
		},
		"empty name":       {head + "  preUpgradeChecks: {'': 1}\n", "f:5:22: spec.preUpgradeChecks.: unknown field; known here: enabled, required, requireProof, allowLoss"},
		"twice":            {head + "  image: a\n  image: b\n", "f:6:3: spec.image: field is given twice"},
		"twice in a map":   {head + "  podTemplate: {a: 1, a: 2}\n", "f:5:23: spec.podTemplate.a: field is given twice"},
		"twice further in": {head + "  podTemplate: {a: {b: 1, b: 2}}\n", "f:5:27: spec.podTemplate.a.b: field is given twice"},
		"unknown in a provider row": {
			head + "  objectStorage:\n    providers:\n    - name: minio\n      match: [{image: x}]\n",
			`f:8:16: spec.objectStorage.providers[0].match[0].image: unknown field; did you mean "images"?`,
		},
		"misspelt field is not missing too": {
			head + "  mirrors:\n  - name: a\n    rpo: 1h\n    bukets: ['*']\n    destinaton: {endpoint: https://s3}\n",
			`f:8:5: spec.mirrors[0].bukets: unknown field; did you mean "buckets"?` + "\n" +
				`f:9:5: spec.mirrors[0].destinaton: unknown field; did you mean "destination"?`,
		},
		"a fault in entry 1 does not hide one in entry 10": {
			head + "  snapshots:\n  - {name: a, rpo: 1h}\n  - [b]\n" + manySnapshots(2, 9) + "  - {name: k}\n",
			"f:7:5: spec.snapshots[1]: must be a mapping, is a list\n" +
				"f:16:5: spec.snapshots[10].rpo: is missing: give rpo (for example 1h) or schedule (for example \"0 * * * *\")",
		},

		// aliases
		"anchor contains itself":    {head + "  podTemplate: &a {b: *a}\n", "f:5:23: the anchor &a contains itself"},
		"contains itself as a list": {head + "  mirrors: &a [*a]\n", "f:5:16: the anchor &a contains itself"},
		"contains itself by merge":  {head + "  migration: &a {<<: *a}\n", "f:5:22: the anchor &a contains itself"},
		"fault behind an alias": {
			"metadata: {name: &n 'Not a label'}\n" + identity + "spec: {objectStorage: {alias: {name: *n}}}\n",
			`f:1:18: metadata.name: "Not a label" is not a name that Kubernetes takes: at most 63 of a-z, 0-9 and -, with a letter or digit at both ends` + "\n" +
				`f:1:18: spec.objectStorage.alias.name: "Not a label" is not a name that Kubernetes takes: at most 63 of a-z, 0-9 and -, with a letter or digit at both ends`,
		},
		"merge of text": {head + "  migration: {<<: minio}\n", `f:5:19: spec.migration.<<: must be a mapping, is "minio"`},
		"merge key in quotes": {
			head + "  podTemplate: {'<<': {a: 1}}\n", `f:5:17: spec.podTemplate: "<<" cannot be the name of a field: not every writer of YAML quotes it`,
		},
		"unknown merged": {head + "  migration: {<<: [{form: minio}]}\n", `f:5:21: spec.migration.form: unknown field; did you mean "from"?`},

		// places
		"missing everywhere": {
			"{}\n", "f:1:1: apiVersion: is missing: write helm-ferry.dev/v1alpha1\n" +
				"f:1:1: kind: is missing: write Ferry\n" +
				"f:1:1: metadata.name: is missing: it is the prefix of everything that Ferry adds; use the name of the release",
		},
		"missing in an entry": {
			head + "  mirrors:\n  - name: a\n    buckets: ['*']\n    rpo: 1h\n",
			"f:6:5: spec.mirrors[0].destination.endpoint: is missing: a mirror needs the URL of the store to copy to",
		},
		"Windows line ends": {
			strings.ReplaceAll(head+"  mirrors: []\n  image: [a]\n", "\n", "\r\n"), "f:6:10: spec.image: must be a string, is a list",
		},
		"columns count characters": {head + "  podTemplate: {größe: 1, größe: 2}\n", "f:5:27: spec.podTemplate.größe: field is given twice"},
		"byte order mark":          {"\ufeff" + head + "  image: [a]\n", "f:5:10: spec.image: must be a string, is a list"},
		"order of the document": {
			head + "  rewire: 1\n  migration: {deadline: soon}\n  image: []\n",
			`f:5:3: spec.rewire: unknown field; did you mean spec.objectStorage.rewire?` + "\n" +
				`f:6:25: spec.migration.deadline: "soon" is not a duration: write a number and a unit, for example 90s, 4m, 1h30m, 30d, 2w` + "\n" +
				"f:7:10: spec.image: must be a string, is a list",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			config, err := Load("f", []byte(test.document))
			if err == nil {
				t.Fatalf("loads: %+v", config)
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if errs, ok := errors.AsType[Errors](err); !ok || len(errs) == 0 {
				t.Errorf("error is a %T, want Errors", err)
			}
			if fault, ok := errors.AsType[*Error](err); !ok || fault.Source != "f" {
				t.Errorf("no *Error of source f in %v", err)
			}
		})
	}
}

func manySnapshots(first, last int) string {
	var text strings.Builder
	for i := first; i <= last; i++ {
		text.WriteString("  - {name: " + string(rune('a'+i)) + ", rpo: 1h}\n")
	}
	return text.String()
}
