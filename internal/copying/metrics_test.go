package copying

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/golden"
	"github.com/helm-ferry/ferry/mirror"
)

func metricsOf(t *testing.T, name string, report mirror.Report, v Verdict) string {
	t.Helper()
	file, err := NewFile("--metrics", name)
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteMetrics(file, report, v); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestMetrics compares the metrics of a run with a file, and demands of each line what Prometheus does.
func TestMetrics(t *testing.T) {
	refused := whole(`odd "name"\`, 0)
	refused.Complete, refused.Refused = false, "too much"
	data := troubled(func(b *mirror.BucketReport) {
		b.Copied, b.CopiedBytes, b.Removed, b.Retries, b.Pages, b.Seconds = 5, 1234567, 2, 3, 40, 1.25
		b.Differences, b.Errors = some(7, missing("a")), some(1, mirror.Failure{Error: "e"})
	})
	report := mirror.Report{
		Kind: "mirror", Started: time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC), Seconds: 61.5, Buckets: []mirror.BucketReport{data, refused},
	}
	name := filepath.Join(t.TempDir(), "ferry.prom")
	got := metricsOf(t, name, report, Verdict{Name: "mirror offsite", Kind: cli.Refused})
	golden.Equal(t, "testdata/metrics.prom", []byte(got))
	line := regexp.MustCompile(`^[a-z_]+\{run="[^"]+"(,[a-z]+="([^"\\]|\\.)*")*\} [0-9.]+$`)
	for text := range strings.Lines(got) {
		if text = strings.TrimSuffix(text, "\n"); !strings.HasPrefix(text, "# ") && !line.MatchString(text) {
			t.Errorf("%q is no line of metrics", text)
		}
	}
}

// TestLastSuccess keeps the time of the last success over runs that are none.
func TestLastSuccess(t *testing.T) {
	name := filepath.Join(t.TempDir(), "ferry.prom")
	at := func(second int) mirror.Report {
		return mirror.Report{Started: time.Unix(int64(second), 0), Buckets: []mirror.BucketReport{whole("a", 1)}}
	}
	dry := at(400)
	dry.DryRun = true
	for _, step := range []struct {
		report mirror.Report
		run    string
		kind   cli.Kind
		want   string // "" is no line
	}{
		{at(100), "mirror a", cli.Partial, ""},
		{at(200), "mirror a", cli.Done, "200"},
		{at(300), "mirror a", cli.Partial, "200"},
		{dry, "mirror a", cli.Done, "200"},
		{mirror.Report{}, "mirror a", cli.Failure, "200"},
		{at(500), "mirror a", cli.Done, "500"},
		{at(600), "mirror b", cli.Failure, ""},
	} {
		text := metricsOf(t, name, step.report, Verdict{Name: step.run, Kind: step.kind})
		match := regexp.MustCompile(`(?m)^` + lastSuccess + `\{run="` + step.run + `"\} (.*)$`).FindStringSubmatch(text)
		if got := strings.Join(match[min(1, len(match)):], ""); got != step.want {
			t.Errorf("after %s of %s the last success was at %q, want %q:\n%s", step.kind, step.run, got, step.want, text)
		}
	}
}
