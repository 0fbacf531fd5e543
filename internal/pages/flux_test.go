package pages

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// flux does what helm-controller does with a HelmRelease. Workloads never become ready here: it does not
// wait for them, as with disableWait.
type flux struct {
	*room

	major string
	// retries is remediation.retries: a failed upgrade is rolled back and tried again.
	retries int
}

const fluxValues = `minio: {enabled: true, auth: {accessKey: lakehouse, secretKey: lakehouse-test}}
objectStorage:
  credentials: {existingSecret: lake-s3}
  providers:
  - {name: minio, credentials: {secretName: lake-minio, accessKeyKey: root-user, secretKeyKey: root-password}}
  - {name: rustfs, credentials: {secretName: lake-rustfs, accessKeyKey: RUSTFS_ACCESS_KEY, secretKeyKey: RUSTFS_SECRET_KEY}}
`

const oneStore = "rustfs: {enabled: false}\n"

const fluxMigration = `rustfs: {enabled: true, auth: {accessKey: lakehouse, secretKey: lakehouse-test}}
migration: {minioToRustfs: {enabled: true}}
`

// newFlux has the chart of the page in its folder: it depends on the library, and renders the objects
// that are committed.
func newFlux(t *testing.T, major, helm string) *flux {
	t.Helper()
	f := &flux{room: newRoom(t, map[string]string{"helm": helm, "kustomize": testworld.Kustomize(t), "kubectl": testworld.Kubectl(t)}), major: major}
	chart := filepath.Join(f.folder, "chart")
	err := os.RemoveAll(chart)
	if err == nil {
		err = os.CopyFS(chart, os.DirFS("../../charts/lakehouse"))
	}
	if err != nil {
		t.Fatal(err)
	}
	f.write(t, "chart/templates/ferry-objects.yaml", "{{ .Files.Get \"ferry-objects.yaml\" }}\n")
	f.write(t, "chart/templates/uploads.yaml", `{{- if .Values.extra }}
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: uploads}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
{{- end }}
`)
	f.loosen(t)
	f.write(t, "objects.sh", strings.Replace(block(t, "flux.md", "objects.sh"), "-n storage", "-n "+f.client.Namespace, 1))
	f.postRenderer(t)
	f.must(t, "kubectl", "create", "secret", "generic", "lake-s3", "--from-literal=access-key=lakehouse", "--from-literal=secret-key=lakehouse-test")
	return f
}

// loosen lets the chart's values have one more.
func (f *flux) loosen(t *testing.T) {
	t.Helper()
	if err := os.Remove(filepath.Join(f.folder, "chart", "values.schema.json")); err != nil {
		t.Fatal(err)
	}
}

// postRenderer is helm-controller's: the patches of the HelmRelease, then the labels that say whose the
// objects are, by kustomize.
func (f *flux) postRenderer(t *testing.T) {
	t.Helper()
	f.write(t, "post-render/run", `#!/bin/sh
set -eu
cd "$(dirname "$0")"
cat > stream.yaml
kustomize build .
`)
	if err := os.Chmod(filepath.Join(f.folder, "post-render", "run"), 0o700); err != nil {
		t.Fatal(err)
	}
	f.write(t, "post-render/plugin.yaml", "apiVersion: v1\ntype: postrenderer/v1\nname: flux\nversion: 1.0.0\nruntime: subprocess\n"+
		"runtimeConfig: {platformCommand: [{command: \"${HELM_PLUGIN_DIR}/run\"}]}\n")
	if f.major == "4" {
		f.env = append(f.env, "HELM_PLUGINS="+f.folder)
	}
}

