package render_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/render"
)

// scenario is one generated rendering.
type scenario struct {
	input  []byte
	config render.Config
}

// generator makes scenarios out of the documents of all cases.
type generator struct {
	*rand.Rand
	pool [][]string // the documents of each case
}

// casePool reads the manifests of the cases; large ones would only take time.
var casePool = sync.OnceValues(func() ([][]string, error) {
	files, err := filepath.Glob(filepath.Join(cases, "*", "input.yaml"))
	if err != nil {
		return nil, err
	}
	var pool [][]string
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		stream, err := manifest.Parse(data)
		if err != nil || len(stream.Documents) > 30 || bytes.Contains(data, []byte("kind: ResourceList")) {
			continue
		}
		var documents []string
		for _, document := range stream.Documents {
			documents = append(documents, string(document.Bytes()))
		}
		pool = append(pool, documents)
	}
	return pool, nil
})

// odd are documents that have upset one tool or another.
var odd = []string{
	"", "\n", "# only a comment\n", "null\n", "---\n", "{}\n", "kind: Thing\n", "apiVersion: v1\nkind: ConfigMap\nmetadata: null\n",
	"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: text\ndata:\n  keep: |+\n    a\n\n\n  fold: >-\n    b\n    c\n",
	"apiVersion: v1\nkind: ConfigMap\nmetadata: &m\n  name: größe-😀\n  labels: &l {a: \"1\"}\nother: *m\nmore:\n  <<: *l\n",
	"apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: odd\n  annotations: &a\n    x: \"y\"\n  labels: *a\n",
	`{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"json"},"spec":{}}` + "\n",
	"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: flow}\nspec: {volumeClaimTemplates: [{metadata: {name: data}}], persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}}\n",
	"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: PersistentVolumeClaim\n  metadata: {name: listed}\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: listed}\n",
	"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: twice}\nspec: {template: {spec: {containers: [{name: a, env: [{name: A, value: &u \"http://shop-minio:9000\"}, {name: B, value: *u}]}]}}}\n",
	"apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: hook\n  annotations:\n    helm.sh/hook: pre-upgrade\n",
	"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ended\n...\n",
	"apiVersion: v1\nkind: ConfigMap\nmetadata:\n    name: wide\n    labels:\n            a: b\nbinaryData: {}",
}

// generate returns the scenario of a seed.
func generate(t *testing.T, seed uint64) scenario {
	t.Helper()
	pool, err := casePool()
	if err != nil || len(pool) == 0 {
		t.Fatalf("no documents to choose from: %v", err)
	}
	g := generator{rand.New(rand.NewPCG(seed, 0)), pool}
	documents := g.documents()
	s := scenario{config: render.Config{Image: "ghcr.io/helm-ferry/ferry-hook:test"}}
	text := g.config()
	loaded, err := config.Load("ferry.yaml", []byte(text))
	if err != nil {
		t.Fatalf("the generated configuration is refused: %v\n%s", err, text)
	}
	s.config.Ferry = &render.Document{Config: loaded, Text: []byte(text)}
	s.config.Door = render.Door(g.IntN(3))
	if g.oneIn(4) {
		s.config.Hooks = []render.Hooks{render.HooksHelm, render.HooksArgoCD, render.HooksNone}[g.IntN(3)]
	}
	switch s.config.Door {
	case render.Helm3:
		s.input = []byte(strings.Join(documents, ""))
	case render.Helm4:
		s.input = asHelm4(documents)
	case render.KRM:
		s.input = asList(documents)
	}
	return s
}

func (g *generator) oneIn(n int) bool { return g.IntN(n) == 0 }

func (g *generator) pick(choices ...string) string { return choices[g.IntN(len(choices))] }

// documents returns those of up to three cases, some of them lost, doubled, moved or spoilt.
func (g *generator) documents() []string {
	var documents []string
	for range 1 + g.IntN(3) {
		for _, document := range g.pool[g.IntN(len(g.pool))] {
			switch {
			case g.oneIn(12):
				continue
			case g.oneIn(25):
				documents = append(documents, separated(document))
			case g.oneIn(15):
				document = strings.ReplaceAll(strings.ReplaceAll(document, "\r\n", "\n"), "\n", "\r\n")
			}
			documents = append(documents, separated(document))
		}
		if g.oneIn(2) {
			documents = append(documents, separated(odd[g.IntN(len(odd))]))
		}
	}
	if g.oneIn(4) {
		g.Shuffle(len(documents), func(i, j int) { documents[i], documents[j] = documents[j], documents[i] })
	}
	return documents
}

