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

// New opens the cluster of a configuration. Requests that set no deadline get one.
func New(config *rest.Config, namespace string) (Client, error) {
	bounded := rest.CopyConfig(config)
	if bounded.Timeout == 0 {
		bounded.Timeout = requestTimeout
	}
	client, err := kubernetes.NewForConfig(bounded)
	if err != nil {
		return Client{}, fmt.Errorf("open the cluster at %s: %w", config.Host, err)
	}
	return Client{Interface: client, Namespace: namespace, Config: bounded}, nil
}
