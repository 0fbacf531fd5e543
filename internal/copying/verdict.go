package copying

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/lease"
)

// Verdict is the end of a run in one line.
type Verdict struct {
	Name string // of the run
	Kind cli.Kind
	Text string
}

// Done tells whether the run left nothing to do.
func (v Verdict) Done() bool { return v.Kind == cli.Done }

// String writes the word for the kind, the name of the run, and what there is to say.
func (v Verdict) String() string {
	word := map[cli.Kind]string{
		cli.Done: "DONE", cli.Partial: "PARTIAL", cli.Differences: "DIFFERENT", cli.Refused: "REFUSED",
		cli.Interrupted: "INTERRUPTED", cli.Failure: "FAILED",
	}[v.Kind]
	return strings.Join(strings.Fields(fmt.Sprintf("%s: %s: %s", word, v.Name, v.Text)), " ")
}

// Judge sums a run up. What has the say: what ended it, what kept it from doing anything, a guard,
// what it left undone.
func Judge(j Job, report mirror.Report, err error) Verdict {
	v := func(kind cli.Kind, format string, args ...any) Verdict {
		return Verdict{Name: j.Name, Kind: kind, Text: fmt.Sprintf(format, args...)}
	}
	switch {
	case errors.Is(err, ErrDeadline):
		return v(cli.Partial, "%s after the deadline of %s: the next run continues; a higher deadline lets one run do it all", soFar(report), j.Deadline)
	case errors.Is(err, lease.ErrLost):
		return v(cli.Partial, "%s: %v: the next run continues", soFar(report), err)
	case report.Interrupted:
		return v(cli.Interrupted, "%s: run it again to continue", soFar(report))
	case errors.Is(err, mirror.ErrState):
		return v(cli.Failure, "%v%s%s", err, credentials(j), advised(mirror.CauseOf(err)))
	case err != nil:
		return v(cli.Failure, "%v%s", err, advised(mirror.CauseOf(err)))
	}
	if fault := untouched(report); fault != "" {
		return v(cli.Failure, "%s%s%s", fault, credentials(j), advice(report))
	}
	if fault := nothing(report); fault != "" && j.Act != Restores {
		return v(cli.Failure, "%s", fault)
	}
	switch report.Outcome() {
	case mirror.OutcomeRefused:
		return v(cli.Refused, "%s", refusal(report, j))
	case mirror.OutcomePartial:
		return v(cli.Partial, "%s: see the report%s%s", undone(report), advice(report), remedy(report))
	case mirror.OutcomeDifferences:
		return v(cli.Differences, "%s: see the report", undone(report))
	default:
		return v(cli.Done, "%s", done(report, j.Options.IgnoreMetadata))
	}
}

// credentials says where they come from: what goes wrong before the first object often is about them.
func credentials(j Job) string {
	return fmt.Sprintf(" (credentials: source from %s; destination from %s)", j.SourceKeys, j.DestinationKeys)
}

// soFar says how much of a run is done.
func soFar(report mirror.Report) string {
	complete := 0
	for _, b := range report.Buckets {
		if b.Complete {
			complete++
		}
	}
	return fmt.Sprintf("%s complete and %s proven", plural(int64(complete), "bucket"), plural(report.Totals.Equal+report.Totals.Copied, "object"))
}

// untouched is the error that kept a run from every single bucket, or nothing.
func untouched(report mirror.Report) string {
	fault := ""
	for _, b := range report.Buckets {
		errs := b.Errors.First
		if b.Source+b.Destination > 0 || len(errs) == 0 || errs[0].Key != "" {
			return ""
		}
		if fault == "" {
			fault = errs[0].Error
		}
	}
	return fault
}

// nothing says that there is nothing to copy, which is never what somebody wants who copies.
func nothing(report mirror.Report) string {
	if report.Refused != "" {
		return ""
	}
	var missing []string
	for _, b := range report.Buckets {
		if !b.Missing || !b.Complete {
			return ""
		}
		missing = append(missing, b.Bucket)
	}
	if len(missing) == 0 {
		return report.Source + " has no buckets"
	}
	return fmt.Sprintf("%s has none of the buckets %s", report.Source, strings.Join(missing, ", "))
}

// remedy is what helps against a run that is partly done, if anything does.
func remedy(report mirror.Report) string {
	for _, b := range report.Buckets {
		if b.Conflicts > 0 && report.Kind == "restore" {
			return "; to write over what is newer there, --overwrite"
		}
		if b.Errors.Total > 0 || !b.Complete {
			return "; running it again copies what is missing"
		}
	}
	return ""
}

func refusal(report mirror.Report, j Job) string {
	if report.Refused != "" {
		return report.Refused
	}
	var all, remedies []string
	for _, b := range report.Buckets {
		if b.Refused == "" {
			continue
		}
		all = append(all, fmt.Sprintf("bucket %s: %s", b.Bucket, b.Refused))
		remedy := map[mirror.Guard]string{
			mirror.GuardAllowance: "if that is meant, " + j.Allow, mirror.GuardOrigin: "if that is meant, " + j.Adopt,
			mirror.GuardLock: "run it again when that has ended",
			mirror.GuardPast: "leave --at away for the last state, or name a later time", mirror.GuardTarget: "if that is meant, --overwrite",
		}[b.Guard]
		if !slices.Contains(remedies, remedy) {
			remedies = append(remedies, remedy)
		}
	}
	return strings.Join(all, "; ") + ": " + strings.Join(remedies, "; ")
}

