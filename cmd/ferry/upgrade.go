package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/cutover"
	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/helmcli"
	"github.com/helm-ferry/ferry/internal/hookrun"
	"github.com/helm-ferry/ferry/render"
)

// upgradeOwn are Ferry's own flags among those of Helm, true if they take a value.
var upgradeOwn = map[string]bool{"config": true}

func newUpgrade(streams cli.Streams) *cobra.Command {
	cmd := newHelmCommand(&cobra.Command{
		Use:   "upgrade RELEASE CHART [helm flags]",
		Short: "Upgrade a release by the installed Helm, guarded, with Ferry's objects added",
		Long: `Upgrade a release by the installed Helm, guarded, with Ferry's objects added.

The line is that of "helm upgrade", the same under Helm 3 and Helm 4; every flag of Helm goes to Helm.
Before Helm starts, the claims of the release are looked at in the cluster, and an upgrade that would
lose data is refused with exit code 4: no failed revision is left behind. What is at risk is set to be
kept first. Then Helm runs with Ferry as its post-renderer, after one that --post-renderer names.

Where the alias is going to select another store, the objects are moved first, with the consumers
stopped: by hooks under Helm 4, and under Helm 3, which runs no hooks of a post-renderer, by the same
Jobs made from here, with what they say on the terminal. Whatever becomes of Helm, the consumers come
back.

--atomic and --rollback-on-failure are the same, and so are --force and --force-replace. A rollback that
they ask for moves back what was written to the other store. --dry-run changes nothing. With --no-hooks
the guard runs here all the same, and no store can be left for another one.`,
		Example: `  ferry upgrade lake ./chart -f values.yaml --config ferry.yaml
  helm ferry upgrade lake oci://registry.example/charts/lake --version 2.1.0 -n data --wait --timeout 10m`,
	}, func(ctx context.Context, args []string) error {
		return runUpgrade(ctx, &helmLine{streams: streams, Line: helmcli.Parse(args, upgradeOwn)})
	})
	cmd.Flags().String("config", "", "configuration `file`; wins over the one in the manifests")
	return cmd
}

func runUpgrade(ctx context.Context, h *helmLine) (err error) {
	if len(h.Words) != 2 {
		return errWords("ferry upgrade RELEASE CHART [helm flags]", h.Words)
	}
	if err := h.open(ctx, upgradeOwn); err != nil {
		return err
	}
	wiring, err := h.wire()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, wiring.Close()) }()
	n, err := h.render(ctx, wiring)
	if err != nil {
		return err
	}
	if err := h.guard(ctx, n.situation); err != nil {
		return err
	}
	if h.helm.Major == 4 {
		tell(h.streams.Err, n.Results, render.Warning) // Helm 4 does not show them
	}
	return h.apply(ctx, n, "upgrade", func() error { return h.wired(ctx, wiring, "upgrade") })
}

// apply runs what the guard has let pass, an upgrade or a rollback. Under Helm 3 the hooks of a
// migration run from here, before it and after it. Whatever becomes of Helm, the consumers come back.
func (h *helmLine) apply(ctx context.Context, n *next, event string, helm func() error) error {
	if h.DryRun() {
		return helm()
	}
	if move := newMover(h, n, event); move != nil {
		if err := move.before(ctx); err != nil {
			return err
		}
		undo := h.takeOver(event)
		upgraded := helm()
		err := move.after(ctx, upgraded)
		if undo && upgraded != nil && ctx.Err() == nil {
			return h.undo(ctx, err)
		}
		return err
	}
	err := h.watching(ctx, n, helm)
	if err == nil {
		return nil
	}
	move := &mover{streams: h.streams, client: h.client, cfg: n.Config}
	if applied, unknown := move.applied(ctx); applied || unknown != nil {
		return first(err, unknown)
	}
	return first(err, move.abort(ctx))
}

// watching shows what the hook of a cutover says while Helm waits for it, which shows that itself when it is
// over.
func (h *helmLine) watching(ctx context.Context, n *next, helm func() error) error {
	if !n.Config.Spec.Migration.Enabled {
		return helm()
	}
	watched, end := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		hookrun.Runner{Client: h.client, Log: h.streams.Err}.Watch(watched, cutover.JobName(n.Config.Metadata.Name))
	}()
	defer func() { end(); <-ended }()
	return helm()
}

// guard judges what is going to happen, and refuses what would lose data.
func (h *helmLine) guard(ctx context.Context, situation hooks.Situation) error {
	judge := hooks.Guard
	if h.DryRun() {
		judge = hooks.Ask
	}
	if !situation.Config.Spec.PreUpgradeChecks.Enabled {
		fmt.Fprintln(h.streams.Err, "ferry: the guard is off: spec.preUpgradeChecks.enabled is false")
		_, err := hooks.Ask(ctx, h.client, situation)
		return err
	}
	plan, err := judge(ctx, h.client, situation)
	if err != nil {
		return err
	}
	if plan.Refused {
		return cli.Refused.Errorf("%s", plan.Verdict)
	}
	fmt.Fprintf(h.streams.Err, "ferry: %s\n", plan.Verdict)
	return nil
}
