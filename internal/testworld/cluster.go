package testworld

import (
	"context"
	"fmt"

	authentication "k8s.io/api/authentication/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// Cluster says how to reach a Kubernetes API as its administrator.
type Cluster struct {
	Kubeconfig string // path of a file that only its owner can read
	Config     *rest.Config
}

// Namespace creates a namespace with these labels and its ServiceAccount
// "default", which a controller makes in a full cluster and without which no
// pod is accepted.
func (c Cluster) Namespace(ctx context.Context, name string, labels map[string]string) error {
	client, err := kubernetes.NewForConfig(c.Config)
	if err != nil {
		return fmt.Errorf("create namespace %s: %w", name, err)
	}
	namespace := &core.Namespace{ObjectMeta: meta.ObjectMeta{Name: name, Labels: labels}}
	if _, err := client.CoreV1().Namespaces().Create(ctx, namespace, meta.CreateOptions{}); err != nil {
		return fmt.Errorf("create namespace %s: %w", name, err)
	}
	account := &core.ServiceAccount{ObjectMeta: meta.ObjectMeta{Name: "default"}}
	if _, err := client.CoreV1().ServiceAccounts(name).Create(ctx, account, meta.CreateOptions{}); err != nil {
		return fmt.Errorf("create ServiceAccount default in %s: %w", name, err)
	}

	return nil
}

// As returns a configuration that acts as a ServiceAccount, which must exist,
// with a token that the server issues for it.
func (c Cluster) As(ctx context.Context, namespace, account string) (*rest.Config, error) {
	client, err := kubernetes.NewForConfig(c.Config)
	if err != nil {
		return nil, fmt.Errorf("act as %s/%s: %w", namespace, account, err)
	}
	token, err := client.CoreV1().ServiceAccounts(namespace).
		CreateToken(ctx, account, &authentication.TokenRequest{}, meta.CreateOptions{})
	if err != nil {
		return nil, fmt.Errorf("request a token for ServiceAccount %s/%s: %w", namespace, account, err)
	}
	config := rest.AnonymousClientConfig(c.Config)
	config.BearerToken = token.Status.Token

	return config, nil
}
