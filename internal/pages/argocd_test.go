package pages

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	batch "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/yaml"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// argo does what Argo CD does with an application: it generates manifests and syncs them.
type argo struct {
	*room

	// generate is a command line that runs in the folder of the chart.
	generate []string
	objects  dynamic.Interface
}

const application = "lake"

// newArgo has the plugin of the page generate.
func newArgo(t *testing.T, helm string) *argo {
	t.Helper()
	a := &argo{room: newRoom(t, map[string]string{"helm": helm})}
	var plugin struct {
		Spec struct {
			Generate struct {
				Command []string `json:"command"`
				Args    []string `json:"args"`
			} `json:"generate"`
		} `json:"spec"`
	}
	if err := yaml.Unmarshal([]byte(block(t, "argocd.md", "plugin.yaml")), &plugin); err != nil {
		t.Fatal(err)
	}
	a.generate = slices.Concat(plugin.Spec.Generate.Command, plugin.Spec.Generate.Args)
	if err := os.Rename(filepath.Join(a.folder, "ferry.yaml"), filepath.Join(a.folder, "chart", "ferry.yaml")); err != nil {
		t.Fatal(err)
	}
	a.write(t, "chart/templates/uploads.yaml", `{{- if .Values.uploads }}
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: uploads}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
{{- end }}
`)
	var err error
	if a.objects, err = dynamic.NewForConfig(server.Config); err != nil {
		t.Fatal(err)
	}
	return a
}

// manifests runs the command that generates, with what Argo CD has in its environment, and has
// every object tracked by the application.
func (a *argo) manifests(t *testing.T, values string) []*unstructured.Unstructured {
	t.Helper()
	a.write(t, "chart/app.yaml", values)
	cmd := exec.CommandContext(t.Context(), "bash", append([]string{"-c", `exec "$0" "$@"`}, a.generate...)...)
	cmd.Dir = filepath.Join(a.folder, "chart")
	cmd.Env = append(slices.Clone(a.env), "ARGOCD_APP_NAME="+application, "ARGOCD_APP_NAMESPACE="+a.client.Namespace,
		"ARGOCD_APP_REVISION=0000000000000000000000000000000000000001", "ARGOCD_APP_SOURCE_PATH=chart",
		"KUBE_VERSION=1.36.3", "KUBE_API_VERSIONS=v1,apps/v1,batch/v1,policy/v1,networking.k8s.io/v1", "ARGOCD_ENV_VALUES=app.yaml")
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	var found []*unstructured.Unstructured
	for reader := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(string(output)))); ; {
		text, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return found
		}
		o := &unstructured.Unstructured{}
		if err == nil {
			err = yaml.Unmarshal(text, &o.Object)
		}
		if err != nil {
			t.Fatal(err)
		}
		if o.GetKind() == "" {
			continue
		}
		o.SetNamespace(a.client.Namespace)
		annotations := o.GetAnnotations()
		if annotations == nil {
			annotations = map[string]string{}
		}
		annotations["argocd.argoproj.io/tracking-id"] = fmt.Sprintf("%s:%s/%s:%s/%s",
			application, o.GroupVersionKind().Group, o.GetKind(), o.GetNamespace(), o.GetName())
		o.SetAnnotations(annotations)
		found = append(found, o)
	}
}

// phaseOf is the phase of a hook, "Sync" for what is none and "" for a hook that Argo CD does not know.
func phaseOf(o *unstructured.Unstructured) string {
	if phase := o.GetAnnotations()["argocd.argoproj.io/hook"]; phase != "" {
		return phase
	}
	events := o.GetAnnotations()["helm.sh/hook"]
	switch {
	case events == "":
		return "Sync"
	case strings.Contains(events, "pre-install"), strings.Contains(events, "pre-upgrade"):
		return "PreSync"
	case strings.Contains(events, "post-install"), strings.Contains(events, "post-upgrade"):
		return "PostSync"
	}
	return ""
}

func waveOf(o *unstructured.Unstructured) int {
	for _, annotation := range []string{"argocd.argoproj.io/sync-wave", "helm.sh/hook-weight"} {
		if wave, err := strconv.Atoi(o.GetAnnotations()[annotation]); err == nil {
			return wave
		}
	}
	return 0
}

// sync does the phases one after another, each in its waves. A hook that fails ends it.
func (a *argo) sync(t *testing.T, values string) error {
	t.Helper()
	target := a.manifests(t, values)
	slices.SortStableFunc(target, func(x, y *unstructured.Unstructured) int { return waveOf(x) - waveOf(y) })
	for _, phase := range []string{"PreSync", "Sync", "PostSync"} {
		for _, o := range target {
			if phaseOf(o) != phase {
				continue
			}
			if err := a.apply(t, o, phase != "Sync"); err != nil {
				return fmt.Errorf("%s: %w", phase, err)
			}
		}
		if phase == "Sync" {
			a.prune(t, target)
		}
	}
	return nil
}

