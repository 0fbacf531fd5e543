package hooks

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/kube"
)

// providerLabel says on the alias which provider it selects, and on the ConfigMap with the configuration which
// one outside of the release consumers are pointed at: that one has no alias.
const providerLabel = "helm-ferry.dev/provider"

// Selected is the provider that consumers are to use by what is applied, "" if nothing tells. While a store
// outside of the release is in use, the alias of an earlier revision says nothing.
func Selected(ctx context.Context, client kube.Client, cfg *config.Config) (string, error) {
	name := cfg.Metadata.Name + "-ferry"
	configuration, err := client.CoreV1().ConfigMaps(client.Namespace).Get(ctx, name, meta.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
	case err != nil:
		return "", fmt.Errorf("get ConfigMap/%s in %s: %w", name, client.Namespace, err)
	case configuration.Labels[providerLabel] != "":
		return configuration.Labels[providerLabel], nil
	}
	alias := cfg.Spec.ObjectStorage.Alias.Name
	service, err := client.CoreV1().Services(client.Namespace).Get(ctx, alias, meta.GetOptions{})
	if apierrors.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("get Service/%s in %s: %w", alias, client.Namespace, err)
	}
	return service.Labels[providerLabel], nil
}