// undone describes the first bucket that has trouble, and how many more there are.
func undone(report mirror.Report) string {
	var first *mirror.BucketReport
	others := int64(0)
	for i, b := range report.Buckets {
		switch {
		case b.Complete && b.Differences.Total == 0:
		case first == nil:
			first = &report.Buckets[i]
		default:
			others++
		}
	}
	text := trouble(*first, report.Destination)
	if others > 0 {
		text += fmt.Sprintf(", and %s more", plural(others, "bucket"))
	}
	return text
}

func trouble(b mirror.BucketReport, destination string) string {
	switch failures, differences := b.Errors, b.Differences; {
	case failures.Total > 0 && failures.First[0].Key == "":
		return fmt.Sprintf("bucket %s: %s", b.Bucket, failures.First[0].Error)
	case failures.Total > 0:
		return fmt.Sprintf("%s of %s of bucket %s failed, the first with: %s",
			humanize.Comma(failures.Total), plural(b.Source, "object"), b.Bucket, failures.First[0].Error)
	case differences.Total > 0 && differences.First[0].Kind == mirror.DiffSetting:
		return fmt.Sprintf("bucket %s: %s", b.Bucket, differences.First[0].Detail)
	case differences.Total > 0 && differences.First[0].Key == "":
		return fmt.Sprintf("bucket %s is missing at %s", b.Bucket, destination)
	case differences.Total > 0:
		return fmt.Sprintf("%s of %s of bucket %s %s %s, the first is %q", humanize.Comma(differences.Total),
			plural(b.Source, "object"), b.Bucket, what(differences.First), destination, differences.First[0].Key)
	case b.Unlisted:
		return fmt.Sprintf("bucket %s is at the source, which does not list it and may have more of that kind: name the buckets to copy", b.Bucket)
	default:
		return fmt.Sprintf("bucket %s is not complete", b.Bucket)
	}
}

// what phrases differences that are all of one kind by that kind.
func what(differences []mirror.Difference) string {
	for _, d := range differences {
		if d.Kind != differences[0].Kind {
			return "are not the same at"
		}
	}
	return map[mirror.DifferenceKind]string{
		mirror.DiffMissing: "are missing at", mirror.DiffSize: "have another size at", mirror.DiffContent: "have other content at",
		mirror.DiffMetadata: "have other metadata or tags at", mirror.DiffExtra: "are not at the source, only at",
	}[differences[0].Kind]
}

// asOf says from when a restored state is, and what is not in it.
func asOf(report mirror.Report) string {
	var points []string
	runs := map[int64]bool{} // by when they began
	var trashed, gone int64
	for _, b := range report.Buckets {
		if b.Restored == nil {
			continue
		}
		points = append(points, b.Restored.At())
		runs[b.Restored.Started.UnixNano()] = true
		trashed += b.Restored.FromTrash
		gone += b.Restored.Gone
	}
	text := ""
	if len(points) > 0 {
		text = ", as of " + slices.Max(points)
	}
	if len(runs) > 1 {
		text = ", as of " + slices.Min(points) + " to " + slices.Max(points)
	}
	if trashed > 0 {
		text += fmt.Sprintf(", %s from the trash", humanize.Comma(trashed))
	}
	if gone > 0 {
		text += fmt.Sprintf(", without %s that the source had deleted", humanize.Comma(gone))
	}
	return text
}

func done(report mirror.Report, contentOnly bool) string {
	buckets, missing := int64(0), []string(nil)
	for _, b := range report.Buckets {
		if b.Missing {
			missing = append(missing, b.Bucket)
			continue
		}
		buckets++
	}
	totals, removals := report.Totals, ""
	if totals.PlannedRemovals > 0 {
		removals = fmt.Sprintf(" and %s removed there", plural(totals.PlannedRemovals, "object"))
	}
	objects := fmt.Sprintf("%s (%s)", plural(totals.Source, "object"), size(totals.SourceBytes))
	if totals.Vanished > 0 {
		objects = humanize.Comma(totals.Source-totals.Vanished) + " of " + objects
	}
	objects = plural(buckets, "bucket") + ", " + objects
	text := fmt.Sprintf("%s proven equal at %s, %s copied", objects, report.Destination, humanize.Comma(totals.Copied))
	switch {
	case report.DryRun:
		text = fmt.Sprintf("dry run over %s: %s (%s) would be copied to %s%s, nothing was written",
			objects, plural(totals.Planned, "object"), size(totals.PlannedBytes), report.Destination, removals)
	case report.Kind == "verify" && contentOnly:
		text = fmt.Sprintf("%s proven to have the same content at %s", objects, report.Destination)
	case report.Kind == "verify":
		text = fmt.Sprintf("%s proven equal at %s", objects, report.Destination)
	}
	if report.Kind == "restore" {
		text += asOf(report)
	}
	if totals.Vanished > 0 {
		text += fmt.Sprintf(", %s deleted at the source meanwhile", humanize.Comma(totals.Vanished))
	}
	if totals.Removed > 0 {
		text += fmt.Sprintf(", %s removed", humanize.Comma(totals.Removed))
	}
	if len(missing) > 0 {
		text += "; the source does not have " + strings.Join(missing, ", ")
	}
	return text
}
