package kube

import (
	"fmt"
	"os"
	"strings"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// Client is a cluster, and the namespace of a release in it.
type Client struct {
	kubernetes.Interface

	// Namespace is where the release is.
	Namespace string
	// Config is what the cluster was opened with.
	Config *rest.Config
}

// requestTimeout bounds one request, so that an API server that hangs ends a wait in time.
const requestTimeout = 30 * time.Second

// What a client asks at most, in requests a second and at once: as kubectl does. What client-go takes by default, 5 and
// 10, has a hook wait for itself while consumers stand still; the API server knows how to defend itself.
const (
	requestsPerSecond = 50
	requestsAtOnce    = 300
)

// namespaceFile is where a pod finds the namespace that it runs in.
const namespaceFile = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"

// InCluster opens the cluster that the calling pod runs in, as the pod's ServiceAccount, in the
// pod's namespace.
func InCluster() (Client, error) {
	config, err := rest.InClusterConfig()
	if err != nil {
		return Client{}, fmt.Errorf("open the cluster from inside a pod: %w", err)
	}
	namespace, err := os.ReadFile(namespaceFile)
	if err != nil {
		return Client{}, fmt.Errorf("find the namespace of the pod: %w", err)
	}
	return New(config, strings.TrimSpace(string(namespace)))
}

// New opens the cluster of a configuration. Requests that set no deadline get one, and as many may be made as
// kubectl makes, unless the configuration has limits of its own.
func New(config *rest.Config, namespace string) (Client, error) {
	bounded := rest.CopyConfig(config)
	if bounded.Timeout == 0 {
		bounded.Timeout = requestTimeout
	}
	if bounded.QPS == 0 {
		bounded.QPS, bounded.Burst = requestsPerSecond, requestsAtOnce
	}
	client, err := kubernetes.NewForConfig(bounded)
	if err != nil {
		return Client{}, fmt.Errorf("open the cluster at %s: %w", config.Host, err)
	}
	return Client{Interface: client, Namespace: namespace, Config: bounded}, nil
}
