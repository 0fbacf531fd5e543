package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/copying"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/mount"
)

// copyOptions are the flags that mirror, diff and verify have in common.
type copyOptions struct {
	storeOptions
	buckets, include, exclude []string
	newerThan, olderThan      config.Duration
	checksum                  bool
	workers                   int
	report                    string
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
	flags.IntVar(&o.workers, "workers", 8, "`number` of objects that are dealt with at a time")
	flags.StringVar(&o.report, "report", "", "`file` that gets the report as JSON")
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

// carry does a job between two places.
func (o *copyOptions) carry(ctx context.Context, t terminal, p places, job copying.Job) (mirror.Report, copying.Verdict, error) {
	failed := func(err error) (mirror.Report, copying.Verdict, error) {
		return mirror.Report{}, copying.Verdict{}, err
	}
	source, sourceKeys, err := o.open(p.source)
	if err != nil {
		return failed(err)
	}
	destination, destinationKeys, err := o.open(p.destination)
	if err != nil {
		return failed(err)
	}
	job.Name += " " + p.source.text + " to " + p.destination.text
	job.SourceKeys, job.DestinationKeys = sourceKeys, destinationKeys
	job.Watch, job.Patience = t.watch, patience
	job.Options.Buckets, job.Options.Include, job.Options.Exclude = p.names, o.include, o.exclude
	job.Options.Concurrency, job.Options.ReadAll = o.workers, o.checksum
	job.Options.ModifiedAfter, job.Options.ModifiedBefore = o.span(time.Now())
	if err := job.Options.Validate(); err != nil {
		return failed(cli.Usage.Wrap(err))
	}
	file, err := newReportFile(o.report)
	if err != nil {
		return failed(err)
	}
	defer file.discard()
	report, err := copying.Run(ctx, t.log, job, mount.Reader(source, p.at(p.source)), mount.Store(destination, p.at(p.destination)))
	v := copying.Judge(job, report, err)
	return report, v, file.write(copying.NewResult(report, v))
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

// reportFile becomes the file of --report when it is written. It is made before the run, which may
// take hours, so that a folder that cannot be written to is found out first.
type reportFile struct {
	name string
	file *os.File // nil: none was asked for
}

func newReportFile(name string) (*reportFile, error) {
	if name == "" {
		return &reportFile{}, nil
	}
	file, err := os.CreateTemp(filepath.Dir(name), ".ferry-report-*")
	if err != nil {
		return nil, fmt.Errorf("--report: %w", err)
	}
	return &reportFile{name: name, file: file}, nil
}

func (f *reportFile) write(result copying.Result) error {
	if f.file == nil {
		return nil
	}
	encoder := json.NewEncoder(f.file)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(result)
	if err == nil {
		err = f.file.Chmod(0o644)
	}
	if err == nil {
		err = f.file.Close()
	}
	if err == nil {
		err = os.Rename(f.file.Name(), f.name)
	}
	if err != nil {
		return fmt.Errorf("--report %s: %w", f.name, err)
	}
	return nil
}

// discard removes what was not written to its end.
func (f *reportFile) discard() {
	if f.file != nil {
		_ = f.file.Close()
		_ = os.Remove(f.file.Name())
	}
}
