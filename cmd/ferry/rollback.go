package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/helmcli"
	"github.com/helm-ferry/ferry/internal/revision"
	"github.com/helm-ferry/ferry/render"
)

func newRollback(streams cli.Streams) *cobra.Command {
	cmd := newHelmCommand(&cobra.Command{
		Use:   "rollback RELEASE [REVISION] [helm flags]",
		Short: "Roll a release back by the installed Helm, guarded",
		Long: `Roll a release back by the installed Helm, guarded.

The line is that of "helm rollback", the same under Helm 3 and Helm 4. Helm runs only the hooks of the
revision that it goes back to, which may have none of Ferry's: so what is live is compared with that
revision here, before Helm starts, and a rollback that would lose data is refused with exit code 4.

Where the revision selects another store than the alias does now, what was written since is moved back
first, as in an upgrade.`,
		Example: `  ferry rollback lake
  helm ferry rollback lake 7 -n data --wait`,
	}, func(ctx context.Context, args []string) error {
		return runRollback(ctx, &helmLine{streams: streams, Line: helmcli.Parse(args, upgradeOwn)})
	})
	cmd.Flags().String("config", "", "configuration `file`; wins over those of the revisions")
	return cmd
}

func runRollback(ctx context.Context, h *helmLine) error {
	if len(h.Words) != 1 && len(h.Words) != 2 {
		return errWords("ferry rollback RELEASE [REVISION] [helm flags]", h.Words)
	}
	number := 0
	if len(h.Words) == 2 {
		var err error
		if number, err = strconv.Atoi(h.Words[1]); err != nil || number < 0 {
			return cli.Usage.Errorf("%q is no number of a revision", h.Words[1]).WithHint("helm history %s", h.Words[0])
		}
	}
	if err := h.open(ctx, upgradeOwn); err != nil {
		return err
	}
	return h.rollBack(ctx, number)
}

// rollBack judges a rollback and makes it, with the line as it is.
func (h *helmLine) rollBack(ctx context.Context, number int) error {
	n, err := h.back(ctx, number)
	if err != nil {
		return err
	}
	if err := h.guard(ctx, n.situation); err != nil {
		return err
	}
	return h.apply(ctx, n, "rollback", func() error {
		return h.helm.Run(ctx, h.helmStreams(), append([]string{"rollback"}, h.Argv(h.helm.Major)...)...)
	})
}

// back is the revision that a rollback would make.
func (h *helmLine) back(ctx context.Context, number int) (*next, error) {
	release := h.Words[0]
	newest, err := h.newest(ctx, release)
	if err != nil {
		return nil, err
	}
	if number == 0 {
		number = newest.Number - 1
	}
	target, err := revision.Get(ctx, h.client, release, number)
	if errors.Is(err, revision.ErrNotFound) {
		return nil, cli.Failure.Wrap(err).WithHint("helm history %s", release)
	}
	if err != nil {
		return nil, err
	}
	cfg, err := h.liveConfig(ctx, release, target, newest)
	if err != nil {
		return nil, err
	}
	made := *target
	made.Number, made.Status = newest.Number+1, "pending-rollback"
	n := &next{revision: &made, Rendering: &render.Rendering{Config: cfg}}
	if n.situation, err = hooks.Between(revision.History{InForce: newest, ToCome: &made}, cfg); err != nil {
		return nil, err
	}
	if h.helm.Major == 4 || h.Has("no-hooks") {
		return n, nil
	}
	return n, h.hooksOf(ctx, n, number)
}

// hooksOf renders the target of a rollback again, for the hooks that Helm 3 keeps no record of.
func (h *helmLine) hooksOf(ctx context.Context, n *next, number int) error {
	text, err := configIn(n.revision.Manifest)
	if err != nil || text == "" {
		return err // the target is from before Ferry
	}
	door := h.door()
	rendered, err := render.Render(ctx, []byte(n.revision.Manifest), render.Config{Door: door.Door, Hooks: door.Hooks, Image: hookImage()})
	if err != nil {
		return fmt.Errorf("revision %d: %w", number, err)
	}
	n.Rendering = rendered
	for _, hook := range rendered.Hooks {
		n.revision.Hooks = append(n.revision.Hooks, hookOf(hook))
	}
	newest := n.situation.Current
	if n.situation, err = hooks.Between(revision.History{ToCome: n.revision}, n.Config); err != nil {
		return err
	}
	n.situation.Current = newest
	return nil
}

// lookAhead bounds how many revisions are looked for after the one in force.
const lookAhead = 1000

// newest is the last revision, which Helm compares the target of a rollback with.
func (h *helmLine) newest(ctx context.Context, release string) (*revision.Revision, error) {
	history, err := revision.Read(ctx, h.client, release)
	if err != nil {
		return nil, err
	}
	newest := history.InForce
	if history.ToCome != nil {
		newest = history.ToCome
	}
	if newest == nil {
		return nil, cli.Failure.Errorf("there is no release %s in namespace %s", release, h.client.Namespace).WithHint("helm list -A")
	}
	for range lookAhead {
		later, err := revision.Get(ctx, h.client, release, newest.Number+1)
		if errors.Is(err, revision.ErrNotFound) {
			break
		}
		if err != nil {
			return nil, err
		}
		newest = later
	}
	return newest, nil
}