// apply makes an object so. A hook is deleted before, and waited for if it is a Job.
func (a *argo) apply(t *testing.T, o *unstructured.Unstructured, hook bool) error {
	t.Helper()
	text, err := yaml.Marshal(o.Object)
	if err != nil {
		t.Fatal(err)
	}
	kind := resourceOf(o.GetKind())
	if hook {
		err := a.objects.Resource(kind).Namespace(a.client.Namespace).Delete(t.Context(), o.GetName(),
			meta.DeleteOptions{PropagationPolicy: new(meta.DeletePropagationBackground)})
		if err != nil && !apierrors.IsNotFound(err) {
			t.Fatal(err)
		}
	}
	if err := server.Apply(t.Context(), a.client.Namespace, text); err != nil {
		t.Fatal(err)
	}
	if !hook || o.GetKind() != "Job" {
		return nil
	}
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		job, err := a.client.BatchV1().Jobs(a.client.Namespace).Get(t.Context(), o.GetName(), meta.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, condition := range job.Status.Conditions {
			if condition.Type == batch.JobComplete {
				return nil
			}
			if condition.Type == batch.JobFailed {
				return fmt.Errorf("Job/%s has failed", job.Name)
			}
		}
	}
	return fmt.Errorf("Job/%s has not ended", o.GetName())
}

// resources are those that the chart and Ferry make, by their kinds.
var resources = map[string]schema.GroupVersionResource{
	"PersistentVolumeClaim": {Version: "v1", Resource: "persistentvolumeclaims"},
	"ConfigMap":             {Version: "v1", Resource: "configmaps"},
	"Secret":                {Version: "v1", Resource: "secrets"},
	"Service":               {Version: "v1", Resource: "services"},
	"ServiceAccount":        {Version: "v1", Resource: "serviceaccounts"},
	"Deployment":            {Group: "apps", Version: "v1", Resource: "deployments"},
	"StatefulSet":           {Group: "apps", Version: "v1", Resource: "statefulsets"},
	"Job":                   {Group: "batch", Version: "v1", Resource: "jobs"},
	"CronJob":               {Group: "batch", Version: "v1", Resource: "cronjobs"},
	"Role":                  {Group: "rbac.authorization.k8s.io", Version: "v1", Resource: "roles"},
	"RoleBinding":           {Group: "rbac.authorization.k8s.io", Version: "v1", Resource: "rolebindings"},
	"NetworkPolicy":         {Group: "networking.k8s.io", Version: "v1", Resource: "networkpolicies"},
	"PodDisruptionBudget":   {Group: "policy", Version: "v1", Resource: "poddisruptionbudgets"},
}

func resourceOf(kind string) schema.GroupVersionResource { return resources[kind] }

