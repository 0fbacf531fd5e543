package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/hookcmd"
)

func (p program) bringBackCommand() *cobra.Command {
	opts := &cutoverOptions{}
	cmd := &cobra.Command{
		Use:   hookcmd.BringBack + " --store NAME=URL --store NAME=URL [--release NAME [--revision N]]",
		Short: "Bring the consumers back after a cutover, and look for what was written to the old store late",
		Long: `Bring the consumers back after a cutover, and look for what was written to the old store late.

As a hook after an upgrade or a rollback it gives every consumer its replicas back, where the cluster
still shows what the cutover has set. Then it lists the old store again. What was written there since
the proof is copied where the new store still holds what was proven. Anything else is named in the verdict,
which then begins with PARTIAL, and in the record: both stores keep what they have, and the upgrade does
not fail by it. The exit code is 5 where no record proves the move.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runBringBack(cmd.Context(), opts) },
	}
	opts.addFlags(cmd)
	return cmd
}

func (p program) runBringBack(ctx context.Context, opts *cutoverOptions) error {
	w, err := p.cutoverWorld(opts)
	if err != nil {
		return err
	}
	s, err := opts.situation(ctx, w)
	if err != nil {
		return err
	}
	ending, err := p.withStores(w, opts.stores, s).BringBack(ctx, s)
	if err := p.concludeCutover(ending.Verdict, err); err != nil {
		return err
	}
	if ending.Unproven {
		return cli.Partial.Wrap(nil)
	}
	return nil
}

func (p program) watchdogCommand() *cobra.Command {
	opts := &cutoverOptions{}
	cmd := &cobra.Command{
		Use:   hookcmd.Watchdog,
		Short: "Bring the consumers back by the deadline of a cutover, whatever became of the upgrade",
		Long: `Bring the consumers back by the deadline of a cutover, whatever became of the upgrade.

The cutover makes a Job of it before it stops anything. It ends as soon as the consumers are back.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			w, err := p.cutoverWorld(opts)
			if err != nil {
				return err
			}
			verdict, err := w.Watch(cmd.Context())
			return p.concludeCutover(verdict, err)
		},
	}
	addConfigFlag(cmd, &opts.config)
	return cmd
}
