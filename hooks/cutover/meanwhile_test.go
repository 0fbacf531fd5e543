package cutover_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/hooks/cutover"
)

// TestAConsumerThatRunsMeanwhile has a pod of a consumer run and end while the objects are moved: it may
// have written where the second pass had looked already.
func TestAConsumerThatRunsMeanwhile(t *testing.T) {
	w := newWorld(t)
	w.bucket("minio", "files")
	w.put("minio", "files", "a", "1")
	w.before = func(step cutover.Step) {
		if step == cutover.StepCopy {
			w.once("report")
		}
	}
	_, err := w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw"))
	var refusal *cutover.Refusal
	if !errors.As(err, &refusal) || !strings.Contains(refusal.Reason, "consumers began to run while the objects were moved: Pod/report-once of CronJob/report") {
		t.Errorf("the run ends with %v", err)
	}
	w.before = nil
	w.atRest()
}

// once makes a pod of a CronJob that has ended.
func (w *world) once(cron string) {
	w.Helper()
	controls := true
	pod := &core.Pod{
		ObjectMeta: meta.ObjectMeta{Name: cron + "-once", OwnerReferences: []meta.OwnerReference{{
			APIVersion: "batch/v1", Kind: "CronJob", Name: cron, UID: w.cron(cron).UID, Controller: &controls,
		}}},
		Spec: core.PodSpec{RestartPolicy: core.RestartPolicyNever, Containers: []core.Container{{Name: "once", Image: "example.com/once"}}},
	}
	pods := w.client.CoreV1().Pods(w.client.Namespace)
	pod, err := pods.Create(w.ctx(), pod, meta.CreateOptions{})
	if err != nil {
		w.Fatal(err)
	}
	pod.Status.Phase = core.PodSucceeded
	if _, err := pods.UpdateStatus(w.ctx(), pod, meta.UpdateOptions{}); err != nil {
		w.Fatal(err)
	}
}

// TestTimeToApply proves late in the deadline. Helm still gets time to apply the manifest before the
// watchdog brings the consumers back on the old store.
func TestTimeToApply(t *testing.T) {
	w := newWorld(t)
	w.bucket("minio", "files")
	w.spec = ", deadline: 30s"
	if _, err := w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw")); err != nil {
		t.Fatal(err)
	}
	if left := time.Until(w.journal().Deadline); left < time.Minute {
		t.Errorf("%s are left to apply the manifest", left)
	}
	watchdog, err := w.client.BatchV1().Jobs(w.client.Namespace).Get(t.Context(), "shop-watchdog", meta.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if ends := watchdog.CreationTimestamp.Add(time.Duration(*watchdog.Spec.ActiveDeadlineSeconds) * time.Second); ends.Before(w.journal().Deadline) {
		t.Errorf("the watchdog ends at %s, before the deadline %s", ends, w.journal().Deadline)
	}
}
