package hooks

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/helm-ferry/ferry/hooks/record"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/revision"
)

// Between is the situation of an upgrade between two revisions of a release, before anybody asks the
// cluster for more. A revision that is nil has an empty manifest.
func Between(history revision.History, cfg *config.Config) (Situation, error) {
	s := Situation{Config: cfg, Unknown: history.ToCome == nil}
	if s.Unknown {
		history.InForce = nil
	}
	var err error
	if s.Current, err = InForce(history.InForce, cfg); err != nil {
		return Situation{}, err
	}
	stream, err := manifest.Parse([]byte(textOf(history.ToCome)))
	if err == nil {
		s.Next, err = Inspect(stream, cfg)
	}
	if err != nil {
		return Situation{}, fmt.Errorf("the manifest to come: %w", err)
	}
	if next := history.ToCome; next != nil {
		s.Release, s.Revision, s.Rollback = next.Release, next.Number, next.Status == "pending-rollback"
	}
	s.Unapplied = history.InForce != nil && strings.HasPrefix(history.InForce.Status, "pending-")
	return s, nil
}

// InForce is the manifest of a revision that is in force, hooks included: an empty one before the first
// revision.
func InForce(r *revision.Revision, cfg *config.Config) (Manifest, error) {
	m, err := Load(textOf(r), cfg)
	if err != nil {
		return Manifest{}, fmt.Errorf("the manifest in force: %w", err)
	}
	return m, nil
}

// textOf is the manifest of a revision and that of its hooks.
func textOf(r *revision.Revision) string {
	if r == nil {
		return ""
	}
	text := strings.Builder{}
	text.WriteString(r.Manifest)
	for _, hook := range r.Hooks {
		text.WriteString("\n---\n" + hook.Manifest)
	}
	return text.String()
}

// look completes a situation by what the cluster has.
func look(ctx context.Context, client kube.Client, s Situation) (Situation, error) {
	var err error
	if s.Live, err = Observe(ctx, client, s.Config); err != nil {
		return s, err
	}
	s.Record, err = record.Read(ctx, client, s.Config.Metadata.Name)
	if unreadable, ok := errors.AsType[*record.UnreadableError](err); ok {
		s.Doubt, err = unreadable.Error(), nil
	}
	if err != nil {
		return s, err
	}
	return s, nameVolumes(ctx, client, s.Live, Judge(s))
}

// Ask looks at the cluster and judges. It changes nothing.
func Ask(ctx context.Context, client kube.Client, s Situation) (Plan, error) {
	s, err := look(ctx, client, s)
	if err != nil {
		return Plan{}, err
	}
	return Judge(s), nil
}

// Guard looks at the cluster, judges, and sets the claims at risk to be kept before it says so. If it
// cannot, the error says so beside the plan, of which what was kept is done.
func Guard(ctx context.Context, client kube.Client, s Situation) (Plan, error) {
	plan, err := Ask(ctx, client, s)
	if err != nil {
		return plan, err
	}
	if err := Apply(ctx, client, plan.Arms); err != nil {
		return plan, fmt.Errorf("%s; and it cannot be made safe: %w", plan.Verdict, err)
	}
	if len(plan.Arms) > 0 {
		plan.Verdict += "; what is live is set to be kept"
	}
	return plan, nil
}

// GuardName is the name of the guard's hook objects.
func GuardName(cfg *config.Config) string { return cfg.Metadata.Name + "-guard" }
