package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Results is a whole run: what docs/results/bench-render.json holds.
type Results struct {
	Date     string            `json:"date"`
	Machine  Machine           `json:"machine"`
	Programs map[string]string `json:"programs"` // versions
	Series   []Series          `json:"series"`
}

// Case is what was run.
type Case string

// The cases. The last two are the renderers alone, on what Helm had handed to its post-renderer.
const (
	Helm          Case = "helm"
	HelmCat       Case = "helm+cat" // the price of having a post-renderer at all
	HelmFerry     Case = "helm+ferry"
	HelmKustomize Case = "helm+kustomize"
	Ferry         Case = "ferry"
	Kustomize     Case = "kustomize"
)

var cases = [...]Case{Helm, HelmCat, HelmFerry, HelmKustomize, Ferry, Kustomize}

// Series are the runs of one case; the first of each series stand side by side in time, then the
// second ones, and so on.
type Series struct {
	Helm       string    `json:"helm"` // the program: helm3, helm4
	Documents  int       `json:"documents"`
	Case       Case      `json:"case"`
	Seconds    []float64 `json:"seconds"`
	CPUSeconds []float64 `json:"cpuSeconds"`
	PeakBytes  []int64   `json:"peakBytes"` // of the largest process
}

// of returns the series of a case, an empty one if it was not measured.
func (r Results) of(helm string, documents int, c Case) Series {
	for _, s := range r.Series {
		if s.Helm == helm && s.Documents == documents && s.Case == c {
			return s
		}
	}

	return Series{}
}

// encode writes a line for each series, so that a diff of two results can be read.
func (r Results) encode() ([]byte, error) {
	var out bytes.Buffer
	for _, part := range []struct {
		name  string
		value any
	}{{"date", r.Date}, {"machine", r.Machine}, {"programs", r.Programs}} {
		text, err := json.Marshal(part.value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&out, "  %q: %s,\n", part.name, text)
	}
	lines := make([][]byte, len(r.Series))
	for i, s := range r.Series {
		var err error
		if lines[i], err = json.Marshal(s); err != nil {
			return nil, err
		}
	}

	return fmt.Appendf(nil, "{\n%s  \"series\": [\n    %s\n  ]\n}\n", &out, bytes.Join(lines, []byte(",\n    "))), nil
}

// median returns the middle of values, zero if there are none.
func median[N int64 | float64](values []N) N {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}

	return (sorted[middle-1] + sorted[middle]) / 2
}

// added is the median of what each run took longer than the one of the other series beside it, which
// other work on the machine disturbs less than the difference of the medians.
func (s Series) added(to Series) float64 {
	var differences []float64
	for i := range min(len(s.Seconds), len(to.Seconds)) {
		differences = append(differences, s.Seconds[i]-to.Seconds[i])
	}

	return median(differences)
}
