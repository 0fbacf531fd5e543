package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestChartThatRendersNothing: Helm 3 would take blank output for a release without objects, and
// Helm 4 for a fault.
func TestChartThatRendersNothing(t *testing.T) {
	folder := chart(t, map[string]string{"templates/none.yaml": "{{- if .Values.on }}\nkind: ConfigMap\n{{- end }}\n"})
	withHelms(t, func(t *testing.T, h helm) {
		output := h.template(t, folder, config(t, "")...)
		var got []string
		for _, o := range parse(t, output).Objects() {
			if !o.Hook() {
				got = append(got, o.Title())
			}
		}
		if len(got) != 1 || got[0] != "ConfigMap/shop-ferry" {
			t.Errorf("want the configuration alone, got\n%s", output)
		}
	})
}

// crlfChart has 200 documents with Windows line ends, and a store among them.
func crlfChart(t *testing.T) string {
	t.Helper()
	files := map[string]string{"templates/minio.yaml": strings.ReplaceAll(store("shop-minio"), "\n", "\r\n")}
	for n := range 197 {
		text := fmt.Sprintf("# file %[1]d: ключ, 鍵\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c%[1]d\ndata:\n  text: |+\n    line\n\n  quoted: \"0x50\"\n", n)
		files[fmt.Sprintf("templates/c%d.yaml", n)] = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return chart(t, files)
}

// TestWindowsLineEnds: what Ferry does not change is the same to the byte under Helm 3, and the same
// to the node under Helm 4, which writes every document anew.
func TestWindowsLineEnds(t *testing.T) {
	folder := crlfChart(t)
	flags := config(t, "")
	withHelms(t, func(t *testing.T, h helm) {
		plain := parse(t, h.mustRun(t, "template", "shop", folder))
		rendered := parse(t, h.template(t, folder, flags...))
		want, got := content(t, plain), content(t, rendered)
		for title := range got {
			if want[title] == nil {
				delete(got, title) // added
			}
		}
		delete(want, "StatefulSet/shop-minio") // changed: its claims are kept
		delete(got, "StatefulSet/shop-minio")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("objects of the chart (-without +with Ferry):\n%s", diff)
		}
		if h.postRenderer == "ferry" {
			checkBytes(t, h.mustRun(t, "template", "shop", folder), h.template(t, folder, flags...))
		}
	})
}

var documentStart = regexp.MustCompile(`(?m)^---$`)

// checkBytes demands that every ConfigMap of the chart has its bytes and its place among the others.
func checkBytes(t *testing.T, plain, rendered string) {
	t.Helper()
	ofChart := func(text string) []string {
		var documents []string
		for _, document := range documentStart.Split(text, -1) {
			if strings.Contains(document, "templates/c") {
				documents = append(documents, strings.TrimSpace(document))
			}
		}
		return documents
	}
	want := ofChart(plain)
	if len(want) != 197 {
		t.Fatalf("the chart renders %d ConfigMaps", len(want))
	}
	if diff := cmp.Diff(want, ofChart(rendered)); diff != "" {
		t.Errorf("documents (-without +with Ferry):\n%s", diff)
	}
}

// hookChart has a hook that shares its name with a ConfigMap of the release, and one that has the
// name of something that Ferry adds.
var hookChart = map[string]string{
	"templates/minio.yaml": store("shop-minio"),
	"templates/app.yaml":   "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: twice}\ndata: {a: release}\n",
	"templates/hook.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: twice\n  annotations: {helm.sh/hook: pre-upgrade}\ndata: {a: hook}\n" +
		"---\napiVersion: v1\nkind: Service\nmetadata:\n  name: shop-objectstorage\n  annotations: {helm.sh/hook: pre-install}\nspec: {ports: [{port: 1}]}\n",
}

// TestHooksSurvive: Helm 4 passes hooks through its post-renderer, Helm 3 does not; both end with them.
func TestHooksSurvive(t *testing.T) {
	folder := chart(t, hookChart)
	withHelms(t, func(t *testing.T, h helm) {
		count := func(text string) map[string]int {
			found := map[string]int{}
			for _, o := range parse(t, text).Objects() {
				if o.Hook() && o.Name != "shop-guard" {
					found[o.Title()+" "+o.String("data", "a")]++
				}
			}
			return found
		}
		output := h.template(t, folder, config(t, "")...)
		want := map[string]int{"ConfigMap/twice hook": 1, "Service/shop-objectstorage ": 1}
		if diff := cmp.Diff(want, count(output)); diff != "" {
			t.Errorf("hooks (-want +got):\n%s", diff)
		}
		objects := content(t, parse(t, output))
		if objects["Service/shop-objectstorage 2"] == nil {
			t.Error("the alias is not there beside the hook of its name")
		}
		if objects["ConfigMap/twice 2"] == nil {
			t.Error("the ConfigMap is not there beside the hook of its name")
		}
	})
}

func TestCustomResourceDefinitionsSurvive(t *testing.T) {
	folder := chart(t, map[string]string{
		"templates/minio.yaml": store("shop-minio"),
		"crds/boats.yaml": "# of the chart\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: boats.example.com\n" +
			"spec: {group: example.com, scope: Namespaced, names: {kind: Boat, plural: boats}, versions: []}\n",
	})
	withHelms(t, func(t *testing.T, h helm) {
		const title = "CustomResourceDefinition/boats.example.com"
		want := content(t, parse(t, h.mustRun(t, "template", "shop", folder, "--include-crds")))
		got := content(t, parse(t, h.template(t, folder, append(config(t, ""), "--include-crds")...)))
		if diff := cmp.Diff(want[title], got[title]); diff != "" || got[title] == nil {
			t.Errorf("(-without +with Ferry):\n%s", diff)
		}
	})
}

