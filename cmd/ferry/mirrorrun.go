package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/copying"
	"github.com/helm-ferry/ferry/internal/heap"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/mount"
)

// copyOptions are the flags that mirror, diff and verify have in common.
type copyOptions struct {
	storeOptions
	buckets, include, exclude []string
	newerThan, olderThan      config.Duration
	checksum                  bool
	versions, settings        bool
	workers                   int
	state                     *statePlace // nil: the run keeps none
	kept                      *statePlace // at the source, of a mirror that is restored; else nil
	records                   copying.Records
	format                    cli.Format
}

func (o *copyOptions) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&o.buckets, "buckets", nil, "`names` of the buckets, where SRC and DST are whole stores (default: all that SRC has)")
	flags.StringArrayVar(&o.include, "include", nil, "`glob` over the keys below SRC that are dealt with; may be repeated")
	flags.StringArrayVar(&o.exclude, "exclude", nil, "`glob` over the keys below SRC that do not exist for the command, on either side; may be repeated")
	flags.TextVar(&o.newerThan, "newer-than", config.Duration(0), "`age`, for example 7d10h: only objects that SRC has got since then")
	flags.TextVar(&o.olderThan, "older-than", config.Duration(0), "`age`, for example 7d10h: only objects that SRC has had for longer")
	flags.BoolVar(&o.checksum, "checksum", false,
		"read both sides of every object and compare, also where equal ETags prove it equal: finds what a disk has changed")
	flags.BoolVar(&o.versions, "versions", false, "deal with all versions and delete markers of buckets whose SRC keeps them")
	flags.BoolVar(&o.settings, "settings", false,
		"deal with the settings of buckets as well: versioning, encryption, CORS, tags, policy, lifecycle, object lock")
	flags.IntVar(&o.workers, "workers", 64, "`number` of objects that are dealt with at a time, at most: a run takes as many as its stores do more with")
	o.records.AddFlags(cmd)
	o.storeOptions.addFlags(cmd)
	cli.AddFormatFlag(cmd, &o.format)
}

// twoPlaces is for commands that take SRC and DST. What was given instead may hold a secret and is not
// quoted.
func twoPlaces(cmd *cobra.Command, args []string) error {
	if i := slices.IndexFunc(args, isAlgorithm); i >= 0 && len(args) == 3 {
		return cli.Usage.Errorf("--checksum takes no algorithm: it reads both sides of every object and compares").
			WithHint("leave %s away", args[i])
	}
	if len(args) != 2 {
		return cli.Usage.Errorf("%s takes a source and a destination, got %d arguments", cmd.CommandPath(), len(args)).
			WithHint("%s lake/bucket copy/bucket", cmd.CommandPath())
	}
	return nil
}

// isAlgorithm recognises what mc wants behind --checksum.
func isAlgorithm(arg string) bool {
	return slices.Contains([]string{"CRC64NVME", "CRC32", "CRC32C", "SHA1", "SHA256"}, strings.TrimSuffix(strings.ToUpper(arg), "-FO"))
}

// span is the span of times at SRC that the ages of --newer-than and --older-than make.
func (o *copyOptions) span(now time.Time) (from, to time.Time) {
	if o.newerThan > 0 {
		from = now.Add(-o.newerThan.Std())
	}
	if o.olderThan > 0 {
		to = now.Add(-o.olderThan.Std())
	}
	return from, to
}

// An interrupted copy finishes the objects that are under way, and ends at last by itself.
const (
	grace    = 20 * time.Second
	patience = 30 * time.Second
)

// carry does a job between two places, keeps its records, and has tell say what came of it.
func (o *copyOptions) carry(
	ctx context.Context, t terminal, p places, job copying.Job, tell func(mirror.Report, copying.Verdict) error,
) error {
	heap.ForObjects(os.Getenv)
	source, sourceKeys, err := o.open(p.source)
	if err != nil {
		return err
	}
	destination, destinationKeys, err := o.open(p.destination)
	if err != nil {
		return err
	}
	job.Name += " " + p.source.text + " to " + p.destination.text
	job.SourceKeys, job.DestinationKeys = sourceKeys, destinationKeys
	job.Watch, job.Patience = t.watch, patience
	job.Options.Buckets, job.Options.Include, job.Options.Exclude = p.names, o.include, o.exclude
	job.Options.Concurrency, job.Options.ReadAll = o.workers, o.checksum
	job.Options.Versions, job.Options.Settings = o.versions, o.settings
	if o.settings && p.source.prefix+p.destination.prefix != "" {
		return cli.Usage.Errorf("--settings is for whole buckets, and a prefix is a part of one").WithHint("leave the prefix away")
	}
	job.Options.ModifiedAfter, job.Options.ModifiedBefore = o.span(time.Now())
	if err := job.Options.Validate(); err != nil {
		return cli.Usage.Wrap(err)
	}
	if o.state != nil {
		o.state.keep(&job.Options, p, source, destination)
	}
	if o.kept != nil {
		o.kept.find(&job.Options, source)
	}
	if err := o.records.Prepare(); err != nil {
		return err
	}
	if p.nested() && job.Act != copying.Compares && !job.Options.DryRun {
		if err := apart(ctx, t.log, p, source, destination); err != nil {
			return err
		}
	}
	report, err := copying.Run(ctx, t.log, job, mount.Reader(source, p.at(p.source)), mount.Store(destination, p.at(p.destination)))
	v := copying.Judge(job, report, err)
	err = o.records.Keep(report, v)
	return errors.Join(tell(report, v), err)
}

// apart refuses a copy into its own source, under whatever names the one store is known.
func apart(ctx context.Context, log *slog.Logger, p places, source mirror.Reader, destination mirror.Store) error {
	same, err := mirror.SameStore(ctx, source, destination, p.destination.bucket, p.destination.prefix)
	if same {
		return cli.Refused.Errorf(
			"%s and %s are in one bucket, and one is inside the other: what was copied would be copied again", p.source.text, p.destination.text).
			WithHint("copy to another bucket")
	}
	if err != nil && !errors.Is(err, mirror.ErrNoBucket) {
		log.Warn("cannot tell whether source and destination are one bucket", "error", err)
	}
	return nil
}

// terminal is where a command shows what it does while it does it.
type terminal struct {
	out   io.Writer // for lines on stdout
	log   *slog.Logger
	watch func(*copying.Meter) (stop func())
}

// newTerminal keeps a line current where a person watches. Elsewhere everything becomes a line of its own.
func newTerminal(streams cli.Streams) terminal {
	if !streams.ErrIsTerminal || os.Getenv("TERM") == "dumb" {
		return terminal{out: streams.Out, log: slog.New(slog.NewTextHandler(streams.Err, nil))}
	}
	screen := copying.NewScreen(streams.Err, func() int { return width(streams.Err) })
	t := terminal{out: streams.Out, watch: func(m *copying.Meter) func() { return m.Draw(screen) }}
	if streams.OutIsTerminal {
		t.out = screen.Above(streams.Out)
	}
	t.log = slog.New(slog.NewTextHandler(screen, &slog.HandlerOptions{
		Level: slog.LevelWarn,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey && len(groups) == 0 {
				return slog.Attr{}
			}
			return a
		},
	}))
	return t
}

func width(out io.Writer) int {
	if file, ok := out.(*os.File); ok {
		if columns, _, err := term.GetSize(int(file.Fd())); err == nil && columns > 0 {
			return columns
		}
	}
	return 80
}
