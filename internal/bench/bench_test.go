package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/golden"
	"github.com/helm-ferry/ferry/internal/testworld"
)

const root = "../.."

// TestPageIsMadeFromTheResults is what keeps a number from being written by hand.
func TestPageIsMadeFromTheResults(t *testing.T) {
	var results Results
	var races Races
	texts := [][]byte{
		unchanged(t, resultsFile, &results),
		unchanged(t, racesFile, &races),
	}
	page, err := pageOf(results, races)
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, filepath.Join(root, pageFile), page)
	for _, program := range []string{results.Programs["helm3"], results.Programs["helm4"], results.Programs["kustomize"], races.Programs["mc"], races.Programs["rclone"]} {
		if !strings.HasPrefix(program, "v") {
			t.Errorf("a version is %q", program)
		}
	}
	for _, private := range []string{"/tmp", "/home", "/root", hostname(t)} {
		if bytes.Contains(bytes.Join(texts, nil), []byte(private)) {
			t.Errorf("the results name %q", private)
		}
	}
}

// TestWhatIsMissingIsSaid keeps a course that was never run from being forgotten.
func TestWhatIsMissingIsSaid(t *testing.T) {
	var races, all Races
	for _, c := range allCourses() {
		for _, r := range c.roads {
			all.Races = append(all.Races, Race{Series: c.series, Servers: r.String()})
		}
	}
	missing := (raceView{races}).Missing()
	if len(missing) != len(all.Races) || missing[0] != "Many small objects, MinIO to MinIO" {
		t.Errorf("nothing is measured, and missing are %q", missing)
	}
	if missing := (raceView{all}).Missing(); len(missing) > 0 {
		t.Errorf("all is measured, and missing are %q", missing)
	}
}

// unchanged reads a file of results, which is as it would be written again.
func unchanged(t *testing.T, name string, into interface{ encode() ([]byte, error) }) []byte {
	t.Helper()
	path := filepath.Join(root, name)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := readResults(path, into); err != nil {
		t.Fatal(err)
	}
	again, err := into.encode()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(text), string(again)); diff != "" {
		t.Errorf("%s is not as it was written (-file +written):\n%s", name, diff)
	}

	return text
}

// hostname is this machine's, in quotes, since a short one may be part of any word.
func hostname(t *testing.T) string {
	t.Helper()
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}

	return `"` + name + `"`
}

