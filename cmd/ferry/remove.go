package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/cutover"
	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/helmcli"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/release"
	"github.com/helm-ferry/ferry/internal/revision"
)

// removeOwn are Ferry's own flags among those of Helm, true if they take a value.
var removeOwn = map[string]bool{"config": true, "output": true}

func newRemove(streams cli.Streams) *cobra.Command {
	format := cli.TableFormat
	cmd := newHelmCommand(&cobra.Command{
		Use:   "remove RELEASE [helm flags]",
		Short: "Take Ferry's objects out of a release",
		Long: `Take Ferry's objects out of a release.

The alias and the Secret with the credentials outlive an upgrade without Ferry, since consumers may use
them. This deletes them, and whatever else Ferry has added. It refuses, with exit code 4, while a
consumer names the alias or uses the Secret, and while a cutover is half done.

Claims stay, and so do the annotations that keep them; the workloads of the chart are left alone. An
upgrade without Ferry then forgets what was deleted. --dry-run only lists it.`,
		Example: `  ferry remove lake --dry-run
  ferry remove lake && helm upgrade lake ./chart -f values.yaml`,
	}, func(ctx context.Context, args []string) error {
		return runRemove(ctx, &helmLine{streams: streams, Line: helmcli.Parse(args, removeOwn)})
	})
	cmd.Flags().String("config", "", "configuration `file`; wins over that of the release")
	cmd.Flags().Bool("dry-run", false, "list what would be deleted")
	cli.AddFormatFlag(cmd, &format)
	return cmd
}

func runRemove(ctx context.Context, h *helmLine) error {
	if len(h.Words) != 1 {
		return errWords("ferry remove RELEASE [helm flags]", h.Words)
	}
	format := cli.TableFormat
	if h.Has("output") {
		if err := format.Set(h.Value("output")); err != nil {
			return cli.Usage.Errorf("--output: %w", err)
		}
	}
	h.options.config = h.Value("config")
	var err error
	if h.client, err = kube.Open(h.Access(os.Getenv)); err != nil {
		return err
	}
	history, err := revision.Read(ctx, h.client, h.Words[0])
	if err != nil {
		return err
	}
	if history.ToCome != nil {
		return errPending(history)
	}
	cfg, err := h.liveConfig(ctx, h.Words[0], history.InForce)
	if err != nil {
		return err
	}
	if err := h.inUse(ctx, cfg, history); err != nil {
		return err
	}
	result, err := removeObjects(ctx, h.client, cfg.Metadata.Name, h.DryRun())
	return errors.Join(err, cli.Print(h.streams.Out, format, result))
}

// inUse refuses while anything needs what would be deleted.
func (h *helmLine) inUse(ctx context.Context, cfg *config.Config, history revision.History) error {
	journal, err := cutover.ReadJournal(ctx, h.client, cfg.Metadata.Name)
	if err != nil {
		return err
	}
	if journal != nil {
		return cli.Refused.Errorf("a cutover from %s to %s is half done", journal.From, journal.To).WithHint("ferry status %s", h.Words[0])
	}
	manifest, err := hooks.InForce(history.InForce, cfg)
	if err != nil {
		return err
	}
	var users []string
	for _, consumer := range manifest.Release.Consumers {
		if why := needs(consumer, cfg); why != "" {
			users = append(users, why)
		}
	}
	if len(users) > 0 {
		return cli.Refused.Errorf("consumers need what would be deleted: %s", strings.Join(users, "; ")).
			WithHint("point them at the Service and the Secret of their store in the chart's values, and upgrade first")
	}
	return nil
}

// needs says why a consumer needs Ferry's objects, "" if it does not.
func needs(consumer *release.Consumer, cfg *config.Config) string {
	alias, secret := cfg.Spec.ObjectStorage.Alias.Name, "uses Secret/"+cfg.CredentialsSecret()
	for _, reference := range consumer.References {
		if reference.Service == alias {
			return fmt.Sprintf("%s names Service/%s", consumer.Workload.Title(), alias)
		}
	}
	for _, reason := range consumer.Reasons {
		if reason == secret && cfg.Spec.ObjectStorage.Credentials.ExistingSecret == "" {
			return consumer.Workload.Title() + " " + secret
		}
	}
	return ""
}
