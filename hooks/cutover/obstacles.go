package cutover

import (
	"context"
	"fmt"

	apps "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// checkFirstPass makes sure that nothing else writes to the target.
func (w World) checkFirstPass(ctx context.Context) ([]Problem, error) {
	jobs, err := w.jobs(ctx)
	if err != nil {
		return nil, err
	}
	var problems []Problem
	for name, job := range jobs {
		marks, hook := job.Labels, job.Annotations["helm.sh/hook"] != "" || name == JobName(w.name()) || name == WatchdogName(w.name())
		if hook || ended(job) || marks["app.kubernetes.io/component"] != "migration" || marks["helm-ferry.dev/name"] != w.name() {
			continue
		}
		problems = append(problems, Problem{
			"Job/" + name, "has not ended, the first pass",
			"wait for it: kubectl wait --for=condition=complete --timeout=-1s job/" + name,
		})
	}
	return problems, nil
}

// checkConsumers names the consumers that cannot be stopped, or would not stay stopped.
func (w World) checkConsumers(ctx context.Context, consumers []Consumer) ([]Problem, error) {
	if !w.Config.Spec.Migration.Quiesce {
		return nil, nil
	}
	var problems []Problem
	for _, c := range consumers {
		if c.Namespace != "" && c.Namespace != w.Client.Namespace {
			problems = append(problems, Problem{c.Title(), "is in namespace " + c.Namespace + ", where Ferry may stop nothing", exclude(c)})
			continue
		}
		found, err := w.checkConsumer(ctx, c)
		if err != nil {
			return nil, err
		}
		problems = append(problems, found...)
	}
	return problems, nil
}

// exclude is the remedy for what Ferry cannot stop.
func exclude(c Consumer) string {
	return "stop it by hand for the upgrade, and name it in spec.migration.exclude: " + c.Title()
}

func (w World) checkConsumer(ctx context.Context, c Consumer) ([]Problem, error) {
	switch c.Kind {
	case kindDeployment, kindReplicaSet, kindCronJob, kindJob:
		return nil, nil
	case kindStatefulSet:
		set, err := w.Client.AppsV1().StatefulSets(w.Client.Namespace).Get(ctx, c.Name, meta.GetOptions{})
		if apierrors.IsNotFound(err) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("get StatefulSet/%s in %s: %w", c.Name, w.Client.Namespace, err)
		}
		policy := set.Spec.PersistentVolumeClaimRetentionPolicy
		if policy != nil && policy.WhenScaled == apps.DeletePersistentVolumeClaimRetentionPolicyType {
			return []Problem{{
				c.Title(), "deletes its claims when it is scaled down (whenScaled: Delete)",
				"set persistentVolumeClaimRetentionPolicy.whenScaled: Retain in an upgrade before this one",
			}}, nil
		}
		return nil, nil
	}
	return []Problem{{c.Title(), "cannot be stopped by its scale", exclude(c)}}, nil
}
