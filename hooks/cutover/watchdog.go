package cutover

import (
	"context"
	"fmt"
	"strings"
	"time"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/hookcmd"
)

// JobName is the name of the cutover's Job, and of the account that it runs under. A release that has it
// as a hook has that of bringing back, too.
func JobName(name string) string { return name + "-cutover" }

// WatchdogName is the name of the Job that brings consumers back by itself.
func WatchdogName(name string) string { return name + "-watchdog" }

// watchdogGrace is what the watchdog's Job may take after the deadline.
const watchdogGrace = 2 * time.Minute

// watchdog makes the Job that brings the consumers back if the revision is not deployed by the
// deadline: whatever becomes of this process and of Helm. Its pod is that of the cutover's own Job.
func (w World) watchdog(ctx context.Context, deadline time.Time) error {
	jobs := w.Client.BatchV1().Jobs(w.Client.Namespace)
	own, err := jobs.Get(ctx, JobName(w.name()), meta.GetOptions{})
	if err != nil {
		return fmt.Errorf("get Job/%s in %s, whose pod the watchdog needs: %w", JobName(w.name()), w.Client.Namespace, err)
	}
	background := meta.DeletePropagationBackground
	err = jobs.Delete(ctx, WatchdogName(w.name()), meta.DeleteOptions{PropagationPolicy: &background})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("delete the watchdog of an earlier cutover: %w", err)
	}
	for {
		_, err = jobs.Create(ctx, watchdogJob(own, w.name(), time.Until(deadline)+applyTime+watchdogGrace), meta.CreateOptions{FieldManager: fieldManager})
		if !apierrors.IsAlreadyExists(err) {
			break
		}
		if err := w.pause(ctx); err != nil {
			return fmt.Errorf("wait until Job/%s of an earlier cutover is gone: %w", WatchdogName(w.name()), err)
		}
	}
	if err != nil {
		return fmt.Errorf("create Job/%s in %s: %w", WatchdogName(w.name()), w.Client.Namespace, err)
	}
	return nil
}

// watchdogJob is the Job of the watchdog: it needs no store, and outlives a node that goes.
func watchdogJob(own *batch.Job, name string, lasts time.Duration) *batch.Job {
	retries, seconds := int32(6), int64(lasts/time.Second)
	pod := own.Spec.Template.DeepCopy()
	marks := labels(name)
	for key := range pod.Labels {
		if strings.HasSuffix(key, "controller-uid") || strings.HasSuffix(key, "job-name") {
			delete(pod.Labels, key) // they tie the pod to the Job that it was taken from
		}
	}
	for i := range pod.Spec.Containers {
		if c := &pod.Spec.Containers[i]; c.Name == "ferry" {
			c.Args = []string{hookcmd.Watchdog, "--config=/etc/ferry/ferry.yaml"}
			c.Env = withoutStores(c.Env)
		}
	}
	return &batch.Job{
		ObjectMeta: meta.ObjectMeta{Name: WatchdogName(name), Labels: marks},
		Spec:       batch.JobSpec{BackoffLimit: &retries, ActiveDeadlineSeconds: &seconds, Template: *pod},
	}
}

// withoutStores leaves out what opens the stores.
func withoutStores(env []core.EnvVar) []core.EnvVar {
	var kept []core.EnvVar
	for _, e := range env {
		if e.ValueFrom == nil || e.ValueFrom.SecretKeyRef == nil {
			kept = append(kept, e)
		}
	}
	return kept
}
