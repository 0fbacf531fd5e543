package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/copying"
	"github.com/helm-ferry/ferry/mirror"
)

// diffOptions are the flags of ferry diff.
type diffOptions struct {
	copyOptions
	metadata, ignoreExtra bool
}

func newDiff(streams cli.Streams) *cobra.Command {
	opts := &diffOptions{}
	cmd := &cobra.Command{
		Use:   "diff SRC DST",
		Short: "Name every object that two object stores do not have in common",
		Long: `Name every object that two object stores do not have in common, a line each, and write nothing:

  < lake/lake-data/orders.csv      only SRC has it
  > copy/lake-data/old.csv         only DST has it
  ! copy/lake-data/clients.csv     both have it, and it differs; after a tab, in what

The exit code is 3 if there is a line, and 0 only if both sides were read to their end without one. Of
whole stores the buckets of SRC are compared.

` + placesHelp + `

Equal ETags prove equal content; where they differ, both sides are read. Lines come in
no certain order. A key that would break its line is quoted. -o json and -o yaml print the report in place of the lines.`,
		Example: `  ferry diff lake copy
  ferry diff lake/lake-data copy/lake-data --metadata`,
		Args: twoPlaces,
		RunE: func(cmd *cobra.Command, args []string) error { return runDiff(cmd.Context(), streams, args, opts) },
	}
	cmd.Flags().BoolVar(&opts.metadata, "metadata", false, "compare headers, user metadata and tags, too: two requests for each object on either side")
	cmd.Flags().BoolVar(&opts.ignoreExtra, "ignore-extra", false, "leave out what only DST has")
	opts.addFlags(cmd)
	return cmd
}

func runDiff(ctx context.Context, streams cli.Streams, args []string, opts *diffOptions) error {
	p, err := parsePlaces(args[0], args[1], opts.buckets)
	if err != nil {
		return err
	}
	t := newTerminal(streams)
	var written error
	job := copying.Job{
		Name: "diff", Act: copying.Compares,
		Options: mirror.Options{IgnoreMetadata: !opts.metadata, IgnoreExtra: opts.ignoreExtra},
	}
	if opts.format == cli.TableFormat {
		job.Options.Progress = func(e mirror.Event) {
			if e.Kind == mirror.EventDiffers && written == nil {
				written = p.line(t.out, e)
			}
		}
	}
	return opts.carry(ctx, t, p, job, func(report mirror.Report, v copying.Verdict) error {
		switch {
		case written != nil:
			return fmt.Errorf("write the differences: %w", written)
		case opts.format != cli.TableFormat:
			return copying.Tell(streams, t.log, opts.format, report, v)
		default:
			return copying.Conclude(streams, t.log, report, v)
		}
	})
}

// line writes one difference, as mc diff does.
func (p places) line(out io.Writer, e mirror.Event) error {
	sign, end, detail := "!", p.destination, "\t"+string(e.Difference.Kind)
	switch e.Difference.Kind {
	case mirror.DiffMissing:
		sign, end, detail = "<", p.source, ""
	case mirror.DiffExtra:
		sign, detail = ">", ""
	default:
		if e.Difference.Detail != "" {
			detail += ": " + e.Difference.Detail
		}
	}
	_, err := fmt.Fprintf(out, "%s %s%s\n", sign, unbroken(p.path(end, e.Bucket, e.Key)), detail)
	return err
}

// unbroken quotes what would not stay on its line, or would not show.
func unbroken(path string) string {
	for _, r := range path {
		if r == unicode.ReplacementChar || r != ' ' && !unicode.IsGraphic(r) {
			return strconv.Quote(path)
		}
	}
	return path
}
