package cutover_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	apps "k8s.io/api/apps/v1"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/helm-ferry/ferry/internal/kube"
)

// kubelet stands in for the controllers and nodes that the API server of the test world lacks: it
// makes and ends the pods of Deployments.
type kubelet struct {
	client kube.Client

	mu sync.Mutex
	// stubborn are Deployments whose pods do not end.
	stubborn []string
}

// hold keeps the pods of a Deployment from ending, or lets them.
func (k *kubelet) hold(deployment string, on bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stubborn = nil
	if on {
		k.stubborn = []string{deployment}
	}
}

func (k *kubelet) holds(deployment string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Contains(k.stubborn, deployment)
}

// run does that until the test ends.
func (k *kubelet) run(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			if err := k.sync(ctx); err != nil && ctx.Err() == nil && !apierrors.IsConflict(err) && !apierrors.IsNotFound(err) {
				t.Errorf("the stand-in for controllers: %v", err)
				return
			}
			select {
			case <-ctx.Done():
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
}

func (k *kubelet) sync(ctx context.Context) error {
	list, err := k.client.AppsV1().Deployments(k.client.Namespace).List(ctx, meta.ListOptions{})
	if err != nil {
		return err
	}
	for _, d := range list.Items {
		if err := k.settle(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// settle gives a Deployment as many pods as it wants.
func (k *kubelet) settle(ctx context.Context, d apps.Deployment) error {
	pods, wanted := k.client.CoreV1().Pods(k.client.Namespace), int(*d.Spec.Replicas)
	for i := range 4 {
		name := fmt.Sprintf("%s-5d4f8c7b9-%d", d.Name, i)
		_, err := pods.Get(ctx, name, meta.GetOptions{})
		switch {
		case apierrors.IsNotFound(err) && i < wanted:
			if _, err := pods.Create(ctx, podOf(d, name), meta.CreateOptions{}); err != nil {
				return err
			}
		case err == nil && i >= wanted && !k.holds(d.Name):
			none := int64(0)
			if err := pods.Delete(ctx, name, meta.DeleteOptions{GracePeriodSeconds: &none}); err != nil {
				return err
			}
		}
	}
	return nil
}

// podOf is a pod as the ReplicaSet of a Deployment makes it.
func podOf(d apps.Deployment, name string) *core.Pod {
	controls := true
	marks := map[string]string{"pod-template-hash": "5d4f8c7b9"}
	maps.Copy(marks, d.Spec.Template.Labels)
	return &core.Pod{
		ObjectMeta: meta.ObjectMeta{Name: name, Labels: marks, OwnerReferences: []meta.OwnerReference{{
			APIVersion: "apps/v1", Kind: "ReplicaSet", Name: d.Name + "-5d4f8c7b9", UID: types.UID("rs-" + d.Name), Controller: &controls,
		}}},
		Spec: d.Spec.Template.Spec,
	}
}

// replicas returns how many a Deployment is to have.
func (w *world) replicas(name string) int {
	w.Helper()
	d, err := w.client.AppsV1().Deployments(w.client.Namespace).Get(w.ctx(), name, meta.GetOptions{})
	if err != nil {
		w.Fatal(err)
	}
	return int(*d.Spec.Replicas)
}

func (w *world) scale(name string, to int32) {
	w.Helper()
	patch := fmt.Appendf(nil, `{"spec":{"replicas":%d}}`, to)
	if _, err := w.client.AppsV1().Deployments(w.client.Namespace).Patch(w.ctx(), name, types.MergePatchType, patch, meta.PatchOptions{}); err != nil {
		w.Fatal(err)
	}
}

func (w *world) cron(name string) *batch.CronJob {
	w.Helper()
	cron, err := w.client.BatchV1().CronJobs(w.client.Namespace).Get(w.ctx(), name, meta.GetOptions{})
	if err != nil {
		w.Fatal(err)
	}
	return cron
}

func (w *world) suspended(name string) bool {
	w.Helper()
	suspend := w.cron(name).Spec.Suspend
	return suspend != nil && *suspend
}

// pods names those of a Deployment.
func (w *world) pods(deployment string) []string {
	w.Helper()
	list, err := w.client.CoreV1().Pods(w.client.Namespace).List(w.ctx(), meta.ListOptions{})
	if err != nil {
		w.Fatal(err)
	}
	var found []string
	for _, pod := range list.Items {
		if strings.HasPrefix(pod.Name, deployment+"-") {
			found = append(found, pod.Name)
		}
	}
	return found
}

// finishFirstPass says of the Job of the first pass what a Job controller says of one that is complete.
func (w *world) finishFirstPass() {
	w.Helper()
	jobs := w.client.BatchV1().Jobs(w.client.Namespace)
	list, err := jobs.List(w.ctx(), meta.ListOptions{})
	if err != nil {
		w.Fatal(err)
	}
	now := meta.Now()
	for _, job := range list.Items {
		if !strings.HasPrefix(job.Name, "shop-migration-") || job.Status.Succeeded > 0 {
			continue
		}
		job.Status = batch.JobStatus{StartTime: &now, CompletionTime: &now, Succeeded: 1, Conditions: []batch.JobCondition{
			{Type: batch.JobSuccessCriteriaMet, Status: core.ConditionTrue}, {Type: batch.JobComplete, Status: core.ConditionTrue},
		}}
		if _, err := jobs.UpdateStatus(w.ctx(), &job, meta.UpdateOptions{}); err != nil {
			w.Fatal(err)
		}
	}
}
