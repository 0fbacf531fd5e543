package kube_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/testworld"
)

func TestOpen(t *testing.T) {
	cluster := testworld.StartAPIServer(t)
	token := cluster.Config.BearerToken
	authority := filepath.Join(t.TempDir(), "ca.crt")
	if err := os.WriteFile(authority, cluster.Config.CAData, 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "none")
	for name, test := range map[string]struct {
		access    kube.Access
		namespace string
	}{
		"a kubeconfig":             {kube.Access{Kubeconfig: cluster.Kubeconfig}, "default"},
		"a namespace":              {kube.Access{Kubeconfig: cluster.Kubeconfig, Namespace: "kube-system"}, "kube-system"},
		"several files, a context": {kube.Access{Kubeconfig: empty + string(filepath.ListSeparator) + cluster.Kubeconfig, Context: "ferry"}, "default"},
		"without a kubeconfig":     {kube.Access{Kubeconfig: empty, Server: cluster.Config.Host, Token: token, CAFile: authority, Namespace: "default"}, "default"},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := kube.Open(test.access)
			if err != nil {
				t.Fatal(err)
			}
			if client.Namespace != test.namespace {
				t.Errorf("namespace %q, want %q", client.Namespace, test.namespace)
			}
			if limit := client.CoreV1().RESTClient().GetRateLimiter().QPS(); limit != 50 {
				t.Errorf("%v requests a second, want as many as kubectl makes", limit)
			}
			if _, err := client.CoreV1().Secrets(client.Namespace).List(t.Context(), meta.ListOptions{}); err != nil {
				t.Error(err)
			}
		})
	}
	if _, err := kube.Open(kube.Access{Kubeconfig: cluster.Kubeconfig, Context: "nowhere"}); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("a context that does not exist: %v", err)
	}
}

func TestActingAs(t *testing.T) {
	cluster := testworld.StartAPIServer(t)
	client, err := kube.Open(kube.Access{Kubeconfig: cluster.Kubeconfig, AsUser: "somebody", AsGroups: []string{"system:authenticated"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.CoreV1().Secrets("default").List(t.Context(), meta.ListOptions{}); err == nil || !strings.Contains(err.Error(), "somebody") {
		t.Errorf("acting as somebody without rights: %v", err)
	}
}

func TestInClusterOutsideOfOne(t *testing.T) {
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	if _, err := kube.InCluster(); err == nil {
		t.Error("a process outside of a pod has opened a cluster")
	}
}
