package copying

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/mirror"
)

// The metrics of a run are written by hand, in the text format of Prometheus 0.0.4: a dozen gauges of
// one run need neither a registry nor what comes with the client library.

const lastSuccess = "ferry_mirror_last_success_timestamp_seconds"

// WriteMetrics writes what came of a run, for the textfile collector of a node exporter or for a push
// gateway. A run that is not DONE keeps the time of the last success that the file holds.
func WriteMetrics(file File, report mirror.Report, v Verdict) error {
	before := file.read()
	return file.Write(func(w io.Writer) error {
		m := &metrics{w: bufio.NewWriter(w), run: v.Name}
		m.ofRun(report, v, before)
		m.ofBuckets(report)
		return m.w.Flush()
	})
}

// metrics writes the metrics of one run.
type metrics struct {
	w    *bufio.Writer
	run  string
	name string // of the metric whose values are being written
}

func (m *metrics) ofRun(report mirror.Report, v Verdict, before []byte) {
	ended := report.Started.Add(time.Duration(report.Seconds * float64(time.Second)))
	if report.Started.IsZero() { // it did not come as far as a report
		ended = time.Now()
	}
	stamp := float64(ended.UnixMilli()) / 1000
	m.metric("ferry_mirror_exit_code", "How the last run ended: 0 done, 3 differences, 4 refused, 5 partly done, 130 interrupted.")
	m.value(float64(v.Kind))
	m.metric("ferry_mirror_duration_seconds", "How long the last run took.")
	m.value(report.Seconds)
	m.metric("ferry_mirror_last_run_timestamp_seconds", "When the last run ended.")
	m.value(stamp)
	success, known := succeeded(before, m.run)
	if v.Kind == cli.Done && !report.DryRun {
		success, known = stamp, true
	}
	if known {
		m.metric(lastSuccess, "When a run last ended with everything proven.")
		m.value(success)
	}
}

// succeeded finds the time of the last success of a run in what its metrics were before.
func succeeded(before []byte, run string) (float64, bool) {
	for line := range bytes.Lines(before) {
		rest, found := strings.CutPrefix(string(line), lastSuccess+labels("run", run)+" ")
		if value, err := strconv.ParseFloat(strings.TrimSpace(rest), 64); found && err == nil {
			return value, true
		}
	}
	return 0, false
}

func (m *metrics) ofBuckets(report mirror.Report) {
	for _, table := range []struct {
		name, help string
		rows       func(b mirror.BucketReport) []row
	}{
		{"ferry_mirror_objects", "Objects of the last run by what became of them.", objects},
		{"ferry_mirror_bytes", "Bytes of the objects of the last run.", volumes},
		{"ferry_mirror_listing_pages", "Pages of listings that the last run asked for, of both sides.",
			func(b mirror.BucketReport) []row { return []row{{value: b.Pages}} }},
		{"ferry_mirror_retries", "Requests and copies that the last run repeated.",
			func(b mirror.BucketReport) []row { return []row{{value: b.Retries}} }},
		{"ferry_mirror_guard_refusals", "Whether a guard stopped the last run over the bucket.",
			func(b mirror.BucketReport) []row { return []row{{value: truth(b.Refused != "")}} }},
		{"ferry_mirror_complete", "Whether both listings were read to a proven end, no object failed, and nothing is left that differs.",
			func(b mirror.BucketReport) []row {
				return []row{{value: truth(b.Complete && b.Differences.Total == 0)}}
			}},
	} {
		if len(report.Buckets) == 0 {
			return
		}
		m.metric(table.name, table.help)
		for _, b := range report.Buckets {
			for _, r := range table.rows(b) {
				m.value(float64(r.value), append([]string{"bucket", b.Bucket}, r.labels...)...)
			}
		}
	}
	m.metric("ferry_mirror_bucket_duration_seconds", "How long the last run took for the bucket.")
	for _, b := range report.Buckets {
		m.value(b.Seconds, "bucket", b.Bucket)
	}
}

// row is one value of a bucket with the labels that it has beside run and bucket.
type row struct {
	labels []string
	value  int64
}

func objects(b mirror.BucketReport) []row {
	return []row{
		result("source", b.Source), result("destination", b.Destination), result("equal", b.Equal), result("copied", b.Copied),
		result("planned", b.Planned), result("replaced", b.Replaced), result("extra", b.Extra), result("removed", b.Removed),
		result("planned_removal", b.PlannedRemovals), result("trashed", b.Trashed), result("different", b.Differences.Total),
		result("failed", b.Errors.Total), result("key_refused", b.KeysRefused), result("conflict", b.Conflicts),
		result("excluded", b.Excluded), result("moved", b.Moved), result("vanished", b.Vanished),
	}
}

func volumes(b mirror.BucketReport) []row {
	return []row{
		result("source", b.SourceBytes), result("destination", b.DestinationBytes), result("copied", b.CopiedBytes), result("planned", b.PlannedBytes),
	}
}

func result(name string, value int64) row { return row{[]string{"result", name}, value} }

func truth(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

// metric begins one with what it is. All are gauges: they tell of one run.
func (m *metrics) metric(name, help string) {
	m.name = name
	fmt.Fprintf(m.w, "# HELP %s %s\n# TYPE %[1]s gauge\n", name, help)
}

// value writes a value of the metric. pairs are labels beside the name of the run.
func (m *metrics) value(value float64, pairs ...string) {
	fmt.Fprintf(m.w, "%s%s %s\n", m.name, labels(append([]string{"run", m.run}, pairs...)...), strconv.FormatFloat(value, 'f', -1, 64))
}

// labels spells names and values in turn.
func labels(pairs ...string) string {
	escape := strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
	var list []string
	for pair := range slices.Chunk(pairs, 2) {
		list = append(list, pair[0]+`="`+escape.Replace(strings.ToValidUTF8(pair[1], "�"))+`"`)
	}
	return "{" + strings.Join(list, ",") + "}"
}
