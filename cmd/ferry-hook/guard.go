package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/hookcmd"
	"github.com/helm-ferry/ferry/internal/kube"
)

// guardOptions are the flags of ferry-hook guard.
type guardOptions struct {
	config, release, manifest, application string

	revision int
	dryRun   bool
	format   cli.Format
}

func (p program) guardCommand() *cobra.Command {
	opts := &guardOptions{}
	cmd := &cobra.Command{
		Use:   hookcmd.Guard + " [--release NAME [--revision N] | --manifest FILE]",
		Short: "Refuse an upgrade that would lose data, before anything is applied",
		Long: `Refuse an upgrade that would lose data, before anything is applied.

As a hook of an upgrade or a rollback it compares what Helm keeps of the revision in force and of the
one to come with the claims that exist. What would be deleted is set to be kept first: the claim is
annotated, the StatefulSet that goes is told to leave its claims. Then the upgrade is refused.

Without --release it looks for the release that Helm is at work on with the hook of this
configuration, for which it lists the records of all releases in the namespace. With --release and
--revision it gets the records by their names, and lists nothing.

It asks the API server of the cluster that its pod runs in; elsewhere that of $KUBECONFIG.

With --manifest there is no record: what Argo CD has applied before is compared with the manifest to
come. A first installation passes.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runGuard(cmd.Context(), opts) },
	}
	addConfigFlag(cmd, &opts.config)
	cmd.Flags().StringVar(&opts.release, "release", "", "`name` of the release")
	cmd.Flags().IntVar(&opts.revision, "revision", 0, "`number` of the revision that the hook was rendered for")
	cmd.Flags().StringVar(&opts.manifest, "manifest", "", "`file` with the manifest to come, for Argo CD")
	cmd.Flags().StringVar(&opts.application, "application", "", "`name` of the Argo CD application (default: the one that the hook is tracked by)")
	cmd.Flags().BoolVar(&opts.dryRun, "dry-run", false, "judge, and change nothing")
	cli.AddFormatFlag(cmd, &opts.format)
	cmd.MarkFlagsMutuallyExclusive("release", "manifest")
	cmd.MarkFlagsMutuallyExclusive("revision", "manifest")
	return cmd
}

func (p program) runGuard(ctx context.Context, opts *guardOptions) error {
	if err := checkRevision(opts.release, opts.revision); err != nil {
		return err
	}
	cfg, err := loadConfig(opts.config)
	if err != nil {
		return err
	}
	client, err := p.cluster()
	if err != nil {
		return err
	}
	situation, err := opts.situation(ctx, client, cfg)
	if err != nil {
		return err
	}
	judge := hooks.Guard
	if opts.dryRun {
		judge = hooks.Ask
	}
	plan, err := judge(ctx, client, situation)
	if printed := cli.Print(p.streams.Out, opts.format, guardResult{plan}); printed != nil {
		return printed
	}
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(p.streams.Err, nil))
	for _, arm := range plan.Arms {
		if arm.Done {
			log.Info("set to be kept", "kind", arm.Kind, "name", arm.Name)
		}
	}
	fmt.Fprintln(p.streams.Err, plan.Verdict)
	if plan.Refused {
		return cli.Refused.Wrap(nil)
	}
	return nil
}

// situation finds the two manifests.
func (o *guardOptions) situation(ctx context.Context, client kube.Client, cfg *config.Config) (hooks.Situation, error) {
	if o.manifest != "" {
		text, err := os.ReadFile(o.manifest)
		if err != nil {
			return hooks.Situation{}, fmt.Errorf("read the manifest to come: %w", err)
		}
		return hooks.Tracked(ctx, client, o.application, string(text), cfg)
	}
	history, err := historyOf(ctx, client, o.release, o.revision, hooks.GuardName(cfg))
	if err != nil {
		return hooks.Situation{}, err
	}
	return hooks.Between(history, cfg)
}

// guardResult is what ferry-hook guard prints.
type guardResult struct{ hooks.Plan }

// Table has a row for each claim.
func (r guardResult) Table() cli.Table {
	table := cli.Table{Header: []string{"CLAIM", "OWNER", "SIZE", "FATE", "WHY"}}
	for _, claim := range r.Claims {
		fate := string(claim.Fate)
		if claim.Refused {
			fate += " (refused)"
		}
		table.Rows = append(table.Rows, []string{claim.Claim, claim.Owner, claim.Size, fate, claim.Danger})
	}
	return table
}
