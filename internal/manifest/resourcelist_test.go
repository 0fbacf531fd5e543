package manifest

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/kustomize/kyaml/kio"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
)

const resourceListText = `# a list
apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
# about a
- apiVersion: v1
  kind: ConfigMap
  metadata:
    name: a # beside
    annotations:
      config.kubernetes.io/index: '0'
      internal.config.kubernetes.io/path: dir/a.yaml
      config.kubernetes.io/local-config: "true"
  data:
    text: |+
      one

      two

# about b
- apiVersion: v1
  kind: Service
  metadata: {name: b}
  spec: &s
    ports:
      - port: 1
    again: {<<: *s1}
# about the function
functionConfig:
  apiVersion: helm-ferry.dev/v1alpha1
  kind: Ferry
  # inside
  metadata: {name: ilum}
results:
- message: earlier
# the end
`

var resourceLists = map[string]string{
	"yaml":         strings.Replace(resourceListText, "    again: {<<: *s1}\n", "", 1),
	"wide":         "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n  # c\n  - kind: A\n    metadata:\n      name: x\n    args:\n    - a\n    - >-\n      b\n      c\n\n  -\n    # d\n    kind: B\nfunctionConfig: {kind: F}",
	"windows":      strings.ReplaceAll("apiVersion: v1\nkind: ResourceList\nitems:\n- kind: A\n  text: |\n    x\n\n    y\n- kind: B\n", "\n", "\r\n"),
	"aliases":      "kind: ResourceList\nitems:\n- kind: A\n  metadata: &m\n    name: x\n- kind: B\n  metadata: *m\n- &c\n  kind: C\n- *c\nfunctionConfig:\n  metadata: *m\n",
	"json":         `{"apiVersion":"config.kubernetes.io/v1","kind":"ResourceList","items":[{"kind":"A","metadata":{"name":"x"},"path":"a\/b \ud83d\ude00 \\/ \u00e9"},{"kind":"B","n":[1,2.5,null,true]}],"functionConfig":{"kind":"F","s":"{}"}}`,
	"pretty json":  "{\n  \"kind\": \"ResourceList\",\n  \"items\": [\n    {\n      \"kind\": \"A\",\n      \"list\": [\n        1\n      ]\n    },\n    {\n      \"kind\": \"B\"\n    }\n  ]\n}\n",
	"flow":         "kind: ResourceList\nitems: [{kind: A, x: 'a, b'}, # c\n  {kind: B}]\n",
	"indented":     "  kind: ResourceList\n  items:\n  - kind: A\n    x:\n      y: z\n",
	"separator":    "---\nkind: ResourceList\nitems:\n- kind: A\n...\n",
	"config first": "kind: ResourceList\nfunctionConfig:\n  text: |-\n    - not an item\nitems:\n- kind: A",
	"no items":     "kind: ResourceList\nfunctionConfig: {kind: F}\n",
	"empty items":  "kind: ResourceList\nitems: []\n",
	"null items":   "kind: ResourceList\nitems:\nfunctionConfig: {kind: F}\n",
	"list inside":  "kind: ResourceList\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - kind: A\n  - kind: B\n",
}

// kustomize reads from what we write what it would have read from what we read.
func TestResourceListIsWrittenAsKustomizeReadsIt(t *testing.T) {
	t.Parallel()
	for name, text := range resourceLists {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, err := ParseResourceList([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			out := list.Bytes()
			if diff := cmp.Diff(readWithKustomize(t, asYAML([]byte(text))), readWithKustomize(t, out)); diff != "" {
				t.Errorf("-want +got:\n%s\n%s", diff, out)
			}
			checkComments(t, text, string(out), "")
			again, err := ParseResourceList(out)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(out), string(again.Bytes())); diff != "" {
				t.Errorf("twice is not once, -once +twice:\n%s", diff)
			}
		})
	}
}

