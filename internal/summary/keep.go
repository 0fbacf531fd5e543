package summary

import (
	"context"
	"fmt"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"

	"github.com/helm-ferry/ferry/internal/kube"
)

// Keep writes a summary over the one that the ConfigMap has. What was damaged there is not kept.
func Keep(ctx context.Context, cluster kube.Client, name string, s Summary) error {
	maps := cluster.CoreV1().ConfigMaps(cluster.Namespace)
	err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
		kept, err := maps.Get(ctx, name, meta.GetOptions{})
		if err != nil {
			return err
		}
		before, err := Parse(kept.Data)
		if err != nil {
			before = Summary{}
		}
		kept.Data = s.After(before).Data()
		_, err = maps.Update(ctx, kept, meta.UpdateOptions{})
		return err
	})
	if err != nil {
		return fmt.Errorf("write the summary into ConfigMap %s: %w", name, err)
	}
	return nil
}
