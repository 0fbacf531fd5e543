package acceptance

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// server is the one API server of the package; each test has namespaces of its own in it.
var server struct {
	sync.Mutex
	running *testworld.APIServer
	folder  string
}

// startCluster returns the API server, with two new namespaces: one that takes everything, and one
// that enforces the restricted Pod Security Standard.
func startCluster(t *testing.T, name string) (cluster testworld.Cluster, open, restricted string) {
	t.Helper()
	server.Lock()
	defer server.Unlock()
	if server.running == nil {
		folder, err := os.MkdirTemp("", "ferry-cluster-")
		if err != nil {
			t.Fatal(err)
		}
		// the server outlives the test that happens to come first
		running, err := testworld.LaunchAPIServer(context.WithoutCancel(t.Context()), folder)
		if err != nil {
			t.Fatal(err)
		}
		server.running, server.folder = running, folder
	}
	cluster, open, restricted = server.running.Cluster, name, name+"-restricted"
	for namespace, labels := range map[string]map[string]string{open: nil, restricted: {"pod-security.kubernetes.io/enforce": "restricted"}} {
		if err := cluster.Namespace(t.Context(), namespace, labels); err != nil {
			t.Fatal(err)
		}
	}
	return cluster, open, restricted
}

func stopCluster() {
	if server.running != nil {
		server.running.Stop()
		os.RemoveAll(server.folder)
	}
}