// TestMeasure runs every case once, with the real programs.
func TestMeasure(t *testing.T) {
	testworld.Wide(t, "make bench")
	for _, program := range []string{"helm3", "helm4", "kustomize"} {
		if _, err := testworld.Program(t.Context(), program); err != nil {
			t.Fatal(err)
		}
	}
	shop, err := newWorkshop(t.Context(), root, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var progress bytes.Buffer
	series, err := shop.measure(t.Context(), &progress, []size{{documents: 20, rounds: 2}})
	if err != nil {
		t.Fatal(err)
	}
	if want := len(helms) * len(cases); len(series) != want {
		t.Fatalf("%d series, want %d", len(series), want)
	}
	for _, s := range series {
		if len(s.Seconds) != 2 || min(s.Seconds[0], s.Seconds[1]) <= 0 || len(s.CPUSeconds) != 2 || len(s.PeakBytes) != 2 {
			t.Errorf("%s, %s: not two runs: %+v", s.Helm, s.Case, s)
		}
		if peak := median(s.PeakBytes); peak < 5<<20 || peak > 1<<30 {
			t.Errorf("%s, %s: a peak of %d bytes", s.Helm, s.Case, peak)
		}
	}
	for _, helm := range []string{"helm3", "helm4"} {
		text, err := os.ReadFile(filepath.Join(shop.dir, "overlay-"+helm+"-20", "manifests.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if kinds := bytes.Count(text, []byte("\nkind: ")); kinds != 20 {
			t.Errorf("%s renders %d documents, want 20", helm, kinds)
		}
	}
}

// TestMeasureNoticesIdleRuns: a program that does nothing would be the fastest.
func TestMeasureNoticesIdleRuns(t *testing.T) {
	testworld.Wide(t, "make bench")
	shop, err := newWorkshop(t.Context(), root, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var s Series
	if err := shop.time(t.Context(), command{program: "true", stdin: os.DevNull, proof: "name: "}, &s); err == nil {
		t.Error("a run that wrote nothing counts")
	}
	err = shop.time(t.Context(), command{program: "sh", args: []string{"-c", "echo lost at sea >&2; exit 3"}, stdin: os.DevNull}, &s)
	if err == nil || !strings.Contains(err.Error(), "lost at sea") {
		t.Errorf("the error of a program is %v", err)
	}
	if len(s.Seconds) != 0 {
		t.Errorf("counted: %+v", s)
	}
}

func TestUsage(t *testing.T) {
	var out bytes.Buffer
	if code := run(t.Context(), t.TempDir(), &out, &out, []string{"-fast"}); code != 2 || !strings.Contains(out.String(), "-check") {
		t.Errorf("exit code %d:\n%s", code, &out)
	}
}

func TestJudge(t *testing.T) {
	// one run of each case takes as long as its row says
	results := func(ferry300, helmFerry300, kustomize10000 float64, kustomizeBytes int64) Results {
		var r Results
		for _, h := range helms {
			for _, s := range []Series{
				{Documents: 300, Case: Helm, Seconds: []float64{0.1}},
				{Documents: 300, Case: HelmCat, Seconds: []float64{0.1}},
				{Documents: 300, Case: HelmFerry, Seconds: []float64{helmFerry300}},
				{Documents: 300, Case: Ferry, Seconds: []float64{ferry300}},
				{Documents: 10_000, Case: Ferry, Seconds: []float64{1}, PeakBytes: []int64{100}},
				{Documents: 10_000, Case: Kustomize, Seconds: []float64{kustomize10000}, PeakBytes: []int64{kustomizeBytes}},
			} {
				s.Helm = h.program
				r.Series = append(r.Series, s)
			}
		}

		return r
	}
	for name, tt := range map[string]struct {
		results Results
		missed  []string // parts of the targets, for each Helm
	}{
		"all met":         {results(0.08, 0.179, 5, 101), nil},
		"adds too much":   {results(0.08, 0.181, 5, 101), []string{"adds at most"}},
		"alone too slow":  {results(0.081, 0.1, 5, 101), []string{"alone takes"}},
		"not much faster": {results(0.01, 0.1, 4.9, 101), []string{"times faster"}},
		"not smaller":     {results(0.01, 0.1, 5, 100), []string{"less memory"}},
		"not measured":    {Results{}, []string{"times faster", "less memory"}},
	} {
		t.Run(name, func(t *testing.T) {
			var missed []string
			for _, v := range tt.results.judge() {
				if strings.HasPrefix(v.String(), "MISS") == v.Met {
					t.Errorf("%q is met: %v", v, v.Met)
				}
				if !v.Met {
					missed = append(missed, v.Target)
				}
			}
			if len(missed) != len(helms)*len(tt.missed) {
				t.Fatalf("missed: %q", missed)
			}
			for _, part := range tt.missed {
				if strings.Count(strings.Join(missed, "\n"), part) != len(helms) {
					t.Errorf("%q is not among %q", part, missed)
				}
			}
		})
	}
}

func TestAddedIsTheMedianOfDifferencesWithinRounds(t *testing.T) {
	with := Series{Seconds: []float64{0.3, 1.2, 0.4}} // the second round was disturbed, with and without
	without := Series{Seconds: []float64{0.2, 1.1, 0.35, 0.2}}
	if diff := cmp.Diff("100 ms", milliseconds(with.added(without))); diff != "" {
		t.Error(diff)
	}
	if got := (Series{}).added(without); got != 0 {
		t.Errorf("without runs it is %v", got)
	}
}

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		values []int64
		want   int64
	}{{nil, 0}, {[]int64{7}, 7}, {[]int64{9, 1, 5}, 5}, {[]int64{9, 1, 5, 7}, 6}} {
		if got := median(tt.values); got != tt.want {
			t.Errorf("median of %v is %d, want %d", tt.values, got, tt.want)
		}
	}
}

func TestOthers(t *testing.T) {
	earlier := usage{all: 100, busy: 50, own: 20}
	for name, tt := range map[string]struct {
		now  usage
		want float64
	}{
		"nobody else":           {usage{all: 120, busy: 60, own: 30}, 0},
		"a quarter":             {usage{all: 120, busy: 65, own: 30}, 0.25},
		"more than can be told": {usage{all: 120, busy: 60, own: 31}, 0},
		"no time has passed":    {earlier, 0},
	} {
		if got := tt.now.others(earlier); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestMix(t *testing.T) {
	want := []string{"--set", "deployments=121,services=59,configMaps=59,customResources=59"}
	if diff := cmp.Diff(want, mix(301)); diff != "" {
		t.Error(diff)
	}
}

func TestNumbersAreReadable(t *testing.T) {
	for got, want := range map[string]string{
		count(10): "10", count(300): "300", count(10_000): "10\u00a0000", count(1_000_005): "1\u00a0000\u00a0005",
		times(0.96): "1.0×", times(4.9): "4.9×", times(6.78): "6.8×", times(123.4): "123×",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestWriteNamesTheFile(t *testing.T) {
	err := write("docs/page.md", func() ([]byte, error) { return nil, errors.New("no ink") })
	if diff := cmp.Diff("make docs/page.md: no ink", err.Error()); diff != "" {
		t.Error(diff)
	}
}