// TestShowOnlySelectsWhatIsAdded: added objects have a template that -s and people can name.
func TestShowOnlySelectsWhatIsAdded(t *testing.T) {
	folder := chart(t, map[string]string{"templates/minio.yaml": store("shop-minio")})
	withHelms(t, func(t *testing.T, h helm) {
		output := h.template(t, folder, append(config(t, ""), "-s", "templates/ferry/service-shop-objectstorage.yaml")...)
		objects := content(t, parse(t, output))
		if len(objects) != 1 || objects["Service/shop-objectstorage"] == nil {
			t.Errorf("want the alias alone, got\n%s", output)
		}
		if strings.Contains(output, "postrender-filename") {
			t.Error("the annotation that names the template is left in the object")
		}
	})
}

// TestOutputFolder: Helm 4 writes a file for each template, those of added objects too.
func TestOutputFolder(t *testing.T) {
	h := newHelm4(t)
	folder := t.TempDir()
	h.template(t, chart(t, map[string]string{"templates/minio.yaml": store("shop-minio")}), append(config(t, ""), "--output-dir", folder)...)
	text, err := os.ReadFile(filepath.Join(folder, "shop", "templates", "ferry", "service-shop-objectstorage.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if objects := content(t, parse(t, string(text))); objects["Service/shop-objectstorage"] == nil {
		t.Errorf("want the alias, got\n%s", text)
	}
}

// TestRenderingAgainChangesNothing has a chart that is the output of an earlier rendering.
func TestRenderingAgainChangesNothing(t *testing.T) {
	flags := config(t, "spec:\n  objectStorage: {defaultBuckets: [orders]}\n"+
		"  mirrors: [{name: offsite, rpo: 1h, destination: {endpoint: \"https://s3.example.com\", secretName: offsite}}]\n")
	folder := chart(t, map[string]string{"templates/minio.yaml": store("shop-minio"), "templates/app.yaml": consumer})
	withHelms(t, func(t *testing.T, h helm) {
		once := h.template(t, folder, flags...)
		twice := h.template(t, chart(t, map[string]string{"templates/all.yaml": once}), flags...)
		if diff := cmp.Diff(content(t, parse(t, once)), content(t, parse(t, twice))); diff != "" {
			t.Errorf("objects (-once +twice):\n%s", diff)
		}
	})
}

// TestBothHelmsAddTheSame compares the objects that arrive; only the mark of the guard knows who
// called, since a hook could stand under one and not the other.
func TestBothHelmsAddTheSame(t *testing.T) {
	flags := config(t, "spec:\n  preUpgradeChecks: {enabled: false}\n  objectStorage: {defaultBuckets: [orders]}\n"+
		"  mirrors: [{name: offsite, rpo: 1h, destination: {endpoint: \"https://s3.example.com\", secretName: offsite}}]\n")
	folder := chart(t, map[string]string{"templates/minio.yaml": store("shop-minio"), "templates/app.yaml": consumer})
	helm3 := content(t, parse(t, newHelm3(t).template(t, folder, flags...)))
	helm4 := content(t, parse(t, newHelm4(t).template(t, folder, flags...)))
	if diff := cmp.Diff(helm3, helm4); diff != "" {
		t.Errorf("objects (-Helm 3 +Helm 4):\n%s", diff)
	}
}

// TestPipe: `helm template | ferry post-render` is for everything that is not Helm.
func TestPipe(t *testing.T) {
	folder := chart(t, map[string]string{"templates/minio.yaml": store("shop-minio"), "templates/app.yaml": consumer})
	file := configFile(t, "")
	h := newHelm3(t)
	want := content(t, parse(t, h.template(t, folder, "--post-renderer-args", "--config="+file)))
	for _, source := range []helm{h, newHelm4(t)} {
		plain := source.mustRun(t, "template", "shop", folder)
		for _, verb := range [][]string{{"post-render"}, {}, {"render", "-f", "-"}} {
			output, err := call(t, newEnv(t), strings.NewReader(plain), ferry(), append(verb, "--config", file)...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, content(t, parse(t, output))); diff != "" {
				t.Errorf("%v: objects (-Helm 3 +pipe):\n%s", verb, diff)
			}
		}
	}
}

// TestHelmUnittest: helm-unittest cuts the output of a post-renderer at its marker, and takes the
// last file for the origin of what has none.
func TestHelmUnittest(t *testing.T) {
	const marker = "---\n#### file: "
	input := marker + "shop/templates/app.yaml\n" + consumer + marker + "shop/templates/minio.yaml\n" + store("shop-minio")
	output, err := call(t, newEnv(t), strings.NewReader(input), ferry(), "--config", configFile(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, part := range strings.Split(output, marker)[1:] {
		name, text, _ := strings.Cut(part, "\n")
		files[name] += text
	}
	if files["shop/templates/app.yaml"] != consumer {
		t.Errorf("app.yaml has become\n%s", files["shop/templates/app.yaml"])
	}
	for _, name := range []string{"service-shop-objectstorage", "secret-shop-objectstorage-credentials", "configmap-shop-ferry"} {
		objects := content(t, parse(t, files["shop/templates/ferry/"+name+".yaml"]))
		if len(objects) != 1 {
			t.Errorf("%s.yaml has %d objects", name, len(objects))
		}
	}
}
