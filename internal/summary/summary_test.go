package summary

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDataIsReadBack(t *testing.T) {
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for name, s := range map[string]Summary{
		"no run yet": {},
		"success":    {Started: at, Ended: at.Add(time.Minute), Verdict: "DONE: x", Objects: 3, Bytes: 12, Report: "http://store/b/r.json", LastSuccess: at},
		"failure":    {Started: at, Ended: at.Add(time.Minute), Verdict: "FAILED: x", ExitCode: 1},
	} {
		data := s.Data()
		if s.Started.IsZero() {
			data = nil
		}
		got, err := Parse(data)
		if diff := cmp.Diff(s, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
	if _, err := Parse(map[string]string{"exitCode": "zero"}); err == nil {
		t.Error("damage is read")
	}
}

func TestAFailureKeepsTheLastSuccess(t *testing.T) {
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	success := Summary{Ended: at}.After(Summary{})
	if got := (Summary{Ended: at.Add(time.Hour), ExitCode: 5}).After(success).LastSuccess; !got.Equal(at) {
		t.Errorf("the last success was at %s", got)
	}
	if got := (Summary{Ended: at.Add(2 * time.Hour)}).After(success).LastSuccess; !got.Equal(at.Add(2 * time.Hour)) {
		t.Errorf("the last success was at %s", got)
	}
}