// separated returns a document that another can follow, and that can follow another.
func separated(document string) string {
	document = strings.TrimPrefix(document, "\uFEFF")
	if !strings.HasPrefix(document, "---") && !strings.HasPrefix(document, "%") {
		document = "---\n" + document
	}
	if !strings.HasSuffix(document, "\n") {
		document += "\n"
	}
	return document
}

// config writes a configuration that is valid.
func (g *generator) config() string {
	var out strings.Builder
	name := g.pick("shop", "shop", "x", "a-release-with-a-name-of-exactly-fifty-three-letters1")
	fmt.Fprintf(&out, "apiVersion: helm-ferry.dev/v1alpha1\nkind: Ferry\nmetadata: {name: %s}\nspec:\n  objectStorage:\n", name)
	option := func(n int, format string, values ...any) {
		if g.oneIn(n) {
			fmt.Fprintf(&out, format+"\n", values...)
		}
	}
	fmt.Fprintf(&out, "    alias: {name: %s, port: %d}\n", g.pick("shop-objectstorage", "store"), []int{9000, 80}[g.IntN(2)])
	fmt.Fprintf(&out, "    previousProvider: %s\n", g.pick("minio", "minio", "rustfs", "external"))
	option(8, "    activeProvider: %s", g.pick("minio", "rustfs", "versitygw"))
	option(4, "    cutoverAcknowledged: true")
	option(6, "    endpoint: https://s3.example.com")
	option(2, "    rewire: true")
	option(2, "    credentials: {existingSecret: shop-s3}")
	option(8, "    providers: [{name: attic, port: 8444}, {name: old-minio, port: 9000, match: [{labels: {app: old-minio}}]}]")
	option(8, "  preUpgradeChecks: {enabled: false}")
	option(5, "  migration: {enabled: true, from: minio, to: %s, dryRun: %t}", g.pick("rustfs", "rustfs", "external"), g.oneIn(2))
	option(12, "  image: registry.example.com/ferry-hook@sha256:0123")
	option(8, "  podTemplate: {metadata: {labels: {a: b}}, spec: {tolerations: [{operator: Exists}], containers: [{name: ferry, resources: {}}]}}")
	if g.oneIn(3) {
		out.WriteString("  mirrors:\n")
		for i := range 1 + g.IntN(3) {
			fmt.Fprintf(&out, "  - {name: %s%d, rpo: %s, suspend: %t, destination: {endpoint: \"https://copy.example.com\", secretName: %s}, buckets: [\"*\"]}\n",
				g.pick("m", strings.Repeat("mirror", 9)), i, g.pick("1h", "1d", "1w"), g.oneIn(2), g.pick("copy", `""`))
		}
	}
	return out.String()
}

// asHelm4 carries documents as Helm 4 does: through kyaml, each with the name of its template.
func asHelm4(documents []string) []byte {
	nodes := nodesOf(documents)
	for i, node := range nodes {
		if err := node.PipeE(yaml.SetAnnotation(manifest.FilenameAnnotation, fmt.Sprintf("shop/templates/%d.yaml", i%7))); err != nil {
			return nil
		}
	}
	text, err := kio.StringAll(nodes)
	if err != nil {
		return nil
	}
	return []byte(text)
}

// asList carries documents as kustomize does.
func asList(documents []string) []byte {
	var out bytes.Buffer
	writer := kio.ByteWriter{Writer: &out, WrappingKind: kio.ResourceListKind, WrappingAPIVersion: kio.ResourceListAPIVersion, KeepReaderAnnotations: true}
	if err := writer.Write(nodesOf(documents)); err != nil {
		return nil
	}
	return out.Bytes()
}

// nodesOf parses the documents that kyaml can read: it takes no others.
func nodesOf(documents []string) []*yaml.RNode {
	var nodes []*yaml.RNode
	for _, document := range documents {
		some, err := (&kio.ByteReader{Reader: strings.NewReader(document), OmitReaderAnnotations: true}).Read()
		if err == nil {
			nodes = append(nodes, some...)
		}
	}
	return nodes
}
