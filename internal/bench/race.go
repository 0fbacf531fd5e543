package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/helm-ferry/ferry/internal/peers"
)

// Races is what docs/results/bench-mirror.json holds.
type Races struct {
	Machine  Machine           `json:"machine"`
	Programs map[string]string `json:"programs"` // versions
	Commands map[string]string `json:"commands"`
	Scanner  map[string]Rates  `json:"scanner"` // of listings, by whose it is
	Races    []Race            `json:"races"`
	Runs     []Run             `json:"runs"`
}

// Rates are keys in a second, one for each measurement.
type Rates []float64

// Race is one series between two servers.
type Race struct {
	Series  string   `json:"series"`
	Servers string   `json:"servers"`
	Objects int      `json:"objects"`
	Bytes   int64    `json:"bytes"`
	Date    string   `json:"date"`
	Others  float64  `json:"others"`            // share of the processors that other work took, the servers' own included
	Profile []string `json:"profile,omitempty"` // of Ferry, where it missed a target
}

// Run is what one program took in a race; the first times of all programs of a race stand side by side,
// then the second ones, and so on.
type Run struct {
	Series     string    `json:"series"`
	Servers    string    `json:"servers"`
	Program    string    `json:"program"`
	Seconds    []float64 `json:"seconds"`
	CPUSeconds []float64 `json:"cpuSeconds"`
	PeakBytes  []int64   `json:"peakBytes"`
}

// Programs that race beside the peers.
const (
	bareCopy  = "bare loop"       // GET and PUT with minio-go
	reference = "Ferry, minio-go" // Ferry's engine with its other driver
	scanOwn   = "Ferry"           // scanner of listings
	scanXML   = "encoding/xml"    // what it stands in for
	ferry     = peers.Ferry
)

// of returns what a program took, nothing if it did not run.
func (r Races) of(race Race, program string) Run {
	for _, run := range r.Runs {
		if run.Series == race.Series && run.Servers == race.Servers && run.Program == program {
			return run
		}
	}

	return Run{}
}

// best returns the smallest of a measure among mc and rclone.
func (r Races) best(race Race, measure func(Run) float64) float64 {
	return min(measure(r.of(race, peers.MC)), measure(r.of(race, peers.Rclone)))
}

// The measures of a run.
func wall(r Run) float64 { return median(r.Seconds) }
func cpu(r Run) float64  { return median(r.CPUSeconds) }
func peak(r Run) float64 { return float64(median(r.PeakBytes)) }

// replace puts a race in place of an earlier one over the same course, or adds it.
func (r *Races) replace(race Race, runs []Run) {
	same := func(series, servers string) bool { return series == race.Series && servers == race.Servers }
	i := slices.IndexFunc(r.Races, func(other Race) bool { return same(other.Series, other.Servers) })
	if i < 0 {
		r.Races = append(r.Races, race)
	} else {
		r.Races[i] = race
	}
	r.Runs = append(slices.DeleteFunc(r.Runs, func(run Run) bool { return same(run.Series, run.Servers) }), runs...)
}

// sort has the races in the order of the courses, whatever was run last.
func (r *Races) sort() {
	order := func(series, servers string) int {
		for i, c := range allCourses() {
			for j, name := range c.servers() {
				if c.series == series && name == servers {
					return 100*i + j
				}
			}
		}

		return -1
	}
	slices.SortStableFunc(r.Races, func(a, b Race) int { return order(a.Series, a.Servers) - order(b.Series, b.Servers) })
	slices.SortStableFunc(r.Runs, func(a, b Run) int { return order(a.Series, a.Servers) - order(b.Series, b.Servers) })
}

// encode writes a line for each race and each run, so that a diff of two results can be read.
func (r Races) encode() ([]byte, error) {
	var out bytes.Buffer
	for _, part := range []struct {
		name  string
		value any
	}{{"machine", r.Machine}, {"programs", r.Programs}, {"commands", r.Commands}, {"scanner", r.Scanner}} {
		text, err := json.Marshal(part.value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&out, "  %q: %s,\n", part.name, text)
	}
	races, err := lines(r.Races)
	if err != nil {
		return nil, err
	}
	runs, err := lines(r.Runs)
	if err != nil {
		return nil, err
	}

	return fmt.Appendf(nil, "{\n%s  \"races\": [\n    %s\n  ],\n  \"runs\": [\n    %s\n  ]\n}\n", &out, races, runs), nil
}

// lines has a line for each value.
func lines[T any](values []T) ([]byte, error) {
	all := make([][]byte, len(values))
	for i, v := range values {
		var err error
		if all[i], err = json.Marshal(v); err != nil {
			return nil, err
		}
	}

	return bytes.Join(all, []byte(",\n    ")), nil
}
