package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/cutover"
	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/hookrun"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/revision"
)

// mover runs the hooks of a migration from here, where Helm runs none.
type mover struct {
	streams   cli.Streams
	client    kube.Client
	cfg       *config.Config
	documents []*manifest.Document
	// release, number and text are the revision to come.
	revision *revision.Revision
	// event is upgrade or rollback.
	event string
}

// returnTime is what bringing consumers back may take once everything else has ended.
const returnTime = 2 * time.Minute

// newMover returns nil if nothing is to be run from here: Helm runs the hooks, or there are none.
func newMover(h *helmLine, n *next, event string) *mover {
	m := &mover{streams: h.streams, client: h.client, cfg: n.Config, revision: n.revision, event: event}
	for _, document := range n.Hooks {
		if document.Objects()[0].Labels()["app.kubernetes.io/component"] == "migration" {
			m.documents = append(m.documents, document)
		}
	}
	if len(m.documents) == 0 || len(n.situation.Current.Release.Objects) == 0 {
		return nil
	}
	return m
}

// before moves the objects, if the alias is going to move.
func (m *mover) before(ctx context.Context) (err error) {
	if err := m.announce(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.forget(ctx)) }()
	runner := hookrun.Runner{Client: m.client, Log: m.streams.Err, Edit: m.edit}
	err = runner.Run(ctx, m.documents, "pre-"+m.event)
	if ctx.Err() != nil {
		return first(err, m.abort(ctx))
	}
	return ended(err)
}

// after brings the consumers back, whatever became of Helm.
func (m *mover) after(ctx context.Context, upgraded error) error {
	if upgraded != nil {
		applied, err := m.applied(ctx)
		if err != nil || !applied {
			return first(upgraded, errors.Join(err, m.abort(ctx)))
		}
	}
	if ctx.Err() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), returnTime)
		defer cancel()
	}
	err := ended(hookrun.Runner{Client: m.client, Log: m.streams.Err}.Run(ctx, m.documents, "post-"+m.event))
	return first(upgraded, err)
}

// first returns an error and, if there is one, what failed after it.
func first(err, then error) error {
	if err == nil || then == nil {
		return cmp.Or(err, then)
	}
	return fmt.Errorf("%w; and then: %w", err, then)
}

// ended gives the end of a Job its exit code.
func ended(err error) error {
	failed, is := errors.AsType[*hookrun.FailedError](err)
	if !is {
		return err
	}
	switch kind := cli.Kind(failed.Code); kind {
	case cli.Refused, cli.Partial:
		return kind.Wrap(err)
	default:
		return err
	}
}

// applied tells whether consumers are to use the store that the journal moves to.
func (m *mover) applied(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), returnTime)
	defer cancel()
	journal, err := cutover.ReadJournal(ctx, m.client, m.cfg.Metadata.Name)
	if err != nil || journal == nil {
		return false, err
	}
	selected, err := hooks.Selected(ctx, m.client, m.cfg)
	return selected == journal.To, err
}

// abort brings the consumers back to the store that the alias selects still.
func (m *mover) abort(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), returnTime)
	defer cancel()
	verdict, err := abort(ctx, m.client, m.cfg)
	if err == nil {
		fmt.Fprintf(m.streams.Err, "ferry: %s\n", verdict)
	}
	return err
}

// abort undoes a cutover that is half done.
func abort(ctx context.Context, client kube.Client, cfg *config.Config) (string, error) {
	world := cutover.World{Client: client, Config: cfg, Log: slog.New(slog.DiscardHandler)}
	verdict, err := world.Abort(ctx)
	if refusal, refused := errors.AsType[*cutover.Refusal](err); refused {
		return "", cli.Refused.Wrap(refusal)
	}
	return verdict, err
}

// announcement is the Secret with the manifest to come: Helm keeps no record of it yet.
func (m *mover) announcement() string { return m.cfg.Metadata.Name + "-cutover-manifest" }

// manifestKey is its entry, manifestMount where the Job finds it.
const (
	manifestKey   = "manifest.yaml.gz"
	manifestMount = "/etc/ferry-manifest"
)

func (m *mover) announce(ctx context.Context) error {
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, err := writer.Write([]byte(m.revision.Manifest))
	if err := cmp.Or(err, writer.Close()); err != nil {
		return fmt.Errorf("pack the manifest to come: %w", err)
	}
	if err := m.forget(ctx); err != nil {
		return err
	}
	secret := &core.Secret{
		ObjectMeta: meta.ObjectMeta{Name: m.announcement(), Labels: map[string]string{
			"app.kubernetes.io/part-of": "ferry", "app.kubernetes.io/component": "migration", "helm-ferry.dev/name": m.cfg.Metadata.Name,
		}},
		Data: map[string][]byte{manifestKey: packed.Bytes()},
	}
	if _, err := m.client.CoreV1().Secrets(m.client.Namespace).Create(ctx, secret, meta.CreateOptions{}); err != nil {
		return fmt.Errorf("create Secret/%s: %w", secret.Name, err)
	}
	return nil
}

func (m *mover) forget(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), returnTime)
	defer cancel()
	err := m.client.CoreV1().Secrets(m.client.Namespace).Delete(ctx, m.announcement(), meta.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("delete Secret/%s: %w", m.announcement(), err)
	}
	return nil
}

// edit has the cutover read the manifest to come. The watchdog, which has the same pod, outlives it.
func (m *mover) edit(job *batch.Job) {
	optional := true
	pod := &job.Spec.Template.Spec
	pod.Volumes = append(pod.Volumes, core.Volume{Name: "manifest", VolumeSource: core.VolumeSource{
		Secret: &core.SecretVolumeSource{SecretName: m.announcement(), Optional: &optional},
	}})
	container := &pod.Containers[0]
	container.VolumeMounts = append(container.VolumeMounts, core.VolumeMount{Name: "manifest", MountPath: manifestMount, ReadOnly: true})
	container.Args = append(container.Args, "--manifest="+manifestMount+"/"+manifestKey,
		"--release="+m.revision.Release, fmt.Sprintf("--revision=%d", m.revision.Number))
}
