package acceptance

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// runJobs does for the Jobs of a namespace what a node does, until the function that it returns is
// called. A guard that was to judge and did not is an error.
func runJobs(t *testing.T, cluster testworld.Cluster, namespace, hook string, guarded bool) func() {
	t.Helper()
	jobs, stop := context.WithCancel(t.Context())
	said := make(chan string, 1)
	go func() {
		log, err := cluster.RunJobs(jobs, namespace, hook)
		said <- fmt.Sprintln(log, err)
	}()

	return func() {
		t.Helper()
		stop()
		if log := <-said; guarded && !strings.Contains(log, "PASS: ") {
			t.Errorf("no guard has judged the upgrade:\n%s", log)
		}
	}
}

// TestOneUpgradeWithoutFerry shows on a real API server that an upgrade without the post-renderer
// leaves alias, credentials and configuration in place, and that the next one with it takes them
// back: the same objects, and the release's again.
func TestOneUpgradeWithoutFerry(t *testing.T) {
	hook := testworld.Built(t, "./cmd/ferry-hook")
	chart, values := filepath.Join(root, "testdata/charts/rustfs"), filepath.Join(root, "testdata/charts/rustfs/ci/standalone-values.yaml")
	withHelms(t, func(t *testing.T, h helm) {
		cluster, _, _ := startCluster(t, h.name)
		h = h.with("KUBECONFIG=" + cluster.Kubeconfig)
		defer runJobs(t, cluster, h.name, hook, h.name == "helm4")()
		upgrade := func(renderer ...string) {
			t.Helper()
			if _, err := h.run(t, append([]string{"upgrade", "ilum", chart, "--install", "-n", h.name, "--values", values}, renderer...)...); err != nil {
				t.Fatal(err)
			}
		}
		ferry := append([]string{"--post-renderer-args", "--config=" + filepath.Join(root, "testdata/charts/rustfs.ferry.yaml")}, h.renderer...)

		upgrade(ferry...)
		first := identities(t, cluster, h.name)
		upgrade()
		if kept := identities(t, cluster, h.name); kept != first {
			t.Errorf("an upgrade without Ferry left %v of %v", kept, first)
		}
		upgrade(ferry...)
		if again := identities(t, cluster, h.name); again != first {
			t.Errorf("the next upgrade made %v of %v", again, first)
		}
		if got := selector(t, cluster, h.name); got != "map[app.kubernetes.io/instance:ilum app.kubernetes.io/name:rustfs]" {
			t.Errorf("the alias selects %s", got)
		}
		out, err := h.run(t, "get", "manifest", "ilum", "-n", h.name)
		if err != nil {
			t.Fatal(err)
		}
		for _, object := range []string{"Service/ilum-objectstorage", "Secret/ilum-objectstorage-credentials", "ConfigMap/ilum-ferry"} {
			if !renders(t, out, object) {
				t.Errorf("%s is not the release's again", object)
			}
		}
	})
}

// selector is what the live alias selects: Helm 3 merges what it finds live into what it takes back.
func selector(t *testing.T, cluster testworld.Cluster, namespace string) string {
	t.Helper()
	client, err := kubernetes.NewForConfig(cluster.Config)
	if err != nil {
		t.Fatal(err)
	}
	alias, err := client.CoreV1().Services(namespace).Get(t.Context(), "ilum-objectstorage", meta.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(alias.Spec.Selector)
}

// identities are the UIDs of alias, credentials and configuration.
func identities(t *testing.T, cluster testworld.Cluster, namespace string) [3]string {
	t.Helper()
	client, err := kubernetes.NewForConfig(cluster.Config)
	if err != nil {
		t.Fatal(err)
	}
	core := client.CoreV1()
	alias, err := core.Services(namespace).Get(t.Context(), "ilum-objectstorage", meta.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	credentials, err := core.Secrets(namespace).Get(t.Context(), "ilum-objectstorage-credentials", meta.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	configuration, err := core.ConfigMaps(namespace).Get(t.Context(), "ilum-ferry", meta.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return [3]string{string(alias.UID), string(credentials.UID), string(configuration.UID)}
}
