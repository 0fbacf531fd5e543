package pages

import (
	"strings"
	"testing"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// kustomizeRoom has a store with a claim, behind a folder of kustomize.
func kustomizeRoom(t *testing.T) *room {
	t.Helper()
	r := newRoom(t, map[string]string{"helm": testworld.Helm3(t), "kustomize": testworld.Kustomize(t), "kubectl": testworld.Kubectl(t)})
	r.write(t, "lake/ferry.yaml", `apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata:
  name: lake
  annotations:
    config.kubernetes.io/function: |
      exec: {path: ferry, args: [fn]}
`)
	r.write(t, "lake/kustomization.yaml", "resources: [lake.yaml]\ntransformers: [ferry.yaml]\n")
	r.write(t, "overlay/kustomization.yaml", strings.Replace(block(t, "kustomize.md", "overlay/kustomization.yaml"), "storage", r.client.Namespace, 1))
	r.write(t, "apply.sh", block(t, "kustomize.md", "apply.sh"))
	return r
}

func (r *room) applies(t *testing.T, values ...string) error {
	t.Helper()
	r.write(t, "lake/lake.yaml", r.must(t, "helm", append([]string{"template", "lake", "./chart"}, values...)...))
	_, err := r.call(t, "sh", "apply.sh")
	return err
}

// TestKustomize runs the page's script: it applies, and applies nothing where the guard refuses.
func TestKustomize(t *testing.T) {
	t.Parallel()
	r := kustomizeRoom(t)
	if err := r.applies(t); err != nil {
		t.Fatal(err)
	}
	if alias := r.must(t, "kubectl", "get", "service", "lake-objectstorage", "-o", "jsonpath={.metadata.labels.helm-ferry\\.dev/provider}"); alias != "minio" {
		t.Errorf("the alias selects %q", alias)
	}
	if err := r.applies(t, "--set", "service.ports.api=9001"); err != nil {
		t.Errorf("what loses nothing: %v", err)
	}
	uid := r.unkeep(t, "lake-minio")
	refused(t, r.applies(t, "--set", "persistence.enabled=false,service.ports.api=9002"), "exit status 4", "REFUSED: ", "lake-minio")
	if claim := r.claim(t, "lake-minio"); claim.UID != uid {
		t.Error("the claim is another one")
	}
	if port := r.must(t, "kubectl", "get", "service", "lake-minio", "-o", "jsonpath={.spec.ports[0].port}"); port != "9001" {
		t.Errorf("something was applied: the port is %s", port)
	}
}

// TestKustomizePrunesClaims shows why the page's script says what may be pruned: without the list the
// claim goes, whatever it is annotated with.
func TestKustomizePrunesClaims(t *testing.T) {
	t.Parallel()
	r := kustomizeRoom(t)
	script, rest, _ := strings.Cut(block(t, "kustomize.md", "apply.sh"), " \\\n  --prune-allowlist")
	if rest == "" {
		t.Fatal("the script has no list of what may be pruned")
	}
	before, after, _ := strings.Cut(script, "ferry-hook guard")
	_, after, _ = strings.Cut(after, "\n")
	r.write(t, "apply.sh", before+after+"\n")
	for _, values := range [][]string{nil, {"--set", "persistence.enabled=false"}} {
		if err := r.applies(t, values...); err != nil {
			t.Fatal(err)
		}
	}
	claims, err := r.client.CoreV1().PersistentVolumeClaims(r.client.Namespace).List(t.Context(), meta.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, claim := range claims.Items {
		if claim.DeletionTimestamp == nil {
			t.Errorf("kubectl has learned to leave %s alone: the page says more than is needed", claim.Name)
		}
	}
}

// TestKustomizeLeavesFerryOut: the script ends where kustomize says nothing and adds nothing.
func TestKustomizeLeavesFerryOut(t *testing.T) {
	t.Parallel()
	r := kustomizeRoom(t)
	r.write(t, "apply.sh", strings.Replace(block(t, "kustomize.md", "apply.sh"), " --enable-exec", "", 1))
	if err := r.applies(t); err == nil {
		t.Error("it applies what lacks the alias")
	}
	if output := r.must(t, "kubectl", "get", "pvc,service", "-o", "name"); output != "" {
		t.Errorf("there is\n%s", output)
	}
}
