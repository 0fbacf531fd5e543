package status

import (
	"context"
	"fmt"
	"time"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/summary"
)

// mirrors looks at the CronJobs of the mirrors, and at what their runs have left behind.
func (s *Status) mirrors(ctx context.Context, client kube.Client, cfg *config.Config, now time.Time) error {
	found, err := client.BatchV1().CronJobs(client.Namespace).List(ctx, meta.ListOptions{
		LabelSelector: "app.kubernetes.io/component=mirror,helm-ferry.dev/name=" + cfg.Metadata.Name,
	})
	if err != nil {
		return fmt.Errorf("list the mirrors: %w", err)
	}
	rpo := map[string]time.Duration{}
	for _, m := range cfg.Spec.Mirrors {
		rpo[m.Name] = m.RPO.Std()
	}
	for _, cron := range found.Items {
		m, began, err := mirrorOf(ctx, client, cron)
		if err != nil {
			return err
		}
		if m.LastSuccess != nil {
			began = *m.LastSuccess
			m.Age = now.Sub(began).Truncate(time.Second).String()
		}
		if allowed := rpo[m.Name]; allowed > 0 {
			m.RPO = allowed.String()
			m.Breached = now.Sub(began) > allowed
		}
		s.Mirrors = append(s.Mirrors, m)
	}
	return nil
}

// mirrorOf is the mirror of a CronJob, and when that was made.
func mirrorOf(ctx context.Context, client kube.Client, cron batch.CronJob) (Mirror, time.Time, error) {
	m := Mirror{Name: cron.Labels["helm-ferry.dev/mirror"], Suspended: cron.Spec.Suspend != nil && *cron.Spec.Suspend}
	if last := cron.Status.LastSuccessfulTime; last != nil {
		m.LastSuccess = &last.Time
	}
	kept, err := client.CoreV1().ConfigMaps(client.Namespace).Get(ctx, cron.Name, meta.GetOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return m, time.Time{}, fmt.Errorf("get ConfigMap/%s: %w", cron.Name, err)
	}
	if err == nil {
		m.read(kept)
	}
	return m, cron.CreationTimestamp.Time, nil
}

// read takes what the last run has written. A summary that cannot be read says so, and counts for none.
func (m *Mirror) read(kept *core.ConfigMap) {
	last, err := summary.Parse(kept.Data)
	if err != nil {
		m.Verdict = fmt.Sprintf("ConfigMap/%s: %v", kept.Name, err)
		return
	}
	m.Verdict, m.Objects, m.Report = last.Verdict, last.Objects, last.Report
	if !last.LastSuccess.IsZero() && (m.LastSuccess == nil || last.LastSuccess.After(*m.LastSuccess)) {
		m.LastSuccess = &last.LastSuccess
	}
}
