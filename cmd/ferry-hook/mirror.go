package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/copying"
	"github.com/helm-ferry/ferry/internal/hookcmd"
	"github.com/helm-ferry/ferry/mirror"
)

func (p program) mirrorCommand() *cobra.Command {
	var file, name, source string
	var adopt bool
	var out output
	cmd := &cobra.Command{
		Use:   hookcmd.Mirror + " --mirror NAME --source URL",
		Short: "Copy the buckets of one mirror to its destination, and prove the copy",
		Long: `Copy the buckets of one mirror to its destination, and prove the copy.

Destination, buckets, filters, bandwidth, deadline and what may be removed come from spec.mirrors of
the configuration. A destination without a Secret is opened with ambient credentials: web identity,
or the role of the node. A run that was interrupted is continued by the next one.

Locks, trash, journal and the last reports are kept at the destination, in the bucket or prefix that
the mirror's field state names. One run at a time writes to a bucket: a second one is refused. So is a
run from another source than the one that a bucket is known to be a copy of, unless it is told to
--adopt it.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(file)
			if err != nil {
				return err
			}
			j, err := mirrorJob(cfg, name, source)
			if err != nil {
				return err
			}
			j.Options.Adopt = adopt
			return p.run(cmd.Context(), j, out)
		},
	}
	addConfigFlag(cmd, &file)
	addMirrorFlag(cmd, &name)
	addSourceFlag(cmd, &source)
	cmd.Flags().BoolVar(&adopt, "adopt", false, "take buckets of the destination over that are a copy of another source, or not known to be one of this")
	addSummaryFlag(cmd, &out.summary)
	out.addFlags(cmd)
	require(cmd, "mirror", "source")
	return cmd
}

func addMirrorFlag(cmd *cobra.Command, name *string) {
	cmd.Flags().StringVar(name, "mirror", "", "`name` of the mirror in the configuration")
}

func addSourceFlag(cmd *cobra.Command, source *string) {
	cmd.Flags().StringVar(source, "source", "", "`URL` of the store to copy from")
}

// require makes flags obligatory.
func require(cmd *cobra.Command, flags ...string) {
	for _, flag := range flags {
		if err := cmd.MarkFlagRequired(flag); err != nil {
			panic(err) // there is no such flag
		}
	}
}

// mirrorJob is the run that a mirror of the configuration describes.
func mirrorJob(cfg *config.Config, name, source string) (job, error) {
	m, err := mirrorOf(cfg, name)
	if err != nil {
		return job{}, err
	}
	j := job{
		Job: copying.Job{
			Name: "mirror " + m.Name, Act: copying.Copies, Deadline: m.Deadline,
			Allow: "raise remove.maxPercent of the mirror for one run", Adopt: "run ferry-hook mirror once with --adopt",
			Options: mirror.Options{
				Buckets: m.Buckets, CreateBuckets: true,
				// a default bucket that nobody has made yet is no fault of a copy; one that is named is
				AllowMissing: slices.Equal(m.Buckets, cfg.Spec.ObjectStorage.DefaultBuckets),
				Include:      m.Include, Exclude: m.Exclude, Bandwidth: int64(m.Bandwidth), Versions: m.Versions, Settings: m.Settings,
				Remove:      mirror.Remove{Enabled: m.Remove.Enabled, MaxPercent: m.Remove.MaxPercent, Trash: m.Remove.Trash.Std()},
				StateBucket: cmp.Or(m.State.Bucket, mirror.DefaultStateBucket), StatePrefix: m.State.Prefix,
			},
		},
		stated: true,
		source: side{
			role: "source", field: "--source", url: source, region: cfg.Spec.ObjectStorage.Region, trusted: cfg.Spec.CABundle,
			keys: secretKeys(cfg.CredentialsSecret()),
		},
		destination: side{
			role: "destination", field: "destination.endpoint of the mirror",
			url: m.Destination.Endpoint, region: m.Destination.Region, trusted: cfg.Spec.CABundle, keys: secretKeys(m.Destination.SecretName),
			ambient: m.Destination.SecretName == "",
		},
	}
	return j, refuseAlias(cfg, j.destination)
}

// margin is how long before a deadline a run ends by itself. The Job's own deadline is the same, counts from
// before its pod was started, and when it passes Kubernetes deletes the pod with its log. It is less than the
// ten seconds after which the Job would begin another pod, whose end would hide why the first one ended.
func margin(deadline time.Duration) time.Duration { return min(deadline/4, 8*time.Second) }

// deadlined bounds a run, if it has a deadline.
func (j job) deadlined(ctx context.Context) (context.Context, context.CancelFunc) {
	if j.Deadline == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, j.Deadline.Std()-margin(j.Deadline.Std()), copying.ErrDeadline)
}
