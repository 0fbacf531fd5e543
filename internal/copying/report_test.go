package copying

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/mirror"
)

// TestTelling has a bucket with much trouble of both kinds, and looks at what people read of it.
func TestTelling(t *testing.T) {
	b := mirror.BucketReport{Bucket: "a", Complete: true, Anomalies: map[mirror.AnomalyKind]mirror.Note{mirror.AnomalyEarlyEnd: {Total: 3, Detail: "odd"}}}
	b.Errors.Total, b.Differences.Total = 1, 30
	b.Errors.First = []mirror.Failure{{Key: "broken", Error: "out of reach"}}
	for i := range 30 {
		b.Differences.First = append(b.Differences.First, mirror.Difference{Key: fmt.Sprintf("k%02d", i), Kind: mirror.DiffSize})
	}
	report := mirror.Report{Kind: "verify", Buckets: []mirror.BucketReport{b}}
	v := Verdict{Name: "run", Kind: cli.Partial, Text: "text"}
	tell := func(tell func(cli.Streams, *slog.Logger) error) (stdout, stderr string) {
		t.Helper()
		var out, words bytes.Buffer
		err := tell(cli.Streams{Out: &out, Err: &words}, slog.New(slog.NewTextHandler(&words, nil)))
		if cli.KindOf(err) != cli.Partial {
			t.Errorf("ends with %v", err)
		}
		return out.String(), words.String()
	}
	expect := func(what, text string, parts map[string]int) {
		t.Helper()
		for part, times := range parts {
			if got := strings.Count(text, part); got != times {
				t.Errorf("%s has %q %d times, want %d:\n%s", what, part, got, times, text)
			}
		}
	}
	out, words := tell(func(streams cli.Streams, log *slog.Logger) error {
		return Tell(streams, log, cli.TableFormat, report, v)
	})
	expect("stdout", out, map[string]int{"BUCKET": 1, "1 failed": 1})
	expect("stderr", words, map[string]int{
		"kind=early-end times=3": 1, "key=broken error=\"out of reach\"": 1, "msg=different": 20,
		"and more: -o json names a hundred\" bucket=a different=30": 1, "PARTIAL: run: text\n": 1,
	})
	out, words = tell(func(streams cli.Streams, log *slog.Logger) error { return Conclude(streams, log, report, v) })
	expect("stdout", out, map[string]int{"a": 0})
	expect("stderr", words, map[string]int{"key=broken": 1, "different": 0, "PARTIAL: run: text\n": 1})
}
