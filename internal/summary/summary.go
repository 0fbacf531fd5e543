package summary

import (
	"fmt"
	"strconv"
	"time"
)

// Summary is how the last run of a mirror ended.
type Summary struct {
	Started, Ended time.Time
	Verdict        string // the last line of its log
	ExitCode       int
	Objects, Bytes int64  // that its source had
	Report         string // where the report is kept; empty if it is not
	// LastSuccess is when a run last ended with exit code 0; zero if none has.
	LastSuccess time.Time
}

// The keys of the ConfigMap.
const (
	keyStarted     = "started"
	keyEnded       = "ended"
	keyVerdict     = "verdict"
	keyExitCode    = "exitCode"
	keyObjects     = "objects"
	keyBytes       = "bytes"
	keyReport      = "report"
	keyLastSuccess = "lastSuccess"
)

// After returns the summary with the last success that an earlier one knew, if this run is none.
func (s Summary) After(before Summary) Summary {
	s.LastSuccess = before.LastSuccess
	if s.ExitCode == 0 {
		s.LastSuccess = s.Ended
	}
	return s
}

// Data spells a summary as the data of a ConfigMap.
func (s Summary) Data() map[string]string {
	data := map[string]string{
		keyStarted: s.Started.UTC().Format(time.RFC3339), keyEnded: s.Ended.UTC().Format(time.RFC3339),
		keyVerdict: s.Verdict, keyExitCode: strconv.Itoa(s.ExitCode),
		keyObjects: strconv.FormatInt(s.Objects, 10), keyBytes: strconv.FormatInt(s.Bytes, 10),
	}
	if s.Report != "" {
		data[keyReport] = s.Report
	}
	if !s.LastSuccess.IsZero() {
		data[keyLastSuccess] = s.LastSuccess.UTC().Format(time.RFC3339)
	}
	return data
}

// Parse reads the data of a ConfigMap. Without data no run has ended yet: the zero value.
func Parse(data map[string]string) (Summary, error) {
	if len(data) == 0 {
		return Summary{}, nil
	}
	s := Summary{Verdict: data[keyVerdict], Report: data[keyReport]}
	var err error
	for key, to := range map[string]*time.Time{keyStarted: &s.Started, keyEnded: &s.Ended, keyLastSuccess: &s.LastSuccess} {
		if data[key] == "" {
			continue
		}
		if *to, err = time.Parse(time.RFC3339, data[key]); err != nil {
			return Summary{}, fmt.Errorf("summary of a mirror: %s: %w", key, err)
		}
	}
	for key, to := range map[string]*int64{keyObjects: &s.Objects, keyBytes: &s.Bytes} {
		if *to, err = strconv.ParseInt(data[key], 10, 64); err != nil {
			return Summary{}, fmt.Errorf("summary of a mirror: %s: %w", key, err)
		}
	}
	if s.ExitCode, err = strconv.Atoi(data[keyExitCode]); err != nil {
		return Summary{}, fmt.Errorf("summary of a mirror: %s: %w", keyExitCode, err)
	}
	return s, nil
}
