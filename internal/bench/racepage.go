package main

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"github.com/helm-ferry/ferry/internal/peers"
)

// pageHead is how the page begins.
const pageHead = "# Benchmarks\n\n" +
	"<!-- made from results/bench-mirror.json and results/bench-render.json by `make bench`: edit the templates in internal/bench -->\n\n" +
	"Ferry beside what people use in its place. Ratios first: they change less from one machine to the next than\ntimes do.\n\n"

//go:embed races.md.tmpl
var raceText string

var raceTemplate = template.Must(template.New("races").Funcs(template.FuncMap{
	"count":         count,
	"ms":            func(seconds []float64) string { return readable(median(seconds)) },
	"mib":           func(bytes []int64) string { return fmt.Sprintf("%s MiB", count(int(median(bytes)>>20))) },
	"gib":           func(bytes int64) string { return fmt.Sprintf("%d GiB", (bytes+1<<29)>>30) },
	"bytes":         func(bytes int64) string { return fmt.Sprintf("%s MiB", count(int(bytes>>20))) },
	"percent":       func(share float64) string { return fmt.Sprintf("%.0f %%", share*100) },
	"keys":          func(rates Rates) string { return millions(median(rates)) },
	"nameOfProgram": nameOfProgram,
	"title":         func(series string) string { return titles[series].title },
	"about":         func(series string) string { return titles[series].about },
	"per": func(series string) string {
		if series == parts {
			return "for a GB"
		}

		return "for an object"
	},
}).Parse(raceText))

// titles are what the series are called on the page.
var titles = map[string]struct{ title, about string }{
	cold:      {"Many small objects", "20 000 objects of 4 KiB into an empty bucket."},
	noop:      {"Nothing to do", "200 000 objects that are equal already, in folders of a thousand."},
	noopFlat:  {"Nothing to do, one folder", "200 000 objects that are equal already, all in one folder."},
	parts:     {"Large objects", "4 objects of 256 MiB that were written in parts of 16 MiB."},
	mebibytes: {"Objects of 1 MiB", "2 000 of them into an empty bucket."},
	fewKeys:   {"Few keys", "10 000 objects that are equal already: what Ferry takes by itself."},
	manyKeys:  {"Many keys", "A thousand times as many: memory does not grow with them."},
}

func nameOfProgram(name string) string {
	if name == peers.Ferry {
		return "Ferry"
	}

	return name
}

// raceView is what the page shows of the mirrors.
type raceView struct {
	Races
}

// SeriesNames are those with results, in the order of the courses.
func (v raceView) SeriesNames() []string {
	var names []string
	for _, race := range v.Races.Races {
		if !slices.Contains(names, race.Series) {
			names = append(names, race.Series)
		}
	}

	return names
}

// RacesOf are the races of a series.
func (v raceView) RacesOf(series string) []Race {
	var found []Race
	for _, race := range v.Races.Races {
		if race.Series == series {
			found = append(found, race)
		}
	}

	return found
}

// RunsOf are the runs of a race, the fastest first.
func (v raceView) RunsOf(race Race) []Run {
	var found []Run
	for _, run := range v.Runs {
		if run.Series == race.Series && run.Servers == race.Servers {
			found = append(found, run)
		}
	}
	slices.SortStableFunc(found, func(a, b Run) int {
		if wall(a) < wall(b) {
			return -1
		}

		return 1
	})

	return found
}

// Beside is the time of a run beside Ferry's.
func (v raceView) Beside(race Race, run Run) string {
	return ratioText(wall(run) / wall(v.of(race, ferry)))
}

// Each is the processor time for each object, or for each GB where objects are large.
func (v raceView) Each(race Race, run Run) string {
	if race.Series == parts {
		return fmt.Sprintf("%.2f s", cpu(run)/(float64(race.Bytes)/1e9))
	}

	return fmt.Sprintf("%.3f ms", cpu(run)/float64(race.Objects)*1000)
}

// Rounds is how many times each program ran.
func (v raceView) Rounds(race Race) int { return len(v.of(race, ferry).Seconds) }

// Verdicts are the targets.
func (v raceView) Verdicts() []Verdict { return v.judgeAll() }

// Missing are the courses that were never run.
func (v raceView) Missing() []string {
	var missing []string
	for _, c := range allCourses() {
		for _, r := range c.roads {
			if !slices.ContainsFunc(v.Races.Races, func(race Race) bool { return race.Series == c.series && race.Servers == r.String() }) {
				missing = append(missing, titles[c.series].title+", "+r.String())
			}
		}
	}

	return missing
}

// Only is what to hand to -only for all of this part.
func (v raceView) Only() string {
	var names []string
	for _, c := range allCourses() {
		names = append(names, c.series)
	}

	return strings.Join(append(names, seriesListing), ";")
}
