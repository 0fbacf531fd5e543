package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"text/template"
)

//go:embed page.md.tmpl
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"count":  count,
	"ratio":  func(s, to Series) string { return times(median(s.Seconds) / median(to.Seconds)) },
	"memory": func(s, to Series) string { return times(float64(median(s.PeakBytes)) / float64(median(to.PeakBytes))) },
	"added":  func(s, to Series) string { return count(int(math.Round(s.added(to) * 1000))) },
	"ms":     func(seconds []float64) string { return readable(median(seconds)) },
	"spread": func(seconds []float64) string {
		return fmt.Sprintf("%s to %s", readable(slices.Min(seconds)), readable(slices.Max(seconds)))
	},
	"mib":     func(bytes []int64) string { return fmt.Sprintf("%s MiB", count(int(median(bytes)>>20))) },
	"gib":     func(bytes int64) string { return fmt.Sprintf("%d GiB", (bytes+1<<29)>>30) },
	"percent": func(share float64) string { return fmt.Sprintf("%.1f %%", share*100) },
	"nameOf":  nameOf,
}).Parse(pageText))

// view is what the page shows.
type view struct {
	Results
}

// Sizes are the numbers of documents, in the order of the run.
func (v view) Sizes() []int {
	var all []int
	for _, s := range v.Series {
		if !slices.Contains(all, s.Documents) {
			all = append(all, s.Documents)
		}
	}

	return all
}

// Helms are the programs.
func (v view) Helms() []string { return []string{helms[0].program, helms[1].program} }

// Of finds a series.
func (v view) Of(helm string, documents int, c string) Series { return v.of(helm, documents, Case(c)) }

// Verdicts are the targets.
func (v view) Verdicts() []Verdict { return v.judge() }

// Slow is when a case is run but once.
func (v view) Slow() string { return fmt.Sprintf("%.0f seconds", slow.Seconds()) }

// pageOf is docs/benchmarks.md.
func pageOf(results Results, races Races) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString(pageHead)
	if err := raceTemplate.Execute(&out, raceView{races}); err != nil {
		return nil, err
	}
	if err := pageTemplate.Execute(&out, view{results}); err != nil {
		return nil, err
	}

	return out.Bytes(), nil
}

func nameOf(program string) string {
	for _, h := range helms {
		if h.program == program {
			return h.name
		}
	}

	return program
}

// readable is a time with three digits or so.
func readable(seconds float64) string {
	switch {
	case seconds < 0.0995:
		return fmt.Sprintf("%.1f ms", seconds*1000)
	case seconds < 9.995:
		return fmt.Sprintf("%.0f ms", seconds*1000)
	default:
		return fmt.Sprintf("%.1f s", seconds)
	}
}

// count sets thousands apart.
func count(n int) string {
	if n >= 1000 {
		return fmt.Sprintf("%s\u00a0%03d", count(n/1000), n%1000)
	}

	return fmt.Sprint(n)
}

// writePage makes the page from what the files of results hold.
func writePage(root string) error {
	var results Results
	if err := readResults(filepath.Join(root, resultsFile), &results); err != nil {
		return err
	}
	races, err := readRaces(filepath.Join(root, racesFile))
	if err != nil {
		return err
	}

	return write(filepath.Join(root, pageFile), func() ([]byte, error) { return pageOf(results, races) })
}
