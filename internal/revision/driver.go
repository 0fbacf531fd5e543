package revision

import (
	"context"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/kube"
)

// driver is one of the places where Helm keeps its records.
type driver struct {
	kind string
	get  func(ctx context.Context, client kube.Client, name string) (storedRecord, error)
	list func(ctx context.Context, client kube.Client, options meta.ListOptions) ([]storedRecord, error)
}

var drivers = [...]driver{{"Secret", getSecret, listSecrets}, {"ConfigMap", getConfigMap, listConfigMaps}}

// dataKey is the entry of a record.
const dataKey = "release"

// labelled selects the records of a release.
func labelled(release string) meta.ListOptions {
	return meta.ListOptions{LabelSelector: "owner=helm,name=" + release}
}

// pending selects the records of all releases that Helm is at work on.
var pending = meta.ListOptions{LabelSelector: "owner=helm,status in (pending-install,pending-upgrade,pending-rollback)"}

func getSecret(ctx context.Context, client kube.Client, name string) (storedRecord, error) {
	secret, err := client.CoreV1().Secrets(client.Namespace).Get(ctx, name, meta.GetOptions{})
	if err != nil {
		return storedRecord{}, err
	}
	return newStoredRecord("Secret", secret.ObjectMeta, secret.Data[dataKey]), nil
}

func listSecrets(ctx context.Context, client kube.Client, options meta.ListOptions) ([]storedRecord, error) {
	secrets, err := client.CoreV1().Secrets(client.Namespace).List(ctx, options)
	if err != nil {
		return nil, err
	}
	var records []storedRecord
	for _, secret := range secrets.Items {
		records = append(records, newStoredRecord("Secret", secret.ObjectMeta, secret.Data[dataKey]))
	}
	return records, nil
}

func getConfigMap(ctx context.Context, client kube.Client, name string) (storedRecord, error) {
	configMap, err := client.CoreV1().ConfigMaps(client.Namespace).Get(ctx, name, meta.GetOptions{})
	if err != nil {
		return storedRecord{}, err
	}
	return newStoredRecord("ConfigMap", configMap.ObjectMeta, []byte(configMap.Data[dataKey])), nil
}

func listConfigMaps(ctx context.Context, client kube.Client, options meta.ListOptions) ([]storedRecord, error) {
	configMaps, err := client.CoreV1().ConfigMaps(client.Namespace).List(ctx, options)
	if err != nil {
		return nil, err
	}
	var records []storedRecord
	for _, configMap := range configMaps.Items {
		records = append(records, newStoredRecord("ConfigMap", configMap.ObjectMeta, []byte(configMap.Data[dataKey])))
	}
	return records, nil
}
