package acceptance

import (
	"path/filepath"
	"testing"
	"time"

	authorization "k8s.io/api/authorization/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/summary"
	"github.com/helm-ferry/ferry/internal/testworld"
)

// TestMirrorsKeepTheirSummary installs a release with a mirror by both Helms, writes a summary with a
// token of the mirror's own ServiceAccount, and has it outlive upgrades and a rollback. That account may
// do nothing else.
func TestMirrorsKeepTheirSummary(t *testing.T) {
	chart, values := filepath.Join(root, "testdata/charts/rustfs"), filepath.Join(root, "testdata/charts/rustfs/ci/standalone-values.yaml")
	hook := testworld.Built(t, "./cmd/ferry-hook")
	withHelms(t, func(t *testing.T, h helm) {
		cluster, namespace, _ := startCluster(t, h.name+"-summary")
		h = h.with("KUBECONFIG=" + cluster.Kubeconfig)
		defer runJobs(t, cluster, namespace, hook, h.name == "helm4")()
		helm := func(args ...string) {
			t.Helper()
			if _, err := h.run(t, append(args, "-n", namespace)...); err != nil {
				t.Fatal(err)
			}
		}
		upgrade := append([]string{
			"upgrade", "ilum", chart, "--install", "--values", values,
			"--post-renderer-args", "--config=" + filepath.Join(root, "testdata/charts/rustfs.ferry.yaml"),
		}, h.renderer...)
		helm(upgrade...)

		config, err := cluster.As(t.Context(), namespace, "ilum-mirror")
		if err != nil {
			t.Fatal(err)
		}
		mirror, err := kube.New(config, namespace)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
		s := summary.Summary{Started: at, Ended: at.Add(time.Minute), Verdict: "DONE: mirror offsite", Objects: 3, Bytes: 12}
		if err := summary.Keep(t.Context(), mirror, "ilum-mirror-offsite", s); err != nil {
			t.Fatal(err)
		}
		helm(upgrade...)
		helm(append(upgrade, "--set", "podLabels.changed=yes")...)
		helm("rollback", "ilum", "1")
		s.Ended, s.ExitCode, s.Verdict = at.Add(time.Hour), 5, "PARTIAL: mirror offsite"
		if err := summary.Keep(t.Context(), mirror, "ilum-mirror-offsite", s); err != nil {
			t.Fatal(err)
		}
		kept, err := mirror.CoreV1().ConfigMaps(namespace).Get(t.Context(), "ilum-mirror-offsite", meta.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := summary.Parse(kept.Data); err != nil || got.Verdict != s.Verdict || !got.LastSuccess.Equal(at.Add(time.Minute)) {
			t.Errorf("after upgrades and a rollback the summary is %v: %v", kept.Data, err)
		}
		hasNoOtherRight(t, mirror, namespace)
	})
}

// hasNoOtherRight tries what the account of mirrors must not do.
func hasNoOtherRight(t *testing.T, mirror kube.Client, namespace string) {
	t.Helper()
	maps := mirror.CoreV1().ConfigMaps(namespace)
	_, create := maps.Create(t.Context(), &core.ConfigMap{ObjectMeta: meta.ObjectMeta{Name: "other"}}, meta.CreateOptions{})
	_, list := maps.List(t.Context(), meta.ListOptions{})
	_, get := maps.Get(t.Context(), "ilum-ferry", meta.GetOptions{})
	_, update := maps.Update(t.Context(), &core.ConfigMap{ObjectMeta: meta.ObjectMeta{Name: "ilum-ferry"}}, meta.UpdateOptions{})
	remove := maps.Delete(t.Context(), "ilum-mirror-offsite", meta.DeleteOptions{})
	_, secret := mirror.CoreV1().Secrets(namespace).Get(t.Context(), "ilum-objectstorage-credentials", meta.GetOptions{})
	for what, err := range map[string]error{
		"create a ConfigMap": create, "list ConfigMaps": list, "get the configuration": get, "change the configuration": update,
		"delete its summary": remove, "get the credentials": secret,
	} {
		if err == nil {
			t.Errorf("the account of mirrors may %s", what)
		}
	}
	client, ok := mirror.Interface.(*kubernetes.Clientset)
	if !ok {
		t.Fatalf("%T is no client of a cluster", mirror.Interface)
	}
	for _, verb := range []string{"get", "list", "watch", "create", "update", "patch", "delete"} {
		for _, resource := range []string{"secrets", "configmaps", "pods", "services", "persistentvolumeclaims", "serviceaccounts"} {
			if may(t, client, namespace, verb, resource) {
				t.Errorf("the account of mirrors may %s %s", verb, resource)
			}
		}
	}
	for verb, want := range map[string]bool{"get": true, "update": true, "patch": false, "delete": false} {
		if got := mayWith(t, client, namespace, verb, "ilum-mirror-offsite"); got != want {
			t.Errorf("the account of mirrors may %s its summary: %t", verb, got)
		}
	}
}

// mayWith asks about one ConfigMap.
func mayWith(t *testing.T, client *kubernetes.Clientset, namespace, verb, name string) bool {
	t.Helper()
	review, err := client.AuthorizationV1().SelfSubjectAccessReviews().Create(t.Context(), &authorization.SelfSubjectAccessReview{
		Spec: authorization.SelfSubjectAccessReviewSpec{
			ResourceAttributes: &authorization.ResourceAttributes{Namespace: namespace, Verb: verb, Resource: "configmaps", Name: name},
		},
	}, meta.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return review.Status.Allowed
}
