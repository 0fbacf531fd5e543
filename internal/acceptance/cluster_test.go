package acceptance

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	authorization "k8s.io/api/authorization/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/release"
	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/render"
)

// TestAPIServerAcceptsTheGoldens shows what both Helms render of every chart, Secrets not hidden, to
// a real API server, and has it admit Ferry's pods.
func TestAPIServerAcceptsTheGoldens(t *testing.T) {
	testworld.Wide(t, "the releases of make e2e, in restricted namespaces")
	cluster, open, namespace := startCluster(t, "goldens")
	pods := map[string][]byte{}
	accounts := map[string][]byte{}
	withHelms(t, func(t *testing.T, h helm) {
		for _, chart := range charts {
			for _, values := range valueFiles(t, chart.path) {
				args := append([]string{"template", "ilum", filepath.Join(root, chart.path), "--values", values}, h.renderer...)
				if chart.config != "" {
					args = append(args, "--post-renderer-args", "--config="+filepath.Join(root, chart.config))
				}
				out, err := h.run(t, args...)
				if err != nil {
					continue // TestGoldens has the text of every refusal
				}
				if err := cluster.DryRun(t.Context(), open, out); err != nil {
					t.Errorf("%s: %v", values, err)
				}
				collect(t, out, pods, accounts)
			}
		}
	})
	if len(pods) < 3 || len(accounts) < 2 {
		t.Fatalf("%d pod templates and %d ServiceAccounts of Ferry were seen, want those of mirrors and migrations", len(pods), len(accounts))
	}
	for name, account := range accounts {
		if err := cluster.Apply(t.Context(), namespace, account); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	for name, pod := range pods {
		if err := cluster.DryRun(t.Context(), namespace, pod); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		violating := bytes.ReplaceAll(pod, []byte("readOnlyRootFilesystem: true"), []byte("privileged: true"))
		violating = bytes.ReplaceAll(violating, []byte("allowPrivilegeEscalation: false"), []byte("allowPrivilegeEscalation: true"))
		if err := cluster.DryRun(t.Context(), namespace, violating); err == nil || !strings.Contains(err.Error(), "restricted") {
			t.Errorf("%s, made privileged: %v, want a refusal that names the standard", name, err)
		}
	}
}

// TestAPIServerAcceptsTheCases does the same for what is added in each case of testdata/render.
func TestAPIServerAcceptsTheCases(t *testing.T) {
	testworld.Wide(t, "the releases of make e2e, in restricted namespaces")
	cluster, _, namespace := startCluster(t, "cases")
	inputs, err := filepath.Glob(filepath.Join(root, "testdata/render/*/input.yaml"))
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, input := range inputs {
		for _, document := range addedIn(t, filepath.Dir(input)) {
			if err := cluster.DryRun(t.Context(), namespace, document.Bytes()); err != nil {
				t.Errorf("%s: %v", input, err)
			}
		}
	}
}

// addedIn renders a case; one that is refused adds nothing.
func addedIn(t *testing.T, folder string) []*manifest.Document {
	t.Helper()
	cfg := render.Config{Image: "ghcr.io/helm-ferry/ferry-hook:test", Door: render.Helm4}
	if data, err := os.ReadFile(filepath.Join(folder, "ferry.yaml")); err == nil {
		loaded, err := config.Load("ferry.yaml", data)
		if err != nil {
			return nil
		}
		cfg.Ferry = &render.Document{Config: loaded, Text: data}
	}
	input, err := os.ReadFile(filepath.Join(folder, "input.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	rendering, err := render.Render(t.Context(), input, cfg)
	if err != nil {
		return nil
	}
	return rendering.Added()
}

// collect gathers the ServiceAccounts that Ferry adds, and its pod templates as pods.
func collect(t *testing.T, manifests []byte, pods, accounts map[string][]byte) {
	t.Helper()
	stream, err := manifest.Parse(manifests)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range stream.Objects() {
		template := o.Node("spec", "template")
		if o.Kind == "CronJob" {
			template = o.Node("spec", "jobTemplate", "spec", "template")
		}
		switch {
		case !release.Ours(o):
		case o.Kind == "ServiceAccount":
			accounts[o.Name] = o.Document().Bytes()
		case template != nil:
			pods[o.Name] = pod(t, o.Name, template)
		}
	}
}

// pod makes a Pod of a pod template.
func pod(t *testing.T, name string, template *yaml.Node) []byte {
	t.Helper()
	var object map[string]any
	if err := template.Decode(&object); err != nil {
		t.Fatal(err)
	}
	object["apiVersion"], object["kind"] = "v1", "Pod"
	metadata, _ := object["metadata"].(map[string]any)
	metadata["name"] = name
	text, err := yaml.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestAccountsHaveNoRights asks the API server, as the ServiceAccounts that Ferry adds, what they
// may do: nothing beyond what every account may.
func TestAccountsHaveNoRights(t *testing.T) {
	cluster, _, namespace := startCluster(t, "accounts")
	var manifests []byte
	withHelms(t, func(t *testing.T, h helm) {
		out, err := h.run(t, append([]string{"template", "ilum", filepath.Join(root, "charts/lakehouse"),
			"--values", filepath.Join(root, "charts/lakehouse/ci/path-b-migrate-values.yaml")}, h.renderer...)...)
		if err != nil {
			t.Fatal(err)
		}
		manifests = out
	})
	accounts := map[string][]byte{}
	collect(t, manifests, map[string][]byte{}, accounts)
	if len(accounts) == 0 {
		t.Fatal("no ServiceAccount of Ferry's in the release")
	}
	for name, account := range accounts {
		if err := cluster.Apply(t.Context(), namespace, account); err != nil {
			t.Fatal(err)
		}
		client := as(t, cluster, namespace, name)
		for _, verb := range []string{"get", "list", "watch", "create", "patch", "delete"} {
			for _, resource := range []string{"secrets", "configmaps", "persistentvolumeclaims", "pods", "services"} {
				if may(t, client, namespace, verb, resource) {
					t.Errorf("ServiceAccount %s may %s %s", name, verb, resource)
				}
			}
		}
	}
	if err := cluster.Apply(t.Context(), namespace, []byte(reader)); err != nil {
		t.Fatal(err)
	}
	reading := as(t, cluster, namespace, "reader")
	if !may(t, reading, namespace, "get", "secrets") || may(t, reading, namespace, "list", "secrets") {
		t.Error("the API server does not authorise: an account that may get Secrets may not, or may list them too")
	}
}

// reader is an account with one right, which shows that the question above can be answered by yes.
const reader = `
apiVersion: v1
kind: ServiceAccount
metadata: {name: reader}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: reader, namespace: accounts-restricted}]
`

func as(t *testing.T, cluster testworld.Cluster, namespace, account string) *kubernetes.Clientset {
	t.Helper()
	config, err := cluster.As(t.Context(), namespace, account)
	if err != nil {
		t.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func may(t *testing.T, client *kubernetes.Clientset, namespace, verb, resource string) bool {
	t.Helper()
	review, err := client.AuthorizationV1().SelfSubjectAccessReviews().Create(t.Context(), &authorization.SelfSubjectAccessReview{
		Spec: authorization.SelfSubjectAccessReviewSpec{
			ResourceAttributes: &authorization.ResourceAttributes{Namespace: namespace, Verb: verb, Resource: resource},
		},
	}, meta.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return review.Status.Allowed
}
