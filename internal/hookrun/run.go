package hookrun

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	batch "k8s.io/api/batch/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/manifest"
)

// Bounds of waits.
const (
	// startTime is what the pod of a Job may take before it runs, beside the Job's own deadline.
	startTime = 2 * time.Minute
	// defaultDeadline is that of a Job which has none.
	defaultDeadline = 5 * time.Minute
	// removeTime is what deleting may take after everything else has ended.
	removeTime = 30 * time.Second
	// defaultInterval is how often the API server is asked while something is waited for.
	defaultInterval = time.Second
)

// Runner runs hook objects.
type Runner struct {
	Client kube.Client
	// Log gets what the Jobs say.
	Log io.Writer
	// Interval is how often the API server is asked; zero means every second.
	Interval time.Duration
	// Edit, if set, changes a Job before it is made.
	Edit func(*batch.Job)
}

// FailedError says that a Job has failed.
type FailedError struct {
	Job string
	// Code is the exit code of its program, 0 if none is known.
	Code int
	// Reason is what the API server says of it, Last the last line of its log.
	Reason, Last string
}

// Error is the last line of the log, which is a verdict; else the reason.
func (e *FailedError) Error() string {
	if e.Last != "" {
		return e.Last
	}
	return fmt.Sprintf("Job/%s failed: %s", e.Job, e.Reason)
}

// Run makes the objects of an event, in their order, and waits for each Job. The error is a
// [*FailedError] if one fails. When the context ends a Job is deleted, which tells its program to end.
func (r Runner) Run(ctx context.Context, documents []*manifest.Document, event string) error {
	var made []access
	for _, document := range documents {
		if !at(document, event) {
			continue
		}
		object, err := decode(document)
		if err != nil {
			return err
		}
		a, err := r.make(ctx, object)
		if err != nil {
			return err
		}
		if strings.Contains(annotation(document, "helm.sh/hook-delete-policy"), "hook-succeeded") {
			made = append(made, a)
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removeTime)
	defer cancel()
	for _, a := range made {
		if err := a.remove(ctx); err != nil {
			return fmt.Errorf("delete %s: %w", a.title, err)
		}
	}
	return nil
}

// make makes an object, and waits for it if it is a Job.
func (r Runner) make(ctx context.Context, object runtime.Object) (access, error) {
	job, isJob := object.(*batch.Job)
	if isJob && r.Edit != nil {
		r.Edit(job)
	}
	a, err := accessOf(r.Client, object)
	if err != nil {
		return a, err
	}
	if err := a.replace(ctx, r.interval()); err != nil || !isJob {
		return a, err
	}
	err = r.Await(ctx, job.Name, lasting(job))
	if ctx.Err() != nil {
		removing, cancel := context.WithTimeout(context.WithoutCancel(ctx), removeTime)
		defer cancel()
		err = errors.Join(err, a.remove(removing))
	}
	return a, err
}

func (r Runner) interval() time.Duration {
	if r.Interval > 0 {
		return r.Interval
	}
	return defaultInterval
}

// Remove deletes a Job, if it is there, and waits until its pods are gone.
func (r Runner) Remove(ctx context.Context, job string) error {
	a, err := accessOf(r.Client, &batch.Job{ObjectMeta: meta.ObjectMeta{Name: job}})
	if err != nil {
		return err
	}
	return a.clear(ctx, r.interval())
}

// lasting is how long the Job may take.
func lasting(job *batch.Job) time.Duration {
	if seconds := job.Spec.ActiveDeadlineSeconds; seconds != nil {
		return time.Duration(*seconds)*time.Second + startTime
	}
	return defaultDeadline + startTime
}

// Await waits for the end of a Job that is there, at most so long, and writes what it says. The error
// is a [*FailedError] if it fails.
func (r Runner) Await(ctx context.Context, job string, limit time.Duration) error {
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	said := &follower{client: r.Client, job: job, out: r.Log}
	for {
		live, err := r.Client.BatchV1().Jobs(r.Client.Namespace).Get(bounded, job, meta.GetOptions{})
		if err != nil {
			return fmt.Errorf("wait for Job/%s: %w", job, err)
		}
		// a log that cannot be read stands in nobody's way
		said.follow(bounded)
		switch condition, ended := endOf(live); {
		case ended && condition.Type == batch.JobComplete:
			return nil
		case ended:
			return &FailedError{Job: job, Code: said.code, Reason: condition.Message, Last: said.last}
		}
		if err := pause(bounded, r.interval()); err != nil {
			return fmt.Errorf("wait for Job/%s: %w%s", job, err, said.hint())
		}
	}
}

// Watch writes what a Job says that somebody else makes from now on, until ctx ends. A log that cannot be read
// stands in nobody's way.
func (r Runner) Watch(ctx context.Context, job string) {
	before, err := podsOf(ctx, r.Client, job)
	if err != nil {
		return
	}
	said := &follower{client: r.Client, job: job, out: r.Log, old: map[string]bool{}}
	for _, pod := range before {
		said.old[pod.Name] = true
	}
	for pause(ctx, r.interval()) == nil {
		said.follow(ctx)
	}
}

// endOf is the condition by which a Job has ended.
func endOf(job *batch.Job) (batch.JobCondition, bool) {
	for _, condition := range job.Status.Conditions {
		if (condition.Type == batch.JobComplete || condition.Type == batch.JobFailed) && condition.Status == "True" {
			return condition, true
		}
	}
	return batch.JobCondition{}, false
}

func annotation(document *manifest.Document, name string) string {
	for _, o := range document.Objects() {
		return o.Annotations()[name]
	}
	return ""
}

// at tells whether a hook belongs to an event.
func at(document *manifest.Document, event string) bool {
	for one := range strings.SplitSeq(annotation(document, "helm.sh/hook"), ",") {
		if strings.TrimSpace(one) == event {
			return true
		}
	}
	return false
}
