package main

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/copying"
	"github.com/helm-ferry/ferry/mirror"
)

// restoreOptions are the flags of ferry restore mirror.
type restoreOptions struct {
	copyOptions
	described                 described
	at                        string
	dryRun, overwrite, active bool
	statePlace                string
	bandwidth                 config.Bandwidth
}

func newRestoreMirror(streams cli.Streams) *cobra.Command {
	opts := &restoreOptions{}
	cmd := &cobra.Command{
		Use:   "mirror MIRROR TARGET",
		Short: "Bring buckets back from a mirror, as they were after its last run or at a time",
		Long: `Bring buckets back from a mirror to a store: what the source of the mirror had when the last complete
run looked at it. What had been deleted there before is left out, as is what a run has copied that was not
complete. Buckets that TARGET lacks are made.

With --at, it is the last complete run that had ended by then. What later runs have replaced or removed
comes from the trash of the mirror, and what they have added is left out. That is possible for as far back
as the mirror keeps its trash; a time before that is refused, and the first possible one is named.

What differs and is newer at TARGET stays there and is named, unless --overwrite says otherwise. What only
TARGET has stays always. No run of the mirror can interfere: the locks of the buckets are held until the
end. Each object is proven before it becomes visible, with its headers, user metadata and tags; a restore
that was interrupted goes on when it is run again.

MIRROR and TARGET are places, as SRC and DST of ferry mirror: the keys of MIRROR are in
FERRY_SOURCE_ACCESS_KEY and FERRY_SOURCE_SECRET_KEY where it is a URL, those of TARGET in
FERRY_DESTINATION_ACCESS_KEY and FERRY_DESTINATION_SECRET_KEY. With --config, MIRROR is the destination of a
mirror of the configuration and TARGET stands alone.`,
		Example: `  ferry restore mirror offsite lake --dry-run
  ferry restore mirror offsite lake --at 2026-11-25T18:00:00Z --buckets lake-files,lake-data
  ferry restore mirror offsite/lake-data lake/lake-data-of-monday --at 2026-11-23T00:00:00Z
  ferry restore mirror --config ferry.yaml --mirror offsite lake`,
		Args: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("config") && len(args) == 1 {
				return nil
			}
			return twoPlaces(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			args, err := opts.fill(args, cmd.Flags().Changed)
			if err != nil {
				return err
			}
			return runRestoreMirror(cmd.Context(), streams, args, opts)
		},
	}
	opts.addFlags(cmd)
	return cmd
}

func (o *restoreOptions) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.at, "at", "", "`time` to go back to, for example 2026-11-25T18:00:00Z (default: the last complete run)")
	flags.BoolVar(&o.dryRun, "dry-run", false, "report what would be brought back and what stands against it, and write nothing")
	flags.BoolVar(&o.overwrite, "overwrite", false, "write over what differs and is newer at TARGET, too")
	flags.BoolVar(&o.active, "active", false, "let TARGET be the alias of the configuration: the store that consumers use")
	flags.StringVar(&o.statePlace, "state", "",
		"`place` where the mirror keeps its state: a bucket of MIRROR or a prefix in it, or a local folder (default: "+mirror.DefaultStateBucket+")")
	flags.TextVar(&o.bandwidth, "bandwidth", config.Bandwidth(0), "`rate` in bytes per second at most, for example 50MiB")
	flags.StringSliceVar(&o.buckets, "buckets", nil,
		"`names` of the buckets, where MIRROR and TARGET are whole stores (default: all of which a run is on record)")
	flags.StringArrayVar(&o.include, "include", nil, "`glob` over the keys that are brought back, for example orders/**; may be repeated")
	flags.StringArrayVar(&o.exclude, "exclude", nil, "`glob` over the keys that are not; may be repeated")
	flags.BoolVar(&o.versions, "versions", false, "bring back all versions of buckets that were mirrored with them")
	flags.BoolVar(&o.settings, "settings", false, "bring back the settings of buckets that were mirrored with them")
	flags.IntVar(&o.workers, "workers", 64, "`number` of objects that are dealt with at a time, at most")
	o.described.addFlags(cmd)
	o.records.AddFlags(cmd)
	o.storeOptions.addFlags(cmd)
	cli.AddFormatFlag(cmd, &o.format)
}

// fill takes the mirror from the configuration.
func (o *restoreOptions) fill(args []string, given func(flag string) bool) ([]string, error) {
	if o.described.file == "" {
		if o.described.name != "" || o.active {
			return nil, cli.Usage.Errorf("--mirror and --active are about a configuration, and there is none").WithHint("--config FILE")
		}
		return args, nil
	}
	cfg, m, err := o.described.mirror()
	if err != nil {
		return nil, err
	}
	if len(args) == 1 {
		args = []string{m.Destination.Endpoint, args[0]}
		if m.Destination.Region != "" {
			o.regions = merged(o.regions, "source", m.Destination.Region)
		}
	}
	if !given("ca-bundle") {
		o.pem = cfg.Spec.CABundle
	}
	if !given("buckets") {
		o.buckets = slices.DeleteFunc(slices.Clone(m.Buckets), func(name string) bool { return name == mirror.AllBuckets })
		if slices.Equal(o.buckets, cfg.Spec.ObjectStorage.DefaultBuckets) {
			o.buckets = nil // one that nobody has ever made has no run on record
		}
	}
	if !given("state") {
		bucket := cmp.Or(m.State.Bucket, mirror.DefaultStateBucket)
		o.statePlace = strings.TrimSuffix(args[0]+"/"+bucket+"/"+m.State.Prefix, "/")
	}
	return args, o.refuseAlias(cfg, args[1])
}

// refuseAlias keeps a restore from the store that consumers use, unless it is meant.
func (o *restoreOptions) refuseAlias(cfg *config.Config, target string) error {
	storage := cfg.Spec.ObjectStorage
	if o.active || !storage.IsAlias(target) {
		return nil
	}
	return cli.Refused.Errorf("the target is %s, the alias of the store that consumers use", storage.Alias.Name).
		WithHint("stop the consumers, then add --active")
}

func runRestoreMirror(ctx context.Context, streams cli.Streams, args []string, opts *restoreOptions) error {
	p, err := parsePlaces(args[0], args[1], opts.buckets)
	if err != nil {
		return err
	}
	if p.source.bucket != "" { // the record of its runs has the name that the mirror knows it by
		p.names = []string{strings.TrimSuffix(p.source.bucket+"/"+p.source.prefix, "/")}
	}
	job := copying.Job{
		Name: "restore", Act: copying.Restores, Overwrite: opts.overwrite,
		Options: mirror.Options{CreateBuckets: true, DryRun: opts.dryRun, Grace: grace, Bandwidth: int64(opts.bandwidth)},
	}
	if opts.at != "" {
		if job.At, err = time.Parse(time.RFC3339, opts.at); err != nil {
			return cli.Usage.Errorf("--at %q is not a time", opts.at).WithHint("--at %s", time.Now().UTC().Truncate(time.Hour).Format(time.RFC3339))
		}
	}
	opts.kept = &statePlace{bucket: mirror.DefaultStateBucket}
	if opts.statePlace != "" {
		kept, err := parseState(opts.statePlace, p.source)
		if err != nil {
			return err
		}
		opts.kept = &kept
	}
	if opts.kept.bucket != "" {
		job.Options.StateBucket, job.Options.StatePrefix = opts.kept.bucket, opts.kept.prefix
	}
	t := newTerminal(streams)
	return opts.carry(ctx, t, p, job, func(report mirror.Report, v copying.Verdict) error {
		return copying.Tell(streams, t.log, opts.format, report, v)
	})
}
