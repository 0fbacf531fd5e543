package copying

import (
	"encoding/json"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/mirror"
)

// Records are the files in which a run can be looked up when it has ended, however it ended: the
// report, and metrics for Prometheus. The zero value has none.
type Records struct {
	reportName, metricsName string
	report, metrics         File
}

// AddFlags adds the flags that name the files.
func (r *Records) AddFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&r.reportName, "report", "", "`file` that gets the report as JSON")
	cmd.Flags().StringVar(&r.metricsName, "metrics", "", "`file` that gets metrics for the textfile collector of Prometheus' node exporter")
	if err := errors.Join(cmd.MarkFlagFilename("report", "json"), cmd.MarkFlagFilename("metrics", "prom")); err != nil {
		panic(err) // there is no such flag
	}
}

// Prepare checks, before a run that may take hours, that the files can be written.
func (r *Records) Prepare() error {
	var errs [2]error
	r.report, errs[0] = NewFile("--report", r.reportName)
	r.metrics, errs[1] = NewFile("--metrics", r.metricsName)
	return errors.Join(errs[:]...)
}

// Keep writes the files.
func (r *Records) Keep(report mirror.Report, v Verdict) error {
	err := r.report.Write(func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(NewResult(report, v))
	})
	return errors.Join(err, WriteMetrics(r.metrics, report, v))
}
