package main

import (
	"cmp"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/copying"
	"github.com/helm-ferry/ferry/internal/hookcmd"
	"github.com/helm-ferry/ferry/mirror"
)

func (p program) migrateCommand() *cobra.Command {
	var file, source, destination string
	var out output
	var dryRun, adopt bool
	cmd := &cobra.Command{
		Use:   hookcmd.Migrate + " --source URL --destination URL",
		Short: "Copy every bucket of one provider to another while consumers go on writing",
		Long: `Copy every bucket of one provider to another while consumers go on writing: the first pass of a
migration.

It copies all buckets that exist at the source, makes them at the destination, overwrites nothing
that is newer there, and removes nothing. Run it as often as you like: it copies what has changed
since. What spec.migration.accept names and the destination cannot hold is left behind and named.
Locks, and where each bucket comes from, are kept at the destination in bucket ` + mirror.DefaultStateBucket + `:
a bucket that is known to hold a copy of another store is refused, and so is one that no run has copied
there and that holds objects which the source does not have. --adopt takes such buckets over: the second
pass moves what the source does not have to the trash.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(file)
			if err != nil {
				return err
			}
			j := migrationJob(cfg, source, destination)
			j.Options.DryRun = dryRun || cfg.Spec.Migration.DryRun
			j.Options.Adopt, j.accept = adopt, cfg.Spec.Migration.Accept
			if err := refuseAlias(cfg, j.destination); err != nil {
				return err
			}
			return p.run(cmd.Context(), j, out)
		},
	}
	addConfigFlag(cmd, &file)
	addSourceFlag(cmd, &source)
	cmd.Flags().StringVar(&destination, "destination", "", "`URL` of the store to copy to")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "report what would be copied and write nothing")
	cmd.Flags().BoolVar(&adopt, "adopt", false, "take buckets of the destination over that are a copy of another source, or not known to be one of this")
	out.addFlags(cmd)
	require(cmd, "source", "destination")
	return cmd
}

// migrationJob is the first pass between two stores.
func migrationJob(cfg *config.Config, source, destination string) job {
	migration := cfg.Spec.Migration
	from, to := cmp.Or(migration.From, source), cmp.Or(migration.To, destination)
	return job{
		Job: copying.Job{
			Name: "migration from " + from + " to " + to, Act: copying.Copies,
			Adopt:   "empty these buckets, or migrate to another store; if what they hold may go to the trash, run ferry-hook migrate once with --adopt",
			Options: mirror.Options{CreateBuckets: true, AllowMissing: true, KeepNewer: true, StateBucket: mirror.DefaultStateBucket},
		},
		all: cfg.Spec.ObjectStorage.DefaultBuckets, stated: true, wary: true,
		source: side{
			role: "source", field: "--source", url: source, region: cfg.Spec.ObjectStorage.Region, trusted: cfg.Spec.CABundle,
			keys: providerKeys(cfg.Metadata.Name, from),
		},
		destination: side{
			role: "destination", field: "--destination", url: destination, region: cfg.Spec.ObjectStorage.Region, trusted: cfg.Spec.CABundle,
			keys: providerKeys(cfg.Metadata.Name, to),
		},
	}
}