// readWithKustomize returns items, functionConfig and results as JSON.
func readWithKustomize(t *testing.T, text []byte) []string {
	t.Helper()
	reader := &kio.ByteReader{Reader: bytes.NewReader(text), OmitReaderAnnotations: true, AnchorsAweigh: true}
	nodes, err := reader.Read()
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	var result []string
	for _, node := range append(nodes, reader.FunctionConfig, reader.Results) {
		if node == nil || node.YNode().Tag == "!!null" {
			continue
		}
		if node.YNode().Kind == kyaml.SequenceNode {
			result = append(result, "results: "+node.MustString())
			continue
		}
		if err := node.DeAnchor(); err != nil {
			t.Logf("%v", err)
		}
		json, err := node.MarshalJSON()
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		result = append(result, string(json))
	}
	return result
}

func TestResourceListKeepsItsText(t *testing.T) {
	t.Parallel()
	text := resourceLists["yaml"]
	list, err := ParseResourceList([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, string(list.Bytes())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if title := list.Items.Documents[0].Title(); title != "ConfigMap/a (dir/a.yaml)" {
		t.Errorf("title %q", title)
	}
	if name := Scalar(Lookup(list.FunctionConfig, "metadata", "name")); name != "ilum" {
		t.Errorf("functionConfig %q", name)
	}
}

func TestResourceListWithChanges(t *testing.T) {
	t.Parallel()
	list, err := ParseResourceList([]byte(resourceLists["yaml"]))
	if err != nil {
		t.Fatal(err)
	}
	list.Items.Objects()[0].SetAnnotation("a", "b")
	added, err := NewDocument([]byte("# why\nkind: Secret\nmetadata:\n  name: new\nstringData:\n  text: |\n    one\n\n    two\n"))
	if err != nil {
		t.Fatal(err)
	}
	list.Items.Insert(1, added)
	comment, err := NewDocument([]byte("# not an item\n"))
	if err != nil {
		t.Fatal(err)
	}
	list.Items.Insert(0, comment)
	list.Results = []Result{
		{Message: "on: second\nline", Severity: "warning", ResourceRef: &ResourceRef{APIVersion: "v1", Kind: "Service", Name: "b"}, Field: &Field{Path: "spec.ports"}},
		{Message: "yes"},
	}
	want := strings.Replace(resourceLists["yaml"], "local-config: \"true\"\n", "local-config: \"true\"\n      a: b\n", 1)
	want = strings.Replace(want, "# about b\n", "# why\n- kind: Secret\n  metadata:\n    name: new\n  stringData:\n    text: |\n      one\n\n      two\n# about b\n", 1)
	want = strings.Replace(want, "results:\n- message: earlier\n", "", 1) + `results:
- message: |-
    on: second
    line
  severity: warning
  resourceRef:
    apiVersion: v1
    kind: Service
    name: b
  field:
    path: spec.ports
- message: "yes"
`
	if diff := cmp.Diff(want, string(list.Bytes())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	readWithKustomize(t, list.Bytes())
}

// Every tricky document survives as an item of a list.
func TestDocumentsAsItems(t *testing.T) {
	t.Parallel()
	for name, text := range tricky {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream, err := Parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			out := checkAsItems(t, stream)
			checkComments(t, text, out, "# top# second top# and more# done")
		})
	}
}

func checkAsItems(t *testing.T, stream *Stream) string {
	t.Helper()
	list, err := ParseResourceList([]byte("kind: ResourceList\nitems: []\n"))
	if err != nil {
		t.Fatal(err)
	}
	list.Items = stream
	out := list.Bytes()
	again, err := ParseResourceList(out)
	if err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	if diff := cmp.Diff(valuesOf(t, stream), valuesOf(t, again.Items)); diff != "" {
		t.Errorf("-want +got:\n%s\n%s", diff, out)
	}
	return string(out)
}

func TestParseResourceListRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"nothing":       {"", "standard input: line 1: is not one document of kind ResourceList"},
		"something":     {"kind: A\n", "standard input: line 1: is not one document of kind ResourceList"},
		"two":           {"kind: ResourceList\n---\nkind: ResourceList\n", "standard input: line 1: is not one document of kind ResourceList"},
		"broken":        {"kind: ResourceList\nitems: [\n", "ResourceList: line 2: did not find expected node content"},
		"a scalar item": {"kind: ResourceList\nitems:\n- kind: A\n- hello\n", "document 2: line 4: is not a mapping, so it is no manifest"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseResourceList([]byte(test.text))
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}
