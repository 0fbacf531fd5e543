package cutover

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/helm-ferry/ferry/internal/copying"
	"github.com/helm-ferry/ferry/mirror"
)

// What a copy takes at least, where nothing is known of the stores: the estimate is a warning of hours
// of copying, not a promise of minutes.
const (
	bytesPerSecond   = 20 << 20
	objectsPerSecond = 200
	// rounds is how often both stores are listed by the second pass and the comparison.
	rounds = 4
)

// rehearse makes the second pass without writing anything, while the consumers are still running. It
// finds what would stop it, and how long it may take.
func (w World) rehearse(ctx context.Context, t transfer, lacks []string) []Problem {
	dry, tolerance := w.job(t, copying.Copies)
	dry.Options.DryRun = true
	started := time.Now()
	report, err := copying.Run(ctx, w.Log, dry, t.src, t.dst)
	if err != nil {
		return []Problem{{t.To, "cannot be compared with " + t.From + " (" + err.Error() + ")", "see that both stores run and are ready"}}
	}
	var problems []Problem
	for _, b := range tolerance.without(report).Buckets {
		if b.Refused != "" {
			problems = append(problems, Problem{"bucket " + b.Bucket, "is refused: " + b.Refused, dry.Adopt})
		}
		problems = append(problems, w.settingsLost(b, lacks)...)
	}
	nested, err := w.nestedKeys(ctx, t, lacks)
	if err != nil {
		return append(problems, Problem{t.From, "does not list its objects (" + err.Error() + ")", "see that it runs and is ready"})
	}
	problems = append(problems, nested...)
	if report.Totals.Source == 0 && report.Totals.Destination > 0 {
		problems = append(problems, Problem{
			t.From, fmt.Sprintf("holds no object at all, and %s %d: a store that has lost its volume looks like this", t.To, report.Totals.Destination),
			"if the consumers have deleted everything, delete it on " + t.To + ", too; else restore " + t.From + " first: what was copied is there",
		})
	}
	need, left := estimate(report.Totals, time.Since(started)), time.Duration(0)
	if deadline, bounded := ctx.Deadline(); bounded {
		left = time.Until(deadline)
	}
	if need > left && left > 0 {
		problems = append(problems, Problem{
			"spec.migration.deadline",
			fmt.Sprintf("leaves %s, and the second pass needs about %s for %d objects (%d bytes) and the comparison of all",
				left.Round(time.Second), need.Round(time.Second), report.Totals.Planned, report.Totals.PlannedBytes),
			"let the first pass run again just before, or raise it together with Helm's --timeout",
		})
	}
	return problems
}

// settingsLost are the settings of a bucket that the target cannot hold: it says so itself, or where it
// does not have the bucket yet, the registry does.
func (w World) settingsLost(b mirror.BucketReport, lacks []string) []Problem {
	lost := map[string]string{}
	for _, d := range b.Differences.First {
		if d.Kind == mirror.DiffSetting {
			lost[strings.Join(d.Names, ", ")] = d.Detail
		}
	}
	for _, s := range b.Settings {
		feature := features[s.Name]
		if s.Outcome == mirror.SettingPlanned && slices.Contains(lacks, feature) && !slices.Contains(w.Config.Spec.Migration.Accept, feature) {
			lost[s.Name] = s.Name + " cannot be held there"
		}
	}
	var problems []Problem
	for _, name := range slices.Sorted(maps.Keys(lost)) {
		problems = append(problems, Problem{
			"bucket " + b.Bucket, "would lose a setting: " + lost[name], "name it in spec.migration.accept if it may be left behind",
		})
	}
	return problems
}

// estimate is how long the second pass and the comparison may take, from what a rehearsal has found.
func estimate(totals mirror.Counts, took time.Duration) time.Duration {
	copying := float64(totals.PlannedBytes)/bytesPerSecond + float64(totals.Planned+totals.PlannedRemovals)/objectsPerSecond
	return rounds*took + time.Duration(copying*float64(time.Second))
}
