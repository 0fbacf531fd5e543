package cutover

import (
	"context"
	"fmt"

	autoscaling "k8s.io/api/autoscaling/v1"
	batch "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// The kinds of workloads that can be stopped.
const (
	kindDeployment  = "Deployment"
	kindStatefulSet = "StatefulSet"
	kindReplicaSet  = "ReplicaSet"
	kindCronJob     = "CronJob"
	kindJob         = "Job"
)

// fieldManager is who changes consumers, for those who look at their managed fields.
const fieldManager = "ferry-cutover"

// scaler reads and writes the scale of one kind.
type scaler interface {
	GetScale(ctx context.Context, name string, opts meta.GetOptions) (*autoscaling.Scale, error)
	UpdateScale(ctx context.Context, name string, scale *autoscaling.Scale, opts meta.UpdateOptions) (*autoscaling.Scale, error)
}

// scaler returns that of a kind, nil if it has no replicas.
func (w World) scaler(kind string) scaler {
	switch kind {
	case kindDeployment:
		return w.Client.AppsV1().Deployments(w.Client.Namespace)
	case kindStatefulSet:
		return w.Client.AppsV1().StatefulSets(w.Client.Namespace)
	case kindReplicaSet:
		return w.Client.AppsV1().ReplicaSets(w.Client.Namespace)
	}
	return nil
}

// live returns a consumer as it is now, nil if it is not there or cannot be stopped: a Job is waited for.
func (w World) live(ctx context.Context, kind, name string) (*Stopped, error) {
	now := &Stopped{Kind: kind, Name: name}
	var err error
	if scaler := w.scaler(kind); scaler != nil {
		var scale *autoscaling.Scale
		if scale, err = scaler.GetScale(ctx, name, meta.GetOptions{}); err == nil {
			now.UID, now.Replicas = string(scale.UID), scale.Spec.Replicas
		}
	} else if kind == kindCronJob {
		var cron *batch.CronJob
		if cron, err = w.Client.BatchV1().CronJobs(w.Client.Namespace).Get(ctx, name, meta.GetOptions{}); err == nil {
			now.UID, now.Suspend = string(cron.UID), cron.Spec.Suspend != nil && *cron.Spec.Suspend
		}
	} else {
		return nil, nil
	}
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("get %s/%s in %s: %w", kind, name, w.Client.Namespace, err)
	}
	return now, nil
}

// scale sets the replicas of a workload that still has as many as were seen.
func (w World) scale(ctx context.Context, kind, name string, from, to int32) error {
	scaler := w.scaler(kind)
	scale, err := scaler.GetScale(ctx, name, meta.GetOptions{})
	if err == nil && scale.Spec.Replicas == from {
		scale.Spec.Replicas = to
		_, err = scaler.UpdateScale(ctx, name, scale, meta.UpdateOptions{FieldManager: fieldManager})
	}
	if err != nil {
		return fmt.Errorf("scale %s/%s in %s to %d: %w", kind, name, w.Client.Namespace, to, err)
	}
	return nil
}

// suspend switches a CronJob off or on.
func (w World) suspend(ctx context.Context, name string, off bool) error {
	_, err := w.Client.BatchV1().CronJobs(w.Client.Namespace).Patch(ctx, name, types.MergePatchType,
		fmt.Appendf(nil, `{"spec":{"suspend":%t}}`, off), meta.PatchOptions{FieldManager: fieldManager})
	if err != nil {
		return fmt.Errorf("set suspend of CronJob/%s in %s to %t: %w", name, w.Client.Namespace, off, err)
	}
	return nil
}
