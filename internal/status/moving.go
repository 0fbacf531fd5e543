package status

import (
	"context"
	"fmt"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/hooks/cutover"
	"github.com/helm-ferry/ferry/hooks/record"
	"github.com/helm-ferry/ferry/internal/kube"
)

// migration looks at the record, at the journal and at the Job of the first pass.
func (s *Status) migration(ctx context.Context, client kube.Client, name string) error {
	proof, err := record.Read(ctx, client, name)
	if err != nil {
		return err
	}
	if proof != nil {
		s.Migration = Migration{From: proof.From, To: proof.To, Record: string(proof.State), ProvenAt: &proof.ProvenAt, Late: proof.Late}
	}
	journal, err := cutover.ReadJournal(ctx, client, name)
	if err != nil {
		return err
	}
	if journal != nil {
		s.Migration.From, s.Migration.To = journal.From, journal.To
		s.Migration.Cutover, s.Migration.Deadline = string(journal.State), &journal.Deadline
		for _, consumer := range journal.Stopped {
			s.Migration.Stopped = append(s.Migration.Stopped, consumer.Title())
		}
	}
	jobs, err := client.BatchV1().Jobs(client.Namespace).List(ctx, meta.ListOptions{
		LabelSelector: "app.kubernetes.io/component=migration,helm-ferry.dev/name=" + name,
	})
	if err != nil {
		return fmt.Errorf("list the Jobs of the migration: %w", err)
	}
	for _, job := range jobs.Items {
		if job.Annotations["helm.sh/hook"] == "" && job.Name != cutover.WatchdogName(name) {
			s.Migration.FirstPass = "Job/" + job.Name + " " + stateOf(job)
		}
	}
	return nil
}

// stateOf says how a Job is.
func stateOf(job batch.Job) string {
	for _, condition := range job.Status.Conditions {
		switch {
		case condition.Status != core.ConditionTrue:
		case condition.Type == batch.JobComplete:
			return "is done"
		case condition.Type == batch.JobFailed:
			return "has failed"
		}
	}
	return "is running"
}
