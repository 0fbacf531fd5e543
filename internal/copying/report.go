package copying

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/mirror"
)

// Result is a report as it is printed.
type Result struct {
	Name    string `json:"name"`
	Verdict string `json:"verdict"`
	mirror.Report
}

// NewResult returns a report with its verdict.
func NewResult(report mirror.Report, v Verdict) Result {
	return Result{Name: v.Name, Verdict: v.String(), Report: report}
}

// Table implements cli.Result: a row for each bucket.
func (r Result) Table() cli.Table {
	table := cli.Table{Header: []string{"BUCKET", "OBJECTS", "SIZE", "COPIED", "PROOF", "RESULT"}}
	for _, b := range r.Buckets {
		table.Rows = append(table.Rows, []string{
			b.Bucket, humanize.Comma(b.Source), size(b.SourceBytes),
			humanize.Comma(b.Copied), proofs(b.Proofs), outcome(b),
		})
	}
	return table
}

// proofs lists how many objects were proven in which way.
func proofs(counts map[mirror.Proof]int64) string {
	var list []string
	for _, proof := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, fmt.Sprintf("%s %s", humanize.Comma(counts[proof]), proof))
	}
	return strings.Join(list, ", ")
}

// outcome is the result for one bucket in a word or two.
func outcome(b mirror.BucketReport) string {
	switch {
	case b.Refused != "":
		return "refused"
	case b.Errors.Total > 0:
		return humanize.Comma(b.Errors.Total) + " failed"
	case b.Differences.Total > 0:
		return humanize.Comma(b.Differences.Total) + " differ"
	case b.Missing:
		return "not at the source"
	case b.Unlisted:
		return "not listed"
	case !b.Complete:
		return "unfinished"
	case b.PlannedRemovals > 0:
		return fmt.Sprintf("%s to copy, %s to remove", humanize.Comma(b.Planned), humanize.Comma(b.PlannedRemovals))
	case b.Planned > 0:
		return humanize.Comma(b.Planned) + " to copy"
	default:
		return "equal"
	}
}

// namedPerBucket bounds how many objects of a bucket are named in the log; the report has more.
const namedPerBucket = 20

// nameFaults logs what a bucket suffered from, object by object: a table has no room for it.
func nameFaults(log *slog.Logger, b mirror.BucketReport) {
	for _, kind := range slices.Sorted(maps.Keys(b.Anomalies)) {
		note := b.Anomalies[kind]
		log.Warn("odd server", "bucket", b.Bucket, "kind", kind, "times", note.Total, "detail", note.Detail)
	}
	if b.Refused != "" {
		log.Error("refused", "bucket", b.Bucket, "reason", b.Refused)
	}
	for _, failure := range b.Errors.First[:min(namedPerBucket, len(b.Errors.First))] {
		log.Error("failed", "bucket", b.Bucket, "key", failure.Key, "error", failure.Error)
	}
	andMore(log, b.Bucket, "failed", b.Errors.Total)
}

// nameDifferences logs what is not the same on both sides.
func nameDifferences(log *slog.Logger, b mirror.BucketReport) {
	for _, d := range b.Differences.First[:min(namedPerBucket, len(b.Differences.First))] {
		log.Warn("different", "bucket", b.Bucket, "key", d.Key, "kind", d.Kind, "detail", d.Detail)
	}
	andMore(log, b.Bucket, "different", b.Differences.Total)
}

func andMore(log *slog.Logger, bucket, what string, total int64) {
	if total > namedPerBucket {
		log.Warn("and more: -o json names a hundred", "bucket", bucket, what, total)
	}
}

// Tell writes what is in trouble, report and verdict, and returns how the command ends.
func Tell(streams cli.Streams, log *slog.Logger, format cli.Format, report mirror.Report, v Verdict) error {
	for _, b := range report.Buckets {
		nameFaults(log, b)
		nameDifferences(log, b)
	}
	nameState(log, report)
	if err := cli.Print(streams.Out, format, NewResult(report, v)); err != nil {
		return err
	}
	return conclude(streams, v)
}

// Conclude is Tell for a command that has written the differences to stdout itself.
func Conclude(streams cli.Streams, log *slog.Logger, report mirror.Report, v Verdict) error {
	for _, b := range report.Buckets {
		nameFaults(log, b)
	}
	return conclude(streams, v)
}

func conclude(streams cli.Streams, v Verdict) error {
	settle(streams.Out)
	if _, err := fmt.Fprintln(streams.Err, v); err != nil {
		return fmt.Errorf("write the verdict: %w", err)
	}
	if v.Kind == cli.Done {
		return nil
	}
	return v.Kind.Wrap(nil)
}

// settle gives a reader of a pipe the time to take what was written. A container runtime copies
// stdout and stderr into one log by two readers: without a pause the verdict could overtake the
// report.
func settle(out io.Writer) {
	file, ok := out.(*os.File)
	if !ok {
		return
	}
	if info, err := file.Stat(); err == nil && info.Mode()&os.ModeNamedPipe != 0 {
		time.Sleep(100 * time.Millisecond)
	}
}
