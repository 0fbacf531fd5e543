package main

import (
	"context"
	"fmt"
	"time"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/hookrun"
)

// jobState is how far a Job has come.
type jobState int

const (
	jobNone jobState = iota
	jobRunning
	jobDone
	jobFailed
)

// firstPassTime bounds the wait for the first pass, which may copy for days.
const firstPassTime = 14 * 24 * time.Hour

// firstPass is the name of the Job that copies while consumers go on, "" if none is rendered.
func firstPass(n *next) string {
	for _, document := range n.Added() {
		for _, o := range document.Objects() {
			if o.Is("batch", "Job") && !o.Hook() && o.Labels()["app.kubernetes.io/component"] == "migration" {
				return o.Name
			}
		}
	}
	return ""
}

func (h *helmLine) jobState(ctx context.Context, name string) (jobState, error) {
	job, err := h.client.BatchV1().Jobs(h.client.Namespace).Get(ctx, name, meta.GetOptions{})
	if apierrors.IsNotFound(err) {
		return jobNone, nil
	}
	if err != nil {
		return jobNone, fmt.Errorf("get Job/%s: %w", name, err)
	}
	for _, condition := range job.Status.Conditions {
		switch {
		case condition.Status != core.ConditionTrue:
		case condition.Type == batch.JobComplete:
			return jobDone, nil
		case condition.Type == batch.JobFailed:
			return jobFailed, nil
		}
	}
	return jobRunning, nil
}

// removeJob deletes a Job and waits until its pods are gone, since what they do must have ended.
func (h *helmLine) removeJob(ctx context.Context, name string) error {
	return hookrun.Runner{Client: h.client}.Remove(ctx, name)
}

func (h *helmLine) awaitJob(ctx context.Context, name string) error {
	return hookrun.Runner{Client: h.client, Log: h.streams.Err}.Await(ctx, name, firstPassTime)
}
