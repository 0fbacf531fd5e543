package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/copying"
	"github.com/helm-ferry/ferry/internal/summary"
	"github.com/helm-ferry/ferry/mirror"
)

// summaryTime bounds what a run spends on its summary: the pod of an ended run has seconds.
const summaryTime = 10 * time.Second

func addSummaryFlag(cmd *cobra.Command, name *string) {
	cmd.Flags().StringVar(name, "summary", "", "`name` of the ConfigMap, in the pod's namespace, that gets how the run ended")
}

// summarize has the cluster know how a run ended, also one that was interrupted. What goes wrong here
// is said, and changes nothing of how the run ends: the copy is what counts.
func (p program) summarize(ctx context.Context, log *slog.Logger, name string, began time.Time, report mirror.Report, v copying.Verdict) {
	if name == "" {
		return
	}
	s := summary.Summary{
		Started: began, Ended: time.Now(), Verdict: v.String(), ExitCode: int(v.Kind),
		Objects: report.Totals.Source, Bytes: report.Totals.SourceBytes,
	}
	if state := report.State; state != nil && state.Report != "" {
		s.Report = state.Place + state.Report
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), summaryTime)
	defer cancel()
	cluster, err := p.cluster()
	if err == nil {
		err = summary.Keep(ctx, cluster, name, s)
	}
	if err != nil {
		log.Warn("the cluster does not know how this run ended", "error", err)
	}
}
