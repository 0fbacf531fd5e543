package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// size is a number of documents, and how many times it is measured.
type size struct{ documents, rounds int }

var sizes = []size{{10, 25}, {300, 25}, {10_000, 5}}

// slow is how long a case may take to be run in every round; one that takes longer is run once.
const slow = 30 * time.Second

// command is a case with what it takes to run it.
type command struct {
	program string
	args    []string
	stdin   string
	proof   string // stands in what it writes; else it has not done its work
}

// measure runs all cases of all sizes in turn, round by round, so that what else the machine does
// meets all of them alike.
func (w *workshop) measure(ctx context.Context, progress io.Writer, sizes []size) ([]Series, error) {
	var all []Series
	for _, size := range sizes {
		for _, helm := range []string{"helm3", "helm4"} {
			began := time.Now()
			series, err := w.measureOne(ctx, helm, size)
			if err != nil {
				return nil, fmt.Errorf("%s, %d documents: %w", helm, size.documents, err)
			}
			fmt.Fprintf(progress, "%s, %d documents: measured in %.0f s\n", helm, size.documents, time.Since(began).Seconds())
			all = append(all, series...)
		}
	}

	return all, nil
}

func (w *workshop) measureOne(ctx context.Context, helm string, size size) ([]Series, error) {
	commands, err := w.commands(ctx, helm, size.documents)
	if err != nil {
		return nil, err
	}
	series := make([]Series, len(cases))
	for round := range size.rounds {
		for i, c := range cases {
			s := &series[i]
			s.Helm, s.Documents, s.Case = helm, size.documents, c
			if round > 0 && s.Seconds[0] > slow.Seconds() {
				continue
			}
			if err := w.time(ctx, commands[c], s); err != nil {
				return nil, fmt.Errorf("%s: %w", c, err)
			}
		}
	}

	return series, nil
}

// commands prepares a release of that many documents.
func (w *workshop) commands(ctx context.Context, helm string, documents int) (map[Case]command, error) {
	template := append([]string{"template", "bench", filepath.Join(w.dir, "chart")}, mix(documents)...)
	post := func(proof, renderer string, args ...string) command {
		all := slices.Concat(template, []string{"--post-renderer", renderer})
		for _, arg := range args {
			all = append(all, "--post-renderer-args", arg)
		}

		return command{program: w.programs[helm], args: all, stdin: os.DevNull, proof: proof}
	}
	const store, mirror, added = "name: bench-minio", "name: bench-mirror-offsite", "name: added-by-kustomize"
	overlay := filepath.Join(w.dir, fmt.Sprintf("overlay-%s-%d", helm, documents))
	if err := os.CopyFS(overlay, os.DirFS(filepath.Join(w.dir, "overlay"))); err != nil {
		return nil, err
	}
	manifests := filepath.Join(overlay, "manifests.yaml")
	if err := w.time(ctx, post(store, "tee", manifests), &Series{}); err != nil {
		return nil, fmt.Errorf("keep what Helm hands to a post-renderer: %w", err)
	}
	config := "--config=" + filepath.Join(w.dir, "ferry.yaml")
	renderer, door := w.ferry, []string{"post-render", config}
	if helm == "helm4" {
		renderer, door = "ferry-post-renderer", append(door, "--helm4")
	}

	return map[Case]command{
		Helm:          {program: w.programs[helm], args: template, stdin: os.DevNull, proof: store},
		HelmCat:       post(store, "cat"),
		HelmFerry:     post(mirror, renderer, config),
		HelmKustomize: post(added, "sh", filepath.Join(w.dir, "kustomize.sh")),
		Ferry:         {program: w.ferry, args: door, stdin: manifests, proof: mirror},
		Kustomize:     {program: w.programs["kustomize"], args: []string{"build", overlay}, stdin: os.DevNull, proof: added},
	}, nil
}

// mix has three documents for the store, and of the others two fifths Deployments and a fifth each of
// Services, ConfigMaps and custom resources.
func mix(documents int) []string {
	others := documents - 3
	fifth := others / 5

	return []string{"--set", fmt.Sprintf("deployments=%d,services=%[2]d,configMaps=%[2]d,customResources=%[2]d", others-3*fifth, fifth)}
}

// time runs a command once and adds what it took to a series.
func (w *workshop) time(ctx context.Context, c command, s *Series) error {
	rendered := filepath.Join(w.dir, "rendered.yaml")
	environment := w.environment()
	if c.program == w.programs["helm4"] {
		environment = append(environment, "HELM_PLUGINS="+filepath.Join(w.dir, "helm4"))
	}
	text, err := output(ctx, w.dir, environment, w.stopwatch, append([]string{c.stdin, rendered, c.program}, c.args...)...)
	if err != nil {
		return err
	}
	var took struct {
		Seconds    float64 `json:"seconds"`
		CPUSeconds float64 `json:"cpuSeconds"`
		PeakBytes  int64   `json:"peakBytes"`
	}
	if err := json.Unmarshal([]byte(text), &took); err != nil {
		return fmt.Errorf("read the stopwatch: %w", err)
	}
	data, err := os.ReadFile(rendered)
	if err != nil {
		return err
	}
	if !bytes.Contains(data, []byte(c.proof)) {
		return fmt.Errorf("%s has not written %q", filepath.Base(c.program), c.proof)
	}
	s.Seconds = append(s.Seconds, round(took.Seconds))
	s.CPUSeconds = append(s.CPUSeconds, round(took.CPUSeconds))
	s.PeakBytes = append(s.PeakBytes, took.PeakBytes)

	return nil
}

// round leaves tenths of a millisecond.
func round(seconds float64) float64 { return math.Round(seconds*1e4) / 1e4 }
