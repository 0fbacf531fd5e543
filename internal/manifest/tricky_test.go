package manifest

import "strings"

// tricky holds documents that have lost something in one YAML tool or another. Every test of
// faithfulness runs over all of them.
var tricky = map[string]string{
	"plain":                           "---\n# Source: chart/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: plain\ndata:\n  key: value\n",
	"annotated":                       "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  annotations:\n    # above\n    a: b # beside\n    # below\n  name: annotated\n",
	"labels after":                    "kind: A\nmetadata:\n  name: x\n  annotations:\n    a: b\n  # about the labels\n  labels:\n    a: b\n",
	"four spaces":                     "kind: A\nmetadata:\n    name: x\n    annotations:\n        a: b\nspec:\n    list:\n        - a\n        - b:\n              c: d\n",
	"null annotations":                "kind: A\nmetadata:\n  annotations:\n  name: x\n",
	"null annotations with comment":   "kind: A\nmetadata:\n  annotations: # none\n  # still none\n  name: x\n",
	"tilde annotations":               "kind: A\nmetadata:\n  name: x\n  annotations: ~ # none\n",
	"empty annotations":               "kind: A\nmetadata:\n  annotations: {} # none\n  name: x\n",
	"empty annotations at the end":    "kind: A\nmetadata: {name: x, annotations: {}}",
	"null metadata":                   "kind: A\nmetadata:\n",
	"no metadata":                     "kind: A\nspec: |\n  text\n",
	"no metadata, no line end":        "kind: A\nspec: text",
	"literal at the end, no line end": "kind: A\nmetadata:\n  annotations:\n    text: |\n      a\n      b",
	"literals":                        "kind: A\nmetadata:\n  name: x\n  annotations:\n    clip: |\n      a\n\n      b\n\n    keep: |+\n      a\n\n\n    strip: |-\n      a\n\n    last: |+\n      a\n\n\nspec: x\n",
	"literals with indicators":        "kind: A\nspec:\n  a: |2\n      four\n    two\n  b: |2-\n\n     x\n  c: |+2\n\n    x\n\n  d: >1\n    x\n  e: | # comment\n    x\n  # after\n",
	"literal that is empty":           "kind: A\nspec:\n  a: |\n  b: |+\n\n\n  c: |-\n\n  d: >\n  e: x\n",
	"literal with hashes":             "kind: A\nspec:\n  a: |\n    # not a comment\n    b: c\n   # a comment\n  d: e\n",
	"literal with blank ends":         "kind: A\nspec:\n  a: |\n    x  \n    \t\n      \n    y\n  \n  b: c\n",
	"folded":                          "kind: A\nmetadata:\n  name: x\nspec:\n  a: >\n    one\n    two\n\n    three\n      more\n      indented\n\n    four\n  b: >-\n    one\n    two\n  c: >+\n    one\n\n\n  d: x\n",
	"folded arguments":                "kind: A\nspec:\n  args:\n  - >-\n    mc alias set a http://minio:9000\n    x y &&\n    mc mirror a b\n  - last\n",
	"plain over lines":                "kind: A\nspec:\n  a: one\n    two\n\n    three\n  b: 'one\n    two ''quoted''\n\n    three'\n  c: \"one\n    two \\\n    three\\n\n    four\"\n",
	"quoted":                          "kind: A\nmetadata:\n  name: 'x'\n  annotations: {'a': \"b\", \"c\": 'it''s', d: 'x # no'}\nspec: [\"a\", 'b', {c: \"d\\\"e\"}, [f]]\n",
	"looks like something else":       "kind: A\nspec:\n  a: \"1\"\n  b: 'true'\n  c: \"null\"\n  d: 0x50\n  e: 0o17\n  f: 017\n  g: 1_000\n  h: 1e3\n  i: .5\n  j: .inf\n  k: 2001-01-01\n  l: yes\n  m: 'no'\n  n: ~\n  o: 12:30:45\n  p: \"=\"\n  q: '<<'\n  r: -0\n  s: +1\n  t: ''\n",
	"comments everywhere":             "# top\n\n# second top\n---   # on the separator\n# above kind\nkind: A # beside kind\n# between\nmetadata: # beside metadata\n  # above name\n  name: x\n  # above annotations\n  annotations: # beside annotations\n    # above a\n    a: b\n\n    # far below a\n\n# above spec\nspec:\n  # above list\n  list: # beside list\n  # above first\n  - a # beside first\n  # above second\n  -  # beside dash\n    b: c\n  # below\n# end\n\n# very end\n",
	"comments in flow":                "kind: A\nspec: {\n  # first\n  a: b, # beside\n  # second\n  c: d\n  # last\n}\nlist: [ # open\n  a, # a\n  b # b\n# at the edge\n]\n",
	"anchors":                         "kind: A\nmetadata: &m\n  name: x\n  labels: &l\n    a: &v b\n    c: *v\n  annotations: *l\nspec:\n  metadata: *m\n  labels: *l\n  value: *v\n",
	"anchored annotations":            "kind: A\nmetadata:\n  annotations: &a # shared\n    x: \"y\"\n  labels: *a\nspec:\n  labels:\n    <<: *a\n    z: \"1\"\n  more: [*a, *a]\n",
	"anchored annotation":             "kind: A\nmetadata:\n  annotations:\n    helm.sh/resource-policy: &p delete\nspec:\n  a: *p\n  b: [*p]\n",
	"merge keys":                      "kind: A\ncommon: &c\n  a: b\n  annotations:\n    from: merge\nother: &o {name: y}\nmetadata:\n  <<: [*c, *o]\n  labels: {<<: *o}\n",
	"merge of odd things":             "kind: A\nmetadata:\n  <<: [a, {b: c}, [d]]\n  annotations:\n    <<: e\n",
	"shared booleans":                 "kind: A\nmetadata:\n  annotations: &a\n    x: yes\n    y: on\nspec:\n  a: *a\n  b: [*a, {<<: *a}]\n",
	"anchored null":                   "kind: A\nmetadata:\n  annotations: &n\n  labels: *n\nspec: *n\n",
	"redefined anchors":               "kind: A\nspec:\n  a: &x one\n  b: *x\n  c: &x two\n  d: *x\nmetadata:\n  annotations: &x {e: f}\n  labels: *x\n",
	"duplicate keys":                  "kind: A\nmetadata:\n  name: x\n  name: y\n  annotations:\n    a: one\n    a: two\nspec: {a: 1, a: 2}\nmetadata:\n  name: z\n",
	"complex keys":                    "kind: A\nmetadata:\n  ? annotations\n  : ? a\n    : b\n    c: d\nspec:\n  ? [a, b]\n  : c\n  ? |\n    text\n  : d\n",
	"key without value":               "kind: A\nmetadata:\n  annotations:\n    a: b\n  # about the labels\n  labels:\n    ?\n",
	"tags":                            "kind: A\nmetadata:\n  annotations: !!map\n    a: !!str 123\n    b: !custom {c: d}\nspec: !!seq\n- !!int \"3\"\n- !<tag:yaml.org,2002:str> x\n- !!binary aGVsbG8=\n- ! foo\n",
	"anchors and tags":                "kind: A\nmetadata: &m !!map\n  annotations: !!map &n\n    a: &v !!str 5\nspec: &s\n- &i a\n- &j\n  b: c\n- *i\n- &k\n",
	"long lines":                      "kind: A\nspec:\n  " + strings.Repeat("k", 120) + ": " + strings.Repeat("long words ", 500) + "\n  b: \"" + strings.Repeat("x y ", 300) + "\"\n",
	"long key":                        "kind: A\nmetadata:\n  annotations:\n    " + strings.Repeat("k", 300) + "/x: y\n",
	"unicode":                         "kind: A\nmetadata:\n  name: x\n  annotations:\n    größe: \"ümläut\" # ß\n    日本: 語\n    emoji: 😀 and 👩‍👩‍👧\n    \"esc\": \"\\u00e9\\x41\\U0001F600\\_\\N\"\nspec: |\n  naïve 😀\n",
	"odd line breaks":                 "kind: A\nspec:\n  a: \"x\u0085y\"\n  b: |\n    x\u2028    y\n  c: 'p\u2029q'\n# comment\u2028  d: e\nf: g\n",
	"windows":                         "---\r\n# Source: a.yaml\r\nkind: A\r\nmetadata:\r\n  name: x # c\r\n  annotations:\r\n    a: |\r\n      one\r\n\r\n      two\r\n    b: >-\r\n      one\r\n      two\r\nspec:\r\n- a\r\n- b\r\n",
	"windows, no line end":            "kind: A\r\nmetadata:\r\n  name: x",
	"mixed line ends":                 "kind: A\r\nmetadata:\n  name: x\r\n  annotations:\n    a: b\r\n",
	"tabs":                            "kind:\tA\t# comment\nmetadata:\t{\tname:\tx\t}\nspec:\n  a:\t|\n    x\n    \ttext\n  b: \"a\tb\"\t\n",
	"byte order mark":                 "\uFEFF---\nkind: A\nmetadata:\n  name: x\n",
	"directives":                      "%YAML 1.1\n%TAG ! tag:example.com,2000:\n---\nkind: A\nspec: !thing x\n...\n",
	"version 1.2":                     "# top\n%YAML 1.2\n---\nkind: A\n",
	"end marker":                      "kind: A\nmetadata:\n  name: x\n... # done\n# and more\n",
	"flow after the separator":        "--- {kind: A, metadata: {name: x}}\n",
	"tag after the separator":         "--- !!map # comment\nkind: A\nmetadata:\n  name: x\n",
	"json":                            "{\n  \"kind\": \"A\",\n  \"metadata\": {\n    \"name\": \"x\"\n  },\n  \"spec\": [1, 2.5, true, null, \"a\", {}, []]\n}\n",
	"json on a line":                  `{"kind":"A","metadata":{"name":"x","annotations":{"a":"b"}},"spec":{"a":["b","c"]}}`,
	"json within":                     "kind: A\nmetadata: {\"name\":\"x\",\"annotations\":{}}\nspec:\n  a: {\"b\":\"c\",\n      \"d\":[1,\n  2]}\n  e: f\n",
	"indented root":                   "  kind: A\n  metadata:\n    name: x\n  spec: y\n",
	"list":                            "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: a\n# between\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: b}\n-\n  kind: C\n  metadata:\n    name: c\n    annotations:\n      x: |+\n        y\n\n",
	"list with aliases":               "apiVersion: v1\nkind: List\nitems:\n- &first\n  kind: A\n  metadata: &m\n    name: a\n    annotations: {x: y}\n- kind: B\n  metadata: *m\n- *first\n",
	"nested lists":                    "kind: A\nspec:\n- - a\n  - - b\n    - c: d\n      e: f\n  -\n    - g\n- [h, [i, {j: k}]]\n",
	"crd":                             "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: things.example.com\nspec:\n  versions:\n  - name: v1\n    schema:\n      openAPIV3Schema:\n        description: |-\n          A thing: it's a \"thing\".\n\n          More.\n        properties:\n          pattern: {type: string, pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$'}\n        x-kubernetes-validations:\n        - rule: \"self == oldSelf\"\n",
	"helm-unittest":                   "#### file: chart/templates/a.yaml\nkind: A\nmetadata:\n  name: x\n",
	"template text":                   "kind: A\nspec:\n  a: '{{ printf \"%s\" .Values.x }}'\n  b: \"a: b # c\"\n  c: a#b\n  d: http://x:9000/#f\n  e: -x\n  f: a - b\n  g: '- x'\n  h: '&a'\n  i: \"*b\"\n  j: '!c'\n  k: '%d'\n  l: '@e'\n  m: \"`f\"\n",
	"blank lines":                     "\n\nkind: A\n\n\nmetadata:\n\n  name: x\n\n\n  annotations:\n\n    a: b\n\n\nspec:\n\n  x: y\n\n\n",
	"trailing spaces":                 "kind: A   \nmetadata:   \n  name: x   \n  annotations:   \n    a: b   \n   \n",
	"empty strings":                   "kind: A\nmetadata:\n  annotations:\n    a: \"\"\n    b: ''\n    \"\": c\n    d:\n    e: |\n\n",
	"deep":                            "kind: A\nspec:\n" + deep(40),
}

func deep(n int) string {
	var text strings.Builder
	for i := range n {
		text.WriteString(strings.Repeat("  ", i+1) + "a:\n")
	}
	text.WriteString(strings.Repeat("  ", n+1) + "b: c\n")
	return text.String()
}

// harmless are documents without an object.
var harmless = map[string]string{
	"blank":           "\n",
	"blank lines":     "\n  \n\n",
	"separator":       "---\n",
	"null":            "--- ~\n",
	"comment":         "# only a comment\n",
	"hidden":          "---\n# Source: chart/templates/secret.yaml\n# HIDDEN: The Secret output has been suppressed\n",
	"separator words": "--- # a comment\n",
	"end marker":      "...\n",
}
