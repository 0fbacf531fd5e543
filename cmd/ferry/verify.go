package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/copying"
	"github.com/helm-ferry/ferry/mirror"
)

// verifyOptions are the flags of ferry verify.
type verifyOptions struct {
	copyOptions
	ignoreExtra bool
	record      recordOptions
}

func newVerify(streams cli.Streams) *cobra.Command {
	opts := &verifyOptions{}
	cmd := &cobra.Command{
		Use:   "verify SRC DST",
		Short: "Prove that one object store has what another one has, and write nothing",
		Long: `Prove that one object store has what another one has, and write nothing: content, headers, user
metadata and tags of every object. The exit code is 3 if anything differs. Of whole stores the buckets
of SRC are compared.

` + placesHelp + `

Equal ETags prove equal content; where they differ, both sides are read. The report goes to stdout: how
many objects are proven in which way, and up to a hundred differences of each bucket (-o json). ferry
diff names them all.

With --record the comparison is the proof of a move whose objects were brought over by other means than
Ferry's: of all buckets, with their settings and versions. The next upgrade of the release, and no later
one, may then select the store that DST is. Consumers must be stopped before, and stay so until that
upgrade: what they write meanwhile is in no record, and while any runs, it is refused.`,
		Example: `  ferry verify lake copy
  ferry verify lake/lake-data copy/lake-data --report lake-data.json
  ferry verify lake copy --record lake --from minio --to versitygw -n data`,
		Args: twoPlaces,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runVerify(cmd.Context(), streams, args, opts, cmd.Flags().Changed)
		},
	}
	cmd.Flags().BoolVar(&opts.ignoreExtra, "ignore-extra", false, "let DST have what SRC does not have, as an archive does")
	opts.record.addFlags(cmd)
	opts.addFlags(cmd)
	return cmd
}

func runVerify(ctx context.Context, streams cli.Streams, args []string, opts *verifyOptions, given func(flag string) bool) error {
	p, err := parsePlaces(args[0], args[1], opts.buckets)
	if err != nil {
		return err
	}
	if opts.record.release != "" {
		return runRecord(ctx, streams, p, opts, given)
	}
	t := newTerminal(streams)
	job := copying.Job{Name: "verify", Act: copying.Compares, Options: mirror.Options{IgnoreExtra: opts.ignoreExtra}}
	return opts.carry(ctx, t, p, job, func(report mirror.Report, v copying.Verdict) error {
		return copying.Tell(streams, t.log, opts.format, report, v)
	})
}