// commit writes the values, and what the page has one write after a change of them.
func (f *flux) commit(t *testing.T, values ...string) {
	t.Helper()
	f.write(t, "values.yaml", strings.Join(values, ""))
	f.must(t, "sh", "objects.sh")
	text, err := os.ReadFile(filepath.Join(f.folder, "patches.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var spec struct {
		PostRenderers []struct {
			Kustomize map[string]any `json:"kustomize"`
		} `json:"postRenderers"`
	}
	if err := yaml.Unmarshal(text, &spec); err != nil || len(spec.PostRenderers) != 1 {
		t.Fatalf("the patches are %s: %v", text, err)
	}
	kustomization := maps.Clone(spec.PostRenderers[0].Kustomize)
	kustomization["resources"] = []string{"stream.yaml"}
	kustomization["labels"] = []any{map[string]any{"pairs": map[string]string{
		"helm.toolkit.fluxcd.io/name": "lake", "helm.toolkit.fluxcd.io/namespace": f.client.Namespace,
	}}}
	written, err := yaml.Marshal(kustomization)
	if err != nil {
		t.Fatal(err)
	}
	f.write(t, "post-render/kustomization.yaml", string(written))
}

// reconcile installs or upgrades the release, with the options that helm-controller sets.
func (f *flux) reconcile(t *testing.T) error {
	t.Helper()
	flags := []string{
		"--namespace", f.client.Namespace, "--timeout", "10m", "--devel", "--skip-crds", "--take-ownership", "-f", "values.yaml",
	}
	if f.major == "3" {
		flags = append(flags, "--post-renderer", "post-render/run")
	} else {
		flags = append(flags, "--post-renderer", "flux", "--force-conflicts")
	}
	if _, err := f.call(t, "helm", "status", "lake"); err != nil {
		_, err := f.call(t, "helm", append([]string{"install", "lake", "./chart"}, flags...)...)
		return err
	}
	var failed error
	for range f.retries + 1 {
		deployed := f.deployed(t)
		_, failed = f.call(t, "helm", append([]string{"upgrade", "lake", "./chart", "--reset-values", "--history-max", "5"}, flags...)...)
		if failed == nil {
			return nil
		}
		if f.retries > 0 {
			f.must(t, "helm", "rollback", "lake", deployed, "--namespace", f.client.Namespace, "--timeout", "10m", "--history-max", "5")
		}
	}
	return failed
}

// deployed is the number of the revision in force.
func (f *flux) deployed(t *testing.T) string {
	t.Helper()
	var history []struct {
		Revision json.Number `json:"revision"`
		Status   string      `json:"status"`
	}
	if err := json.Unmarshal([]byte(f.must(t, "helm", "history", "lake", "-o", "json")), &history); err != nil {
		t.Fatal(err)
	}
	for _, revision := range history {
		if revision.Status == "deployed" {
			return revision.Revision.String()
		}
	}
	t.Fatalf("nothing is in force: %+v", history)
	return ""
}

func (f *flux) alias(t *testing.T) string {
	t.Helper()
	return f.must(t, "kubectl", "get", "service", "lake-objectstorage", "-o", `jsonpath={.metadata.labels.helm-ferry\.dev/provider}`)
}

// withFlux runs a test as helm-controller was built on Helm 3, and on Helm 4.
func withFlux(t *testing.T, test func(t *testing.T, f *flux)) {
	t.Helper()
	for major, helm := range testworld.Helms(t, t.Name()) {
		t.Run("helm"+major, func(t *testing.T) {
			t.Parallel()
			test(t, newFlux(t, major, helm))
		})
	}
}

// TestFluxGuard: what loses a claim fails before anything is applied. A retry leaves the claim behind.
func TestFluxGuard(t *testing.T) {
	t.Parallel()
	withFlux(t, func(t *testing.T, f *flux) {
		f.commit(t, fluxValues, oneStore, "extra: true\n")
		if err := f.reconcile(t); err != nil {
			t.Fatal(err)
		}
		if got := f.alias(t); got != "minio" {
			t.Errorf("the alias selects %q", got)
		}
		if got := f.must(t, "kubectl", "get", "statefulset", "lake-minio", "-o", "jsonpath={.spec.persistentVolumeClaimRetentionPolicy.whenDeleted}"); got != "Retain" {
			t.Errorf("the patches are not applied: whenDeleted is %q", got)
		}
		uid := f.unkeep(t, "uploads")
		f.commit(t, fluxValues, oneStore)
		before := f.deployed(t)
		refused(t, f.reconcile(t), "pre-upgrade hooks failed")
		if claim := f.claim(t, "uploads"); claim.UID != uid || f.deployed(t) != before {
			t.Error("the release is not as it was")
		}
		f.unkeep(t, "uploads")
		f.retries = 1
		if err := f.reconcile(t); err != nil {
			t.Errorf("the second attempt: %v", err)
		}
		if claim := f.claim(t, "uploads"); claim.UID != uid {
			t.Error("the claim is another one")
		}
		if f.stop(); strings.Count(f.log, "would delete 1 claim (uploads") != 2 || !strings.Contains(f.log, "left behind: uploads") {
			t.Errorf("the guard said\n%s", f.log)
		}
	})
}

// TestFluxMigration: two commits, and the order in which the hooks run and the alias moves.
func TestFluxMigration(t *testing.T) {
	testworld.Wide(t, "TestTheChartMovesItself on a real cluster")
	t.Parallel()
	withFlux(t, func(t *testing.T, f *flux) {
		f.playCutover(t)
		f.commit(t, fluxValues, oneStore)
		if err := f.reconcile(t); err != nil {
			t.Fatal(err)
		}
		f.commit(t, fluxValues, fluxMigration)
		if err := f.reconcile(t); err != nil {
			t.Fatal(err)
		}
		f.commit(t, strings.Replace(fluxValues, "objectStorage:", "objectStorage:\n  cutoverAcknowledged: true", 1), fluxMigration)
		if err := f.reconcile(t); err != nil {
			t.Fatal(err)
		}
		f.stop()
		var order []string
		for line := range strings.Lines(f.log) {
			if said, found := strings.CutPrefix(strings.TrimSpace(line), "played "); found {
				order = append(order, said)
			}
		}
		want := []string{
			"guard minio", "cutover minio", "confirm minio", "bring-back minio", "migrate",
			"guard minio", "cutover minio", "confirm minio", "bring-back rustfs",
		}
		if !sameButFor(order, want, "migrate") {
			t.Errorf("the hooks ran as %q, want %q", order, want)
		}
	})
}

// sameButFor compares two orders, leaving out what runs beside the hooks.
func sameButFor(got, want []string, beside string) bool {
	without := func(list []string) (kept []string) {
		for _, word := range list {
			if word != beside {
				kept = append(kept, word)
			}
		}
		return kept
	}
	return reflect.DeepEqual(without(got), without(want))
}

// playCutover has Jobs say what they are and what the alias selects. There are no stores, so that none
// of those that copy is run.
func (f *flux) playCutover(t *testing.T) {
	t.Helper()
	if err := os.Remove(f.hook()); err != nil {
		t.Fatal(err)
	}
	script := `#!/bin/sh
case $1 in
migrate) echo played migrate; exit 0 ;;
esac
what=$1
[ "$2" = --confirm ] && what=confirm
echo "played $what $(KUBECTL --cache-dir "$(dirname "$0")/cache" get service lake-objectstorage -o 'jsonpath={.metadata.labels.helm-ferry\.dev/provider}')"
case $1 in
cutover|bring-back) exit 0 ;;
esac
exec FERRY_HOOK "$@"
`
	script = strings.NewReplacer("KUBECTL", testworld.Kubectl(t), "FERRY_HOOK", filepath.Join(programs, "ferry-hook")).Replace(script)
	f.write(t, "hook", script)
	if err := os.Chmod(f.hook(), 0o700); err != nil {
		t.Fatal(err)
	}
}

// TestFluxDrift compares as drift detection does: the manifest in force, applied on the server's side
// without effect, against what is live. A consumer that is stopped is drift in its replicas and in
// nothing else, which the page has Flux ignore; a claim that the guard has annotated is none.
func TestFluxDrift(t *testing.T) {
	t.Parallel()
	withFlux(t, func(t *testing.T, f *flux) {
		f.commit(t, fluxValues, oneStore, "extra: true\n")
		if err := f.reconcile(t); err != nil {
			t.Fatal(err)
		}
		f.write(t, "manifest.yaml", f.must(t, "helm", "get", "manifest", "lake"))
		manager := "helm-controller"
		f.must(t, "kubectl", "apply", "--server-side", "--force-conflicts", "--field-manager", manager, "-f", "manifest.yaml")
		f.must(t, "kubectl", "scale", "deployment/lake-notebook", "--replicas=0")
		f.must(t, "kubectl", "annotate", "pvc/uploads", "--overwrite", "helm.sh/resource-policy=keep", "example.com/armed=yes")

		if paths := f.drift(t, manager, "deployment", "lake-notebook"); !reflect.DeepEqual(paths, []string{"/spec/replicas"}) {
			t.Errorf("a stopped consumer drifts in %q", paths)
		}
		if paths := f.drift(t, manager, "persistentvolumeclaim", "uploads"); len(paths) != 0 {
			t.Errorf("an annotated claim drifts in %q", paths)
		}
	})
}

// drift are the fields that applying the manifest would change of an object.
func (f *flux) drift(t *testing.T, manager, kind, name string) []string {
	t.Helper()
	var live, applied map[string]any
	read := func(into *map[string]any, args ...string) {
		t.Helper()
		var list struct {
			Items []map[string]any `json:"items"`
		}
		if err := json.Unmarshal([]byte(f.must(t, "kubectl", append(args, "-o", "json")...)), &list); err != nil {
			t.Fatal(err)
		}
		for _, item := range list.Items {
			metadata, _ := item["metadata"].(map[string]any)
			if itemKind, _ := item["kind"].(string); strings.EqualFold(itemKind, kind) && metadata["name"] == name {
				for _, field := range []string{"managedFields", "resourceVersion", "generation"} {
					delete(metadata, field)
				}
				delete(item, "status")
				*into = item
			}
		}
		if *into == nil {
			t.Fatalf("there is no %s/%s", kind, name)
		}
	}
	read(&live, "get", kind)
	read(&applied, "apply", "--server-side", "--dry-run=server", "--force-conflicts", "--field-manager", manager, "-f", "manifest.yaml")
	return differing("", live, applied)
}

// differing are the paths at which two values differ.
func differing(path string, a, b any) []string {
	x, isMap := a.(map[string]any)
	y, other := b.(map[string]any)
	if !isMap || !other {
		if reflect.DeepEqual(a, b) {
			return nil
		}
		return []string{path}
	}
	var found []string
	for key := range maps.Keys(x) {
		found = append(found, differing(path+"/"+key, x[key], y[key])...)
	}
	for key := range maps.Keys(y) {
		if _, known := x[key]; !known {
			found = append(found, path+"/"+key)
		}
	}
	return found
}
