package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/cutover"
	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/helmcli"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/revision"
	"github.com/helm-ferry/ferry/internal/status"
)

// clock says what time it is in a cluster.
type clock func(ctx context.Context, client kube.Client) (time.Time, error)

// serverTime is the time of the API server, which has written the times of objects: the clock of this
// machine may be another one.
func serverTime(ctx context.Context, client kube.Client) (time.Time, error) {
	asked, err := client.CoreV1().ConfigMaps(client.Namespace).Create(ctx,
		&core.ConfigMap{ObjectMeta: meta.ObjectMeta{GenerateName: "ferry-time-"}}, meta.CreateOptions{DryRun: []string{meta.DryRunAll}})
	if err != nil {
		return time.Time{}, fmt.Errorf("ask the API server for the time, by a dry run of a ConfigMap in %s: %w", client.Namespace, err)
	}
	return asked.CreationTimestamp.Time, nil
}

const (
	// applyTime is what Helm may take between two waits, each of which --timeout bounds.
	applyTime = time.Minute
	// lookInterval is how often a release is looked at that Helm may be at work on.
	lookInterval = 2 * time.Second
)

// errPending says what to do about a release that Helm is at work on, or was when it died.
func errPending(history revision.History) error {
	problem := status.Pending(history)
	return cli.Failure.Errorf("%s", problem.What).WithHint("%s", problem.Remedy)
}

// settle puts in order what a killed Helm has left behind, so that the next one takes the release on. A
// Helm that may be alive is waited for.
func (m *migration) settle(ctx context.Context) error {
	for {
		history, err := revision.Read(ctx, m.client, m.Words[0])
		if err != nil || history.ToCome == nil {
			return err
		}
		deployed, err := m.deployed(ctx, history)
		if err != nil {
			return err
		}
		if deployed == nil || m.DryRun() {
			return errPending(history)
		}
		history.InForce = deployed
		cfg, err := m.liveConfig(ctx, m.Words[0], history.ToCome, deployed)
		if err != nil {
			return err
		}
		dead, err := m.outlive(ctx, history.ToCome, cfg)
		if err != nil {
			return err
		}
		if dead {
			return m.takeUp(ctx, history, cfg)
		}
	}
}

// deployed is the last revision that Helm has brought to its end, nil if there is none.
func (h *helmLine) deployed(ctx context.Context, history revision.History) (*revision.Revision, error) {
	if history.InForce == nil {
		return nil, nil
	}
	for number := history.InForce.Number; number > 0; number-- {
		r, err := revision.Get(ctx, h.client, h.Words[0], number)
		if errors.Is(err, revision.ErrNotFound) {
			continue
		}
		if err != nil || r.Status == "deployed" {
			return r, err
		}
	}
	return nil, nil
}

// outlive waits until a revision is no longer pending, or its Helm has been silent for longer than it
// waits for anything, and tells whether it was the latter.
func (m *migration) outlive(ctx context.Context, pending *revision.Revision, cfg *config.Config) (bool, error) {
	given, needed, err := m.timeouts(cfg)
	if err != nil {
		return false, err
	}
	patience := max(given, needed) + applyTime
	var said time.Time
	for {
		history, err := revision.Read(ctx, m.client, m.Words[0])
		if err != nil {
			return false, err
		}
		if history.ToCome == nil || history.ToCome.Number != pending.Number {
			return false, nil
		}
		last, err := m.lastSign(ctx, history.ToCome)
		if err != nil {
			return false, err
		}
		now, err := m.clock(ctx, m.client)
		if err != nil {
			return false, err
		}
		dead := last.Add(patience)
		if !now.Before(dead) {
			return true, nil
		}
		if !dead.Equal(said) {
			said = dead
			problem := status.Pending(history)
			m.say("%s: it is waited for until %s, %s after its last sign of life (--timeout, and what it applies). To go on at once, %s",
				problem.What, dead.UTC().Format("15:04:05Z"), patience, problem.Remedy)
		}
		select {
		case <-ctx.Done():
			return false, context.Cause(ctx)
		case <-time.After(lookInterval):
		}
	}
}

// lastSign is when Helm was last seen at work on a revision: it writes the record before each hook, and
// goes on when the Job of a hook ends.
func (h *helmLine) lastSign(ctx context.Context, pending *revision.Revision) (time.Time, error) {
	last := pending.Written
	for _, hook := range pending.Hooks {
		if hook.Kind != "Job" {
			continue
		}
		job, err := h.client.BatchV1().Jobs(h.client.Namespace).Get(ctx, hook.Name, meta.GetOptions{})
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return last, fmt.Errorf("get Job/%s in %s: %w", hook.Name, h.client.Namespace, err)
		}
		last = later(last, changed(job))
	}
	return last, nil
}

// changed is when a Job was made, or ended.
func changed(job *batch.Job) time.Time {
	at := job.CreationTimestamp.Time
	for _, condition := range job.Status.Conditions {
		at = later(at, condition.LastTransitionTime.Time)
	}
	return at
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// takeUp ends a revision that no Helm is at work on any more. Where its store is the one that consumers are
// to use, which it is after the proof alone, the revision is applied once more, to its end; else the consumers come
// back, and the release goes back to the last revision that was deployed.
func (m *migration) takeUp(ctx context.Context, history revision.History, cfg *config.Config) error {
	current, err := hooks.InForce(history.InForce, cfg)
	if err != nil {
		return err
	}
	coming, err := hooks.InForce(history.ToCome, cfg)
	if err != nil {
		return err
	}
	from, to := current.Active, coming.Active
	if from != to && (current.Unmarked() || coming.Unmarked()) {
		return errPending(history) // nothing tells whether it was applied
	}
	live, err := hooks.Observe(ctx, m.client, cfg)
	if err != nil {
		return err
	}
	if err := m.removeJob(ctx, cutover.JobName(cfg.Metadata.Name)); err != nil {
		return err
	}
	pending, number := history.ToCome, history.InForce.Number
	m.say("revision %d of %s is %s, and no Helm is at work on it any more", pending.Number, pending.Release, pending.Status)
	if from != to && live.Selected == to {
		number = pending.Number
		m.say("consumers are to use %s already: revision %d is applied once more, to its end", to, number)
	} else {
		if from != to {
			verdict, err := abort(ctx, m.client, cfg)
			if err != nil {
				return err
			}
			m.say("%s", verdict)
		}
		m.say("back to revision %d, and on from there", number)
	}
	back := m.backTo(number)
	if back.Line, err = back.stretched(cfg); err != nil {
		return err
	}
	if err := back.rollBack(ctx, number); err != nil {
		return fmt.Errorf("roll back to revision %d: %w", number, err)
	}
	return nil
}

// timeouts are that of the line, or Helm's own, and the one that a cutover needs.
func (h *helmLine) timeouts(cfg *config.Config) (given, needed time.Duration, err error) {
	given, needed = helmDefault, cfg.Spec.Migration.Deadline.Std()+overhead
	if h.Has("timeout") {
		if given, err = time.ParseDuration(h.Value("timeout")); err != nil {
			return 0, 0, cli.Usage.Errorf("--timeout: %w", err)
		}
	}
	return given, needed, nil
}

// stretched is the line with a --timeout that lets Helm wait for a cutover.
func (h *helmLine) stretched(cfg *config.Config) (helmcli.Line, error) {
	given, needed, err := h.timeouts(cfg)
	if err != nil || given >= needed {
		return h.Line, err
	}
	return h.Without("timeout").With("timeout", needed.String()), nil
}
