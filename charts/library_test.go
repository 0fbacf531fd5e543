package charts_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/manifest"
)

// documents are values of a chart that has nothing but the library, and the config document that
// they give.
var documents = map[string]struct{ values, want string }{
	"nothing set": {
		values: ``,
		want: `apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata:
  name: ilum
spec:
  {}
`,
	},
	"name and image": {
		values: `ferry: {name: lake, image: "registry.example.com/hook:1"}`,
		want: `apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata:
  name: lake
spec:
  image: registry.example.com/hook:1
`,
	},
	"a switch that is null is not off": {
		values: `ferry: {enabled: null}`,
		want: `apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata:
  name: ilum
spec:
  {}
`,
	},
	"values of others stay out": {
		values: `
objectStorage: {rewire: true}
preUpgradeChecks: {required: true}
migrations: {database: {enabled: true}}
replicas: 3
`,
		want: `apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata:
  name: ilum
spec:
  objectStorage:
    rewire: true
  preUpgradeChecks:
    required: true
`,
	},
	"false is set, null is not": {
		values: `
objectStorage: {endpoint: "", region: null, cutoverAcknowledged: false}
preUpgradeChecks: {enabled: false}
`,
		want: `apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata:
  name: ilum
spec:
  objectStorage:
    cutoverAcknowledged: false
    endpoint: ""
  preUpgradeChecks:
    enabled: false
`,
	},
	"old name wins over false": {
		values: `
objectStorage: {cutoverAcknowledged: false}
rustfs: {migrationAcknowledged: true}
`,
		want: `apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata:
  name: ilum
spec:
  objectStorage:
    cutoverAcknowledged: true
`,
	},
	"a migration that is off": {
		values: `migration: {minioToRustfs: {enabled: false, deadline: 9m}}`,
		want: `apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata:
  name: ilum
spec:
  {}
`,
	},
	"names of providers, with values under either spelling": {
		values: `
cephRgw: {enabled: true}
seaweedfs: {enabled: true}
migration: {cephRgwToSeaweedfs: {enabled: true, quiesce: false, accept: [versions, lock]}}
`,
		want: `apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata:
  name: ilum
spec:
  migration:
    accept:
    - versions
    - lock
    enabled: true
    from: ceph-rgw
    quiesce: false
    to: seaweedfs
`,
	},
	"sides that are not the chart's": {
		values: `migration: {minioToExternal: {enabled: true, dryRun: true}}`,
		want: `apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata:
  name: ilum
spec:
  migration:
    dryRun: true
    enabled: true
    from: minio
    to: external
`,
	},
}

func TestDocument(t *testing.T) {
	t.Parallel()
	for name, document := range documents {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := ownChart(t, document.values)
			withHelms(t, func(t *testing.T, helm string) {
				t.Helper()
				stream := render(t, helm, dir)
				found := 0
				for _, o := range stream.Objects() {
					got := o.String("data", "ferry.yaml")
					if got == "" {
						continue
					}
					found++
					if diff := cmp.Diff(document.want, got); diff != "" {
						t.Errorf("document of %s (-want +got):\n%s", o.Title(), diff)
					}
				}
				if want := 2 - strings.Count(document.want, "enabled: false"); found != want {
					t.Errorf("%d documents, want %d: the release's, and the guard's unless it is off", found, want)
				}
			})
		})
	}
}

// TestAlwaysOnSubChart has a provider whose sub-chart cannot be switched off: it runs, whatever its
// values say or leave out.
func TestAlwaysOnSubChart(t *testing.T) {
	t.Parallel()
	dir := ownChart(t, "migration: {minioToExternal: {enabled: true}}\nminio: {auth: {accessKey: a, secretKey: b}}\n", "minio")
	withHelms(t, func(t *testing.T, helm string) {
		t.Helper()
		find(t, render(t, helm, dir), "ConfigMap/ilum-ferry")
	})
}

