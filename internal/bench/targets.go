package main

import "fmt"

// Verdict says whether a target is met.
type Verdict struct {
	Met    bool
	Target string
	Result string
}

// String is a line for a terminal.
func (v Verdict) String() string { return fmt.Sprintf("%s  %s: %s", v.Word(), v.Target, v.Result) }

// Word is PASS or MISS.
func (v Verdict) Word() string {
	if v.Met {
		return "PASS"
	}

	return "MISS"
}

// The targets.
const (
	mostAdded   = 0.080 // seconds, to a release of 300 documents
	leastFaster = 5     // times, than kustomize at 10 000 documents
)

// helms are both Helms, with the case that Ferry's share is seen beside. Helm 4 reads and writes all
// documents twice more as soon as there is a post-renderer, whatever it does; this is not Ferry's share.
var helms = [...]struct {
	program, name string
	baseline      Case
	beside        string // what the baseline is called
}{{"helm3", "Helm 3", Helm, "Helm 3"}, {"helm4", "Helm 4", HelmCat, "Helm 4 with a post-renderer that changes nothing"}}

// judge holds the results against the targets.
func (r Results) judge() []Verdict {
	var verdicts []Verdict
	for _, h := range helms {
		added := r.of(h.program, 300, HelmFerry).added(r.of(h.program, 300, h.baseline))
		verdicts = append(verdicts, Verdict{
			Met:    added <= mostAdded,
			Target: fmt.Sprintf("Ferry adds at most 80 ms to what %s takes for 300 documents", h.beside),
			Result: milliseconds(added),
		})
	}
	for _, h := range helms {
		alone := median(r.of(h.program, 300, Ferry).Seconds)
		verdicts = append(verdicts, Verdict{
			Met:    alone <= mostAdded,
			Target: fmt.Sprintf("Ferry alone takes at most 80 ms for what %s renders of 300 documents", h.name),
			Result: milliseconds(alone),
		})
	}
	for _, h := range helms {
		ferry, kustomize := r.of(h.program, 10_000, Ferry), r.of(h.program, 10_000, Kustomize)
		faster := median(kustomize.Seconds) / median(ferry.Seconds)
		smaller := float64(median(kustomize.PeakBytes)) / float64(median(ferry.PeakBytes))
		verdicts = append(verdicts, Verdict{
			Met:    faster >= leastFaster,
			Target: fmt.Sprintf("Ferry is at least 5 times faster than kustomize at what %s renders of 10 000 documents", h.name),
			Result: times(faster),
		}, Verdict{
			Met:    smaller > 1,
			Target: fmt.Sprintf("Ferry takes less memory than kustomize for what %s renders of 10 000 documents", h.name),
			Result: times(smaller) + " less",
		})
	}

	return verdicts
}

func milliseconds(seconds float64) string { return fmt.Sprintf("%.0f ms", seconds*1000) }

// times is a ratio, with as many digits as say something.
func times(ratio float64) string {
	if ratio >= 10 {
		return fmt.Sprintf("%.0f×", ratio)
	}

	return fmt.Sprintf("%.1f×", ratio)
}