// prune deletes what the application tracks and the manifests do not have, unless it says Prune=false.
func (a *argo) prune(t *testing.T, target []*unstructured.Unstructured) {
	t.Helper()
	for kind, resource := range resources {
		live, err := a.objects.Resource(resource).Namespace(a.client.Namespace).List(t.Context(), meta.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range live.Items {
			tracked := strings.HasPrefix(o.GetAnnotations()["argocd.argoproj.io/tracking-id"], application+":")
			kept := strings.Contains(o.GetAnnotations()["argocd.argoproj.io/sync-options"], "Prune=false")
			wanted := slices.ContainsFunc(target, func(w *unstructured.Unstructured) bool { return w.GetKind() == kind && w.GetName() == o.GetName() })
			if !tracked || kept || wanted || phaseOf(&o) != "Sync" {
				continue
			}
			if err := a.objects.Resource(resource).Namespace(a.client.Namespace).Delete(t.Context(), o.GetName(), meta.DeleteOptions{}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func (a *argo) port(t *testing.T) int32 {
	t.Helper()
	service, err := a.client.CoreV1().Services(a.client.Namespace).Get(t.Context(), "lake-minio", meta.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return service.Spec.Ports[0].Port
}

// TestArgoCD syncs an application with the plugin of the page: what loses a claim ends in PreSync, before
// anything is applied or pruned.
func TestArgoCD(t *testing.T) {
	t.Parallel()
	for major, helm := range testworld.Helms(t, t.Name()) {
		t.Run("helm"+major, func(t *testing.T) {
			t.Parallel()
			a := newArgo(t, helm)
			for _, values := range []string{"uploads: true", "{uploads: true, service: {ports: {api: 9001}}}"} {
				if err := a.sync(t, values); err != nil {
					t.Fatalf("a sync that loses nothing: %v", err)
				}
			}
			if got := a.port(t); got != 9001 {
				t.Errorf("the port is %d", got)
			}
			if _, err := a.client.CoreV1().Services(a.client.Namespace).Get(t.Context(), "lake-objectstorage", meta.GetOptions{}); err != nil {
				t.Errorf("there is no alias: %v", err)
			}
			uid, store := a.unkeep(t, "uploads"), a.unkeep(t, "lake-minio")

			refused(t, a.sync(t, "{uploads: false, service: {ports: {api: 9002}}}"), "PreSync: Job/lake-guard has failed")
			if got := a.port(t); got != 9001 {
				t.Errorf("something was applied: the port is %d", got)
			}
			if claim := a.claim(t, "uploads"); claim.UID != uid || claim.Annotations["argocd.argoproj.io/sync-options"] != "Prune=false" {
				t.Errorf("the claim is not the one that was there, and kept: %+v", claim.ObjectMeta)
			}

			// the same commit again, as a retry has it: the claim is left behind
			if err := a.sync(t, "{uploads: false, service: {ports: {api: 9002}}}"); err != nil {
				t.Errorf("the next sync: %v", err)
			}
			if claim := a.claim(t, "uploads"); claim.UID != uid {
				t.Error("the claim is another one")
			}

			// what takes the store's claim away is refused however often
			a.unkeep(t, "lake-minio")
			for range 2 {
				refused(t, a.sync(t, "persistence: {enabled: false}"), "PreSync")
			}
			if claim := a.claim(t, "lake-minio"); claim.UID != store {
				t.Error("the store's claim is another one")
			}
			a.stop()
			for _, want := range []string{"would delete 1 claim (uploads", "left behind: uploads", "would strand 1 claim of minio (lake-minio"} {
				if !strings.Contains(a.log, want) {
					t.Errorf("no guard said %q:\n%s", want, a.log)
				}
			}
		})
	}
}

// TestArgoCDWithoutFerry is the same sync without Ferry: the claim is pruned.
func TestArgoCDWithoutFerry(t *testing.T) {
	t.Parallel()
	a := newArgo(t, testworld.Helm4(t))
	bare, _, found := strings.Cut(a.generate[2], "|\n")
	if !found {
		t.Fatalf("the plugin's command is %q", a.generate)
	}
	a.generate[2] = bare
	for _, values := range []string{"uploads: true", "uploads: false"} {
		if err := a.sync(t, values); err != nil {
			t.Fatal(err)
		}
	}
	claim, err := a.client.CoreV1().PersistentVolumeClaims(a.client.Namespace).Get(t.Context(), "uploads", meta.GetOptions{})
	if err == nil && claim.DeletionTimestamp == nil {
		t.Error("nothing prunes the claim: the test shows nothing")
	}
}

// TestArgoCDWithTheLibraryChartAlone: the chart's guard runs as a hook of Argo CD, finds no record, and says
// that it has not judged.
func TestArgoCDWithTheLibraryChartAlone(t *testing.T) {
	t.Parallel()
	a := newArgo(t, testworld.Helm4(t))
	a.addLibrary(t)
	a.generate = []string{
		"helm", "template", ".", "--name-template", application, "--namespace", a.client.Namespace, "--kube-version", "1.36.3",
		"--values", "app.yaml", "--api-versions", "v1", "--api-versions", "apps/v1", "--include-crds",
	}
	if err := a.sync(t, "uploads: true"); err != nil {
		t.Fatal(err)
	}
	if err := a.sync(t, "uploads: false"); err != nil {
		t.Errorf("it judges what it cannot know: %v", err)
	}
	if a.stop(); strings.Count(a.log, "not judged") != 2 {
		t.Errorf("the guard said\n%s", a.log)
	}
}

// TestArgoCDPluginFails: where Helm fails, so does the command, and nothing is to be synced.
func TestArgoCDPluginFails(t *testing.T) {
	t.Parallel()
	a := newArgo(t, testworld.Helm4(t))
	a.write(t, "chart/templates/broken.yaml", "{{ fail \"the chart says no\" }}\n")
	cmd := exec.CommandContext(t.Context(), a.generate[0], a.generate[1:]...)
	cmd.Dir, cmd.Env = filepath.Join(a.folder, "chart"), append(slices.Clone(a.env), "ARGOCD_APP_NAME=lake",
		"ARGOCD_APP_NAMESPACE=storage", "KUBE_VERSION=1.36.3", "KUBE_API_VERSIONS=v1")
	if output, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(output), "the chart says no") {
		t.Errorf("the command ends with %v:\n%s", err, output)
	}
}