func TestConfigMap(t *testing.T) {
	t.Parallel()
	var library struct{ Version string }
	data, err := os.ReadFile("ferry/Chart.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, &library); err != nil {
		t.Fatal(err)
	}
	dir := ownChart(t, "")
	withHelms(t, func(t *testing.T, helm string) {
		t.Helper()
		o := find(t, render(t, helm, dir), "ConfigMap/ilum-ferry")
		labels := map[string]string{
			"app.kubernetes.io/part-of": "ferry", "app.kubernetes.io/component": "config",
			"app.kubernetes.io/instance": "ilum", "app.kubernetes.io/managed-by": "Helm",
			"helm-ferry.dev/config": "true",
		}
		annotations := map[string]string{
			"helm.sh/resource-policy": "keep", "helm-ferry.dev/library-chart": library.Version,
		}
		if diff := cmp.Diff(labels, o.Labels()); diff != "" {
			t.Errorf("labels (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(annotations, o.Annotations()); diff != "" {
			t.Errorf("annotations (-want +got):\n%s", diff)
		}
	})
}

func TestNotes(t *testing.T) {
	t.Parallel()
	const notice = "DEPRECATED: rustfs.migrationAcknowledged is the old name of objectStorage.cutoverAcknowledged."
	dir := ownChart(t, "")
	for acknowledged, want := range map[string]bool{
		"rustfs.migrationAcknowledged=true":      true,
		"rustfs.migrationAcknowledged=false":     false,
		"objectStorage.cutoverAcknowledged=true": false,
	} {
		t.Run(acknowledged, func(t *testing.T) {
			t.Parallel()
			withHelms(t, func(t *testing.T, helm string) {
				t.Helper()
				notes := find(t, render(t, helm, dir, "--set", acknowledged), "ConfigMap/notes").String("data", "notes")
				if got := strings.Contains(notes, notice); got != want || !want && notes != "" {
					t.Errorf("the notes are %q; with the notice: %v", notes, want)
				}
			})
		})
	}
}

// TestCutoverHooks: a chart cannot see which Secrets its stores use. Where it is told, it has the hooks of
// a cutover, and they call what ferry-hook has; elsewhere it says why not.
func TestCutoverHooks(t *testing.T) {
	t.Parallel()
	withHelms(t, func(t *testing.T, helm string) {
		t.Helper()
		stream := render(t, helm, "lakehouse", "--values", "lakehouse/ci/cutover-hooks-values.yaml")
		job := find(t, stream, "Job/ilum-cutover")
		if got := job.String("spec", "activeDeadlineSeconds"); got != "5445" {
			t.Errorf("the cutover may run for %s seconds, want 1h30m and 45 seconds", got)
		}
		var args []string
		container := manifest.Items(job.Node("spec", "template", "spec", "containers"))[0]
		for _, arg := range manifest.Items(manifest.Lookup(container, "args")) {
			args = append(args, arg.Value)
		}
		want := []string{"cutover", "--config=/etc/ferry/ferry.yaml", "--release=ilum", "--revision=1"}
		if diff := cmp.Diff(want, args); diff != "" {
			t.Errorf("arguments (-want +got):\n%s", diff)
		}
		confirm, weight := find(t, stream, "Job/ilum-confirm"), "helm.sh/hook-weight"
		if before, after := job.Annotations()[weight], confirm.Annotations()[weight]; before != "-5" || after != "-4" {
			t.Errorf("the cutover has weight %s, and what asks for its proof %s", before, after)
		}
		if events := find(t, stream, "Job/ilum-bring-back").Annotations()["helm.sh/hook"]; events != "post-upgrade,post-rollback" {
			t.Errorf("bringing back is a hook of %s", events)
		}
		// the last upgrade of a store that consumers have left looks at it once more
		for _, active := range []string{"auto", "rustfs"} {
			find(t, render(t, helm, "lakehouse", "--values", "lakehouse/ci/cutover-hooks-values.yaml",
				"--set", "minio.enabled=false,objectStorage.activeProvider="+active), "Job/ilum-cutover")
		}
		for _, o := range render(t, helm, "lakehouse", "--values", "lakehouse/ci/path-b-migrate-values.yaml").Objects() {
			if o.Name == "ilum-cutover" {
				t.Errorf("%s is rendered, and nothing says how to open the stores", o.Title())
			}
		}
	})
	dir := ownChart(t, "")
	withHelms(t, func(t *testing.T, helm string) {
		t.Helper()
		notes := find(t, render(t, helm, dir, "--set", "migration.minioToRustfs.enabled=true"), "ConfigMap/notes").String("data", "notes")
		if want := "Name it for minio and rustfs in objectStorage.providers"; !strings.Contains(strings.Join(strings.Fields(notes), " "), want) {
			t.Errorf("the notes are %q, want %q in them", notes, want)
		}
	})
}

// TestCondition switches the library off, in a chart where that is the condition of the dependency
// and each include has a guard, and in a chart that has neither.
func TestCondition(t *testing.T) {
	t.Parallel()
	conditional := ownChart(t, "ferry: {enabled: true}\n")
	write(t, filepath.Join(conditional, "Chart.yaml"),
		"apiVersion: v2\nname: own\nversion: 1.0.0\ndependencies:\n- {name: ferry, version: 0.1.0, condition: ferry.enabled}\n")
	for _, name := range []string{"templates/ferry.yaml", "templates/notes.yaml"} {
		file := filepath.Join(conditional, name)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		write(t, file, "{{- if .Values.ferry.enabled }}\n"+string(text)+"\n{{- end }}\n")
	}
	for name, dir := range map[string]string{"condition": conditional, "no condition": ownChart(t, "")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withHelms(t, func(t *testing.T, helm string) {
				t.Helper()
				find(t, render(t, helm, dir, "--set", "ferry.enabled=true"), "ConfigMap/ilum-ferry")
				for _, o := range render(t, helm, dir, "--set", "ferry.enabled=false").Objects() {
					if o.Title() == "ConfigMap/ilum-ferry" {
						t.Errorf("%s is rendered though ferry.enabled is false", o.Title())
					}
				}
			})
		})
	}
}

// ownChart writes a chart with those values that depends on the library and on these sub-charts of
// the lakehouse. It shows the notes in a ConfigMap, since helm template does not show NOTES.txt.
func ownChart(t *testing.T, values string, more ...string) string {
	t.Helper()
	dir := t.TempDir()
	metadata := "apiVersion: v2\nname: own\nversion: 1.0.0\ndependencies:\n- {name: ferry, version: 0.1.0}\n"
	for _, name := range more {
		metadata += "- {name: " + name + ", version: 0.1.0}\n"
	}
	for _, name := range append([]string{"ferry"}, more...) {
		if err := os.CopyFS(filepath.Join(dir, "charts", name), os.DirFS(filepath.Join("lakehouse/charts", name))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "templates"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"Chart.yaml":           metadata,
		"values.yaml":          values,
		"templates/ferry.yaml": `{{ include "ferry.objects" . }}`,
		"templates/notes.yaml": `{apiVersion: v1, kind: ConfigMap, metadata: {name: notes}, data: {notes: {{ include "ferry.notes" . | quote }}}}`,
	} {
		write(t, filepath.Join(dir, name), text)
	}
	return dir
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
