package integration

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// kustomization writes a folder for kustomize with the program inside it, since kustomize runs no
// function from elsewhere.
func kustomization(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		writeFile(t, folder, name, text)
	}
	program, err := os.ReadFile(ferry())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "ferry"), program, 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
}

const function = `apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata:
  name: shop
  annotations:
    config.kubernetes.io/function: |
      exec: {path: ./ferry, args: [fn]}
`

func kustomize(t *testing.T, folder string) (string, error) {
	t.Helper()
	return call(t, newEnv(t), nil, testworld.Kustomize(t), "build", "--enable-alpha-plugins", "--enable-exec", folder)
}

// TestKustomizeRunsTheFunction: what arrives is what Helm 3 adds, apart from kustomize's own spelling.
func TestKustomizeRunsTheFunction(t *testing.T) {
	release := store("shop-minio") + "---\n" + consumer
	output, err := kustomize(t, kustomization(t, map[string]string{
		"kustomization.yaml": "resources: [release.yaml]\ntransformers: [ferry.yaml]\n",
		"release.yaml":       release,
		"ferry.yaml":         function + "spec: {preUpgradeChecks: {enabled: false}}\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	file := configFile(t, "spec: {preUpgradeChecks: {enabled: false}}\n")
	piped, err := call(t, newEnv(t), strings.NewReader(release), ferry(), "--config", file)
	if err != nil {
		t.Fatal(err)
	}
	want, got := content(t, parse(t, piped)), content(t, parse(t, output))
	const configuration = "ConfigMap/shop-ferry" // holds the text of the file, or of functionConfig
	if got[configuration] == nil {
		t.Errorf("there is no %s", configuration)
	}
	delete(want, configuration)
	delete(got, configuration)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("objects (-pipe +kustomize):\n%s", diff)
	}
}

func TestErrorsReachTheUserOfKustomize(t *testing.T) {
	tests := map[string]struct {
		release, spec string
		want          []string
	}{
		"a field that does not exist": {
			store("shop-minio"), "spec: {preUpgradeCheks: {enabled: true}}\n", []string{"spec.preUpgradeCheks", `did you mean "preUpgradeChecks"`},
		},
		"two stores of one kind": {
			store("shop-minio") + "---\n" + store("shop-second"), "", []string{"StatefulSet/shop-minio", "StatefulSet/shop-second", "switch one off"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			output, err := kustomize(t, kustomization(t, map[string]string{
				"kustomization.yaml": "resources: [release.yaml]\ntransformers: [ferry.yaml]\n",
				"release.yaml":       test.release,
				"ferry.yaml":         function + test.spec,
			}))
			if err == nil {
				t.Fatalf("kustomize accepts what Ferry refuses:\n%s", output)
			}
			for _, part := range test.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q is not in what kustomize prints:\n%v", part, err)
				}
			}
		})
	}
}

// fluxCases are releases in which Ferry changes objects of the chart: by keys, in lists, in Secrets.
var fluxCases = map[string]struct{ release, spec string }{
	"claims are kept": {
		store("shop-minio") + "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: shop.exports\n" +
			"  annotations: {argocd.argoproj.io/sync-options: \"Prune=true,Replace=true\"}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n", "",
	},
	"consumers are rewired": {
		store("shop-minio") + `---
apiVersion: v1
kind: Secret
metadata: {name: shop-app}
stringData: {url: "http://shop-minio:9000/orders", "on": "yes"}
---
apiVersion: v1
kind: Secret
metadata: {name: shop-app-data}
data: {url: aHR0cDovL3Nob3AtbWluaW86OTAwMC9vcmRlcnM=}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: shop-app}
data:
  a/b~c.conf: |
    # of the chart
    endpoint = http://shop-minio:9000
    path = /
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop-app}
spec:
  selector: {matchLabels: {app: shop-app}}
  template:
    metadata: {labels: {app: shop-app}}
    spec:
      containers:
      - name: app
        image: example.com/shop:1
        args: ["--s3", "http://shop-minio:9000", "true"]
        envFrom: [{secretRef: {name: shop-app}}, {secretRef: {name: shop-app-data}}, {configMapRef: {name: shop-app}}]
        env:
        - {name: FIRST, value: "1"}
        - {name: S3_URL, value: "http://shop-minio:9000"}
      - name: side
        image: example.com/shop:1
        env:
        - {name: S3_HOST, value: shop-minio.default.svc:9000}
`, "spec: {objectStorage: {rewire: true}}\n",
	},
}

// dedent takes what stands below kustomize: in a HelmRelease to the top of a kustomization.
func dedent(text string) string {
	return strings.ReplaceAll("\n"+text, "\n    ", "\n")
}

// TestPatchesAreWhatFerryChanges: the chart's manifests with the patches applied by kustomize, as Flux
// does, and the added objects beside them are what Ferry makes of the manifests.
func TestPatchesAreWhatFerryChanges(t *testing.T) {
	for name, test := range fluxCases {
		t.Run(name, func(t *testing.T) {
			manifests := writeFile(t, t.TempDir(), "release.yaml", test.release)
			render := func(flags ...string) string {
				t.Helper()
				args := append([]string{"render", "-f", manifests, "--config", configFile(t, test.spec)}, flags...)
				output, err := call(t, newEnv(t), nil, ferry(), args...)
				if err != nil {
					t.Fatal(err)
				}
				return output
			}
			_, patches, found := strings.Cut(render("--patches", "--include-secrets"), "postRenderers:\n- kustomize:\n")
			if !found {
				t.Fatal("there are no postRenderers")
			}
			output, err := kustomize(t, kustomization(t, map[string]string{
				"kustomization.yaml": dedent(patches) + "resources: [release.yaml, added.yaml]\n",
				"release.yaml":       test.release,
				"added.yaml":         render("--only-added", "--include-secrets"),
			}))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(content(t, parse(t, render())), content(t, parse(t, output))); diff != "" {
				t.Errorf("objects (-rendered +patched):\n%s", diff)
			}
		})
	}
}

// TestPatchesDoNotTouchAnotherList: a chart that puts something else where Ferry saw an address makes
// the patch fail, so that nothing is overwritten.
func TestPatchesDoNotTouchAnotherList(t *testing.T) {
	test := fluxCases["consumers are rewired"]
	patches, err := call(t, newEnv(t), strings.NewReader(test.release), ferry(),
		"render", "-f", "-", "--config", configFile(t, test.spec), "--patches", "--include-secrets")
	if err != nil {
		t.Fatal(err)
	}
	_, inner, _ := strings.Cut(patches, "postRenderers:\n- kustomize:\n")
	output, err := kustomize(t, kustomization(t, map[string]string{
		"kustomization.yaml": dedent(inner) + "resources: [release.yaml]\n",
		"release.yaml":       strings.Replace(test.release, `{name: FIRST, value: "1"}`, `{name: ZERO, value: "0"}`+"\n        - "+`{name: FIRST, value: "1"}`, 1),
	}))
	if err == nil {
		t.Errorf("kustomize patches another variable:\n%s", output)
	} else if !strings.Contains(err.Error(), "env") {
		t.Errorf("the error does not name the path: %v", err)
	}
}
