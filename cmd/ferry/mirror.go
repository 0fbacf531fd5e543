package main

import (
	"cmp"
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/copying"
	"github.com/helm-ferry/ferry/mirror"
)

// mirrorOptions are the flags of ferry mirror.
type mirrorOptions struct {
	copyOptions
	described                described
	mc                       mcFlags
	dryRun, metadata, remove bool
	maxDelete                deletions
	trash                    config.Duration
	adopt, allowMissing      bool
	trashBucket, statePlace  string
	bandwidth                config.Bandwidth
	storageClass             string
}

func newMirror(streams cli.Streams) *cobra.Command {
	opts := &mirrorOptions{}
	cmd := &cobra.Command{
		Use:   "mirror SRC DST",
		Short: "Copy buckets from one object store to another, and prove the copy",
		Long: `Copy buckets from one object store to another, and prove the copy. What is equal already costs listings
alone; run it again at any time, also after it was killed.

` + placesHelp + `

Each object is proven before it becomes visible at DST, with its headers, user metadata and tags. What
differs is copied, whichever side is newer. Buckets that DST lacks are made.

With --remove, what SRC does not have is removed from DST: last, never after an error, and never more
than --max-delete of a bucket, replaced objects included. Buckets that SRC does not have are left alone.
What is replaced or removed goes to a bucket of its own at DST first and stays there for as long as
--trash says. One run at a time writes to a bucket, and a bucket of DST knows where it comes from: a
run from elsewhere is refused, unless it is told to --adopt. A run that finds more than it may remove exits with 4 and has written nothing there.

Of each object the newest version is copied, with its retention and legal hold where the bucket of DST
has object lock. With --versions all versions and delete markers are, the oldest first; DST keeps what
it has and gets what is missing on top. With --settings each bucket gets the settings of its original:
what could hurt the data comes after it, and what DST cannot hold is named.

The first interrupt finishes the objects that are under way, the second one stops. The report goes to
stdout. Its last line, on stderr, is the verdict. The flags of mc mirror are understood, but for --watch.`,
		Example: `  ferry mirror lake copy                                       # all buckets
  ferry mirror lake copy --buckets lake-files,lake-data
  ferry mirror lake/lake-data/raw copy/archive/2026/raw
  ferry mirror lake copy --remove --dry-run                    # what would it do?
  ferry mirror --config ferry.yaml --mirror offsite lake       # what spec.mirrors says, from another address`,
		Args: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("config") && len(args) < 2 {
				return nil
			}
			return twoPlaces(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := opts.mc.check(streams.Err, cmd.Flags().Changed); err != nil {
				return err
			}
			args, err := opts.fill(args, cmd.Flags().Changed)
			if err != nil {
				return err
			}
			return runMirror(cmd.Context(), streams, args, opts)
		},
	}
	opts.addFlags(cmd)
	return cmd
}

func (o *mirrorOptions) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&o.dryRun, "dry-run", false, "report what would be copied and removed, and write nothing; ferry diff names each object")
	flags.BoolVar(&o.metadata, "metadata", false, "compare headers, user metadata and tags of every object: two requests each on either side")
	flags.BoolVar(&o.remove, "remove", false, "remove from DST what SRC does not have")
	flags.Var(&o.maxDelete, "max-delete",
		"how much of each bucket one run with --remove may remove and replace: a percentage, a number, or both by giving it twice")
	flags.TextVar(&o.trash, "trash", config.Duration(30*24*time.Hour),
		"`duration` for which replaced and removed objects are kept; 0 without --remove: not at all")
	flags.StringVar(&o.trashBucket, "trash-bucket", mirror.DefaultStateBucket,
		"`name` of the bucket of DST that keeps them: choose one where all customers share the names of buckets")
	flags.StringVar(&o.statePlace, "state", "",
		"`place` for locks, trash, journal and reports: a bucket of DST or a prefix in it; "+
			"or a local folder, for all but the trash (default: the bucket of --trash-bucket)")
	flags.BoolVar(&o.adopt, "adopt", false, "take buckets of DST over that are a copy of another source, or not known to be one of SRC")
	flags.TextVar(&o.bandwidth, "bandwidth", config.Bandwidth(0), "`rate` in bytes per second at most, for example 50MiB")
	flags.StringVar(&o.storageClass, "storage-class", "", "`class` that DST is asked to file copies in (default: the one that DST chooses)")
	cmd.MarkFlagsMutuallyExclusive("state", "trash-bucket")
	o.mc.addFlags(cmd)
	o.described.addFlags(cmd)
	o.copyOptions.addFlags(cmd)
}

// placesHelp says what SRC and DST are.
const placesHelp = `SRC and DST are alias, alias/bucket or alias/bucket/prefix, the alias being one of mc: from a variable
MC_HOST_<alias>=https://ACCESS_KEY:SECRET_KEY@host, or from mc's own file. A prefix is a folder: its
objects are those whose keys begin with it and a slash. A URL may stand in place of the alias; its keys
are in variables then, or else are those of the machine (web identity, the role of the node):

  FERRY_SOURCE_ACCESS_KEY       FERRY_DESTINATION_ACCESS_KEY
  FERRY_SOURCE_SECRET_KEY       FERRY_DESTINATION_SECRET_KEY
  FERRY_SOURCE_SESSION_TOKEN    FERRY_DESTINATION_SESSION_TOKEN   (for temporary keys)
  FERRY_SOURCE_REGION           FERRY_DESTINATION_REGION          (for aliases too)

In globs, * is any text without a slash and ** any text.`

func runMirror(ctx context.Context, streams cli.Streams, args []string, opts *mirrorOptions) error {
	sayHowFar(streams.Err, "include", opts.include)
	sayHowFar(streams.Err, "exclude", opts.exclude)
	p, err := parsePlaces(args[0], args[1], opts.buckets)
	if err != nil {
		return err
	}
	if opts.mc.maxWorkers > 0 {
		opts.workers = opts.mc.maxWorkers
	}
	if opts.state == nil {
		opts.state = &statePlace{}
	}
	if opts.statePlace != "" {
		kept, err := parseState(opts.statePlace, p.destination)
		if err != nil {
			return err
		}
		opts.state = &kept
	}
	t := newTerminal(streams)
	return opts.carry(ctx, t, p, opts.job(), func(report mirror.Report, v copying.Verdict) error {
		return copying.Tell(streams, t.log, opts.format, report, v)
	})
}

// job is what the flags ask for.
func (o *mirrorOptions) job() copying.Job {
	return copying.Job{
		Name: "mirror", Act: copying.Copies, Allow: "raise --max-delete for one run", Adopt: "adopt it with --adopt",
		Options: mirror.Options{
			CreateBuckets: true, AllowMissing: o.allowMissing, StateBucket: cmp.Or(o.state.bucket, o.trashBucket), StatePrefix: o.state.prefix, Adopt: o.adopt,
			DryRun: o.dryRun || o.mc.fake, Metadata: o.metadata, Grace: grace,
			StorageClass: o.storageClass, Bandwidth: bandwidth(o.bandwidth, o.mc.limitUpload, o.mc.limitDownload),
			Remove: mirror.Remove{
				Enabled: o.remove, MaxPercent: o.maxDelete.ofBucket(), MaxObjects: o.maxDelete.objects, Trash: o.trash.Std(),
			},
		},
	}
}
