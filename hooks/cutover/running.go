package cutover

import (
	"context"
	"fmt"
	"slices"
	"strings"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// pageSize bounds one answer of the API server.
const pageSize = 500

// activity is what there is of the pods of consumers.
type activity struct {
	// running names those that have not ended, and Jobs that may begin one.
	running []string
	// ended names those that have, by their UIDs.
	ended map[types.UID]string
}

// running names what of the consumers runs: pods that have not ended, by their owners.
func (w World) running(ctx context.Context, consumers []Consumer) ([]string, error) {
	found, err := w.activity(ctx, consumers)
	return found.running, err
}

// activity looks at the pods of the consumers.
func (w World) activity(ctx context.Context, consumers []Consumer) (activity, error) {
	jobs, err := w.jobs(ctx)
	if err != nil {
		return activity{}, err
	}
	found := activity{running: unfinished(jobs, consumers), ended: map[types.UID]string{}}
	for next := ""; ; {
		page, err := w.Client.CoreV1().Pods(w.Client.Namespace).List(ctx, meta.ListOptions{Limit: pageSize, Continue: next})
		if err != nil {
			return activity{}, fmt.Errorf("list the pods in %s: %w", w.Client.Namespace, err)
		}
		for _, pod := range page.Items {
			found.add(pod, ownerOf(pod.ObjectMeta, jobs), consumers)
		}
		if next = page.Continue; next == "" {
			slices.Sort(found.running)
			return found, nil
		}
	}
}

// add takes a pod in, if it is of a consumer.
func (a *activity) add(pod core.Pod, by owner, consumers []Consumer) {
	if !slices.ContainsFunc(consumers, by.is) {
		return
	}
	title := fmt.Sprintf("Pod/%s of %s/%s", pod.Name, by.kind, by.name)
	if pod.Status.Phase == core.PodSucceeded || pod.Status.Phase == core.PodFailed {
		a.ended[pod.UID] = title
		return
	}
	a.running = append(a.running, title)
}

// since names what runs, or has run and ended since an earlier look at which nothing ran.
func (a activity) since(before activity) []string {
	found := slices.Clone(a.running)
	for uid, title := range a.ended {
		if _, known := before.ended[uid]; !known {
			found = append(found, title)
		}
	}
	slices.Sort(found)
	return found
}

// unfinished names the Jobs of consumers that may still begin a pod.
func unfinished(jobs map[string]batch.Job, consumers []Consumer) []string {
	var found []string
	for name, job := range jobs {
		o := ownerOfJob(job)
		if !ended(job) && (job.Spec.Suspend == nil || !*job.Spec.Suspend) && slices.ContainsFunc(consumers, o.is) {
			found = append(found, "Job/"+name)
		}
	}
	return found
}

// ended tells whether a Job has come to an end.
func ended(job batch.Job) bool {
	return slices.ContainsFunc(job.Status.Conditions, func(c batch.JobCondition) bool {
		return c.Status == core.ConditionTrue && (c.Type == batch.JobComplete || c.Type == batch.JobFailed)
	})
}

// ownerOfJob is the CronJob that has made a Job, or the Job itself.
func ownerOfJob(job batch.Job) owner {
	if by := meta.GetControllerOf(&job); by != nil && by.Kind == kindCronJob {
		return owner{kind: by.Kind, name: by.Name}
	}
	return owner{kind: kindJob, name: job.Name}
}

// owner is a workload that a pod belongs to.
type owner struct {
	kind, name string
	// hashed: the name ends in a hash, which a Deployment gives the ReplicaSets that it makes.
	hashed bool
}

// is tells whether the owner is a consumer, or was made by one.
func (o owner) is(c Consumer) bool {
	if o.hashed && c.Kind == kindDeployment {
		i := strings.LastIndexByte(o.name, '-')
		return i > 0 && o.name[:i] == c.Name
	}
	return o.kind == c.Kind && o.name == c.Name
}

// ownerOf follows a pod to its workload; of a Job to the CronJob that has made it, if any.
func ownerOf(pod meta.ObjectMeta, jobs map[string]batch.Job) owner {
	controller := meta.GetControllerOf(&pod)
	if controller == nil {
		return owner{kind: "Pod", name: pod.Name}
	}
	o := owner{kind: controller.Kind, name: controller.Name}
	switch controller.Kind {
	case kindReplicaSet:
		o.hashed = pod.Labels["pod-template-hash"] != ""
	case kindJob:
		if job, known := jobs[controller.Name]; known {
			return ownerOfJob(job)
		}
	}
	return o
}

// jobs returns the Jobs of the namespace by their names.
func (w World) jobs(ctx context.Context) (map[string]batch.Job, error) {
	found := map[string]batch.Job{}
	for next := ""; ; {
		page, err := w.Client.BatchV1().Jobs(w.Client.Namespace).List(ctx, meta.ListOptions{Limit: pageSize, Continue: next})
		if err != nil {
			return nil, fmt.Errorf("list the Jobs in %s: %w", w.Client.Namespace, err)
		}
		for _, job := range page.Items {
			found[job.Name] = job
		}
		if next = page.Continue; next == "" {
			return found, nil
		}
	}
}

// watchConsumers ends a context as soon as a consumer begins to run again, with a [*Refusal] as its cause.
func (w World) watchConsumers(ctx context.Context, consumers []Consumer) (context.Context, context.CancelFunc) {
	watched, end := context.WithCancelCause(ctx)
	if !w.Config.Spec.Migration.Quiesce {
		return watched, func() { end(nil) }
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for w.pause(watched) == nil {
			// a request that fails is repeated; what it would have shown, the check after the comparison finds
			if running, err := w.running(watched, consumers); err == nil && len(running) > 0 {
				end(beganToRun(running))
				return
			}
		}
	}()
	return watched, func() { end(nil); <-done }
}

func beganToRun(running []string) error {
	return refuse("consumers began to run while the objects were moved: %s: find out what starts them, and run the upgrade again", name(running))
}
