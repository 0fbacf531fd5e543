package main

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/peers"
	"github.com/helm-ferry/ferry/internal/testworld"
)

// TestRace has all programs copy a little between real servers.
func TestRace(t *testing.T) {
	testworld.Wide(t, "make bench")
	y, err := newYard(t.Context(), root, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	extra := []string{bareCopy, reference}
	for name, c := range map[string]course{
		"copies":        {series: cold, objects: 30, size: 100, rounds: 2, extra: extra, roads: []road{{minioServer, versityGW}}},
		"in memory":     {series: cold, objects: 30, size: 100, rounds: 1, extra: extra, roads: []road{{memoryServer, memoryServer}}},
		"equal there":   {series: noopFlat, objects: 1005, size: 64, equal: true, rounds: 1, roads: []road{{memoryServer, memoryServer}}},
		"parts there":   {series: parts, objects: 1, size: 12 << 20, part: 6 << 20, rounds: 1, roads: []road{{memoryServer, memoryServer}}},
		"parts":         {series: parts, objects: 1, size: 12 << 20, part: 5 << 20, rounds: 1, roads: []road{{minioServer, minioServer}}},
		"nothing to do": {series: noop, objects: 1005, size: 64, equal: true, rounds: 1, roads: []road{{minioServer, minioServer}}},
	} {
		t.Run(name, func(t *testing.T) {
			var progress bytes.Buffer
			race, runs, err := y.race(t.Context(), &progress, c, c.roads[0])
			if err != nil {
				t.Fatal(err)
			}
			if race.Objects != c.objects || race.Bytes != c.bytes() || len(runs) != 3+len(c.extra) {
				t.Errorf("got %+v and %d runs", race, len(runs))
			}
			for _, run := range runs {
				if len(run.Seconds) != c.rounds || len(run.CPUSeconds) != c.rounds || slices.Min(run.Seconds) <= 0 || peak(run) < 5<<20 {
					t.Errorf("not %d runs: %+v", c.rounds, run)
				}
			}
			if !strings.Contains(progress.String(), race.Servers) {
				t.Errorf("progress: %s", &progress)
			}
		})
	}
}

// TestFlatMemory has ferry itself compare buckets of unlike sizes.
func TestFlatMemory(t *testing.T) {
	testworld.Wide(t, "TestFlatMemory of the engine")
	y, err := newYard(t.Context(), root, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var races Races
	for _, c := range allCourses() {
		if c.series != fewKeys && c.series != manyKeys {
			continue
		}
		c.objects, c.rounds = min(c.objects, 500_000), 3
		race, runs, err := y.race(t.Context(), io.Discard, c, c.roads[0])
		if err != nil {
			t.Fatal(err)
		}
		races.replace(race, runs)
	}
	for _, v := range races.judgeAll() {
		t.Log(v)
		if !v.Met {
			t.Errorf("%s: %s", v.Target, v.Result)
		}
	}
	if len(races.judgeAll()) != 1 {
		t.Errorf("targets: %v", races.judgeAll())
	}
}

// TestRaceNoticesIdlePrograms: a program that copies nothing would be the fastest.
func TestRaceNoticesIdlePrograms(t *testing.T) {
	testworld.Wide(t, "make bench")
	server := testworld.StartMinIO(t)
	c := course{objects: 3, size: 10}
	if err := c.fill(t.Context(), server); err != nil {
		t.Fatal(err)
	}
	if err := c.check(t.Context(), server); err != nil {
		t.Errorf("what is complete: %v", err)
	}
	c.objects++
	if err := c.check(t.Context(), server); err == nil || !strings.Contains(err.Error(), "3 objects") {
		t.Errorf("what is not complete: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.check(ended, server); err == nil {
		t.Error("an interrupted check says that all is there")
	}
}

func TestProfileShowsFunctions(t *testing.T) {
	text := "File: engine\nType: cpu\nTime: 2026-11-21 06:00:00 UTC\nDuration: 1s\nShowing nodes accounting for 1s, 90%\n  flat  flat%\n  0.5s    50%  crypto/md5.block\n"
	want := []string{"Showing nodes accounting for 1s, 90%", "  flat  flat%", "  0.5s    50%  crypto/md5.block"}
	if diff := cmp.Diff(want, table(text)); diff != "" {
		t.Error(diff)
	}
}

func TestRates(t *testing.T) {
	text := `goos: linux
BenchmarkPage/own      	    2064	    583041 ns/op	 586.52 MB/s	   1715191 keys/s	   16435 B/op	       2 allocs/op
BenchmarkPage/minio-go 	      55	  21044443 ns/op	  16.25 MB/s	     47518 keys/s	 4016616 B/op	   54034 allocs/op
BenchmarkPage/own      	    2064	    583041 ns/op	 586.52 MB/s	   1700000 keys/s	   16435 B/op	       2 allocs/op
`
	got, err := rates(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]Rates{scanOwn: {1715191, 1700000}, scanXML: {47518}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestOrder(t *testing.T) {
	for only, want := range map[string]string{
		"":                    "render listing cold no-op no-op, flat parts mebibytes 10 000 keys 10 million keys",
		"no-op, flat;listing": "listing no-op, flat",
		"render":              "render",
		"fast":                "there is no series \"fast\"",
	} {
		what, err := orderOf(only, false)
		var got []string
		if what.render {
			got = append(got, seriesRender)
		}
		if what.listing {
			got = append(got, seriesListing)
		}
		for _, c := range what.courses {
			got = append(got, c.series)
		}
		if err != nil {
			got = []string{err.Error()}
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%q: %s", only, diff)
		}
	}
	quick, err := orderOf("", true)
	if err != nil || quick.render || quick.courses[0].objects != 1000 || quick.courses[0].rounds != 1 {
		t.Errorf("quick: %+v, %v", quick, err)
	}
}

// TestResultsAreReplacedBySeries: what was measured again takes the place of what was, and nothing else.
func TestResultsAreReplacedBySeries(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.json")
	measured := func(series string, seconds float64) Races {
		return Races{
			Races: []Race{{Series: series, Servers: realServers}},
			Runs:  []Run{{Series: series, Servers: realServers, Program: ferry, Seconds: []float64{seconds}}},
		}
	}
	first := measured(mebibytes, 1)
	first.Scanner = map[string]Rates{scanOwn: {1e6}}
	for _, r := range []Races{first, measured(cold, 2), measured(mebibytes, 3)} {
		if err := r.keep(path); err != nil {
			t.Fatal(err)
		}
	}
	got, err := readRaces(path)
	if err != nil {
		t.Fatal(err)
	}
	want := measured(cold, 2)
	want.Races = append(want.Races, measured(mebibytes, 3).Races...)
	want.Runs = append(want.Runs, measured(mebibytes, 3).Runs...)
	want.Scanner = first.Scanner
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestGoals(t *testing.T) {
	run := func(program string, seconds, cpu float64, mib int64) Run {
		return Run{Program: program, Seconds: []float64{seconds}, CPUSeconds: []float64{cpu}, PeakBytes: []int64{mib << 20}}
	}
	for name, tt := range map[string]struct {
		race   Race
		ferry  Run
		missed []string
	}{
		"cold, met":       {Race{Series: cold, Servers: realServers, Objects: 1000}, run(ferry, 4, 0.12, 1), nil},
		"cold, missed":    {Race{Series: cold, Servers: realServers, Objects: 1000}, run(ferry, 9.5, 0.13, 1), []string{"1.15 times", "0.12 ms", "bare"}},
		"cold, slowest":   {Race{Series: cold, Servers: "MinIO to versitygw", Objects: 1000}, run(ferry, 11, 9, 1), []string{"best"}},
		"memory, missed":  {Race{Series: cold, Servers: inMemory, Objects: 1000}, run(ferry, 8, 9, 1), []string{"driver"}},
		"no-op, met":      {Race{Series: noop, Servers: realServers}, run(ferry, 8, 2, 1), nil},
		"no-op, missed":   {Race{Series: noopFlat, Servers: realServers}, run(ferry, 8.1, 2.1, 1), []string{"0.8", "processor"}},
		"no-op in memory": {Race{Series: noopFlat, Servers: inMemory}, run(ferry, 2.1, 2, 1), []string{"a fifth of the time"}},
		"parts, met":      {Race{Series: parts, Servers: realServers, Bytes: 1e9}, run(ferry, 10, 0.5, 64), nil},
		"parts, missed":   {Race{Series: parts, Servers: realServers, Bytes: 1e9}, run(ferry, 10.1, 0.6, 65), []string{"0.5 s", "64 MiB", "best"}},
	} {
		t.Run(name, func(t *testing.T) {
			runs := []Run{tt.ferry, run(peers.MC, 20, 10, 1), run(peers.Rclone, 10, 20, 1), run(bareCopy, 9, 1, 1), run(reference, 15, 1, 1)}
			for i := range runs {
				runs[i].Series, runs[i].Servers = tt.race.Series, tt.race.Servers
			}
			var missed []string
			for _, v := range (Races{Runs: runs}).judge(tt.race) {
				if !v.Met {
					missed = append(missed, v.Target)
				}
			}
			if len(missed) != len(tt.missed) {
				t.Fatalf("missed: %q", missed)
			}
			for _, part := range tt.missed {
				if !slices.ContainsFunc(missed, func(text string) bool { return strings.Contains(text, part) }) {
					t.Errorf("%q is not among %q", part, missed)
				}
			}
		})
	}
}
