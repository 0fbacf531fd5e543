package render_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/golden"
	"github.com/helm-ferry/ferry/render"
)

// The folder of cases: list.txt names each with the behaviour that it shows.
const cases = "../testdata/render"

// options are the case.yaml of a case; a case without one goes through the door of Helm 3.
type options struct {
	Door  string       `json:"door"`
	Hooks render.Hooks `json:"hooks"`
}

// TestCases renders input.yaml of each folder with its ferry.yaml, if it has one, and compares with
// expected.yaml and results.txt, or with error.txt. A new case needs a folder and a line in
// list.txt; `go test ./render -update` writes what is expected.
func TestCases(t *testing.T) {
	listed := list(t)
	folders, err := filepath.Glob(filepath.Join(cases, "*", "input.yaml"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no cases below %s: %v", cases, err)
	}
	found := map[string]bool{}
	for _, input := range folders {
		name := filepath.Base(filepath.Dir(input))
		found[name] = true
		if listed[name] == "" {
			t.Errorf("case %s is not in list.txt", name)
		}
		t.Run(name, func(t *testing.T) { runCase(t, filepath.Dir(input)) })
	}
	for name := range listed {
		if !found[name] {
			t.Errorf("list.txt names %s, and there is no such case", name)
		}
	}
}

// list reads list.txt: a case and what it shows on each line.
func list(t *testing.T) map[string]string {
	t.Helper()
	listed := map[string]string{}
	for line := range strings.Lines(string(read(t, filepath.Join(cases, "list.txt")))) {
		name, behaviour, _ := strings.Cut(strings.TrimSpace(line), " ")
		listed[name] = strings.TrimSpace(behaviour)
	}
	return listed
}

func runCase(t *testing.T, folder string) {
	cfg, err := caseConfig(t, folder)
	input := read(t, filepath.Join(folder, "input.yaml"))
	var rendering *render.Rendering
	if err == nil {
		rendering, err = render.Render(t.Context(), input, cfg)
	}
	if err != nil {
		golden.Equal(t, filepath.Join(folder, "error.txt"), []byte(err.Error()+hint(err)+"\n"))
		return
	}
	output := rendering.Bytes()
	golden.Equal(t, filepath.Join(folder, "expected.yaml"), mask(t, output, cfg.Door))
	var results strings.Builder
	for _, result := range rendering.Results {
		results.WriteString(result.String() + "\n")
	}
	golden.Equal(t, filepath.Join(folder, "results.txt"), []byte(results.String()))
	checkInvariants(t, input, rendering, cfg)
}

func caseConfig(t *testing.T, folder string) (render.Config, error) {
	t.Helper()
	cfg := render.Config{Image: "ghcr.io/helm-ferry/ferry-hook:test"}
	if data, err := os.ReadFile(filepath.Join(folder, "case.yaml")); err == nil {
		var o options
		if err := yaml.UnmarshalStrict(data, &o); err != nil {
			t.Fatal(err)
		}
		doors := map[string]render.Door{"": render.Helm3, "helm3": render.Helm3, "helm4": render.Helm4, "krm": render.KRM}
		door, known := doors[o.Door]
		if !known {
			t.Fatalf("case.yaml: no door %q", o.Door)
		}
		cfg.Door, cfg.Hooks = door, o.Hooks
	}
	data, err := os.ReadFile(filepath.Join(folder, "ferry.yaml"))
	if errors.Is(err, fs.ErrNotExist) {
		return cfg, nil // the stream has the configuration
	}
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := config.Load("ferry.yaml", data)
	if err != nil {
		return cfg, err
	}
	cfg.Ferry = &render.Document{Config: loaded, Text: data}
	return cfg, nil
}

func hint(err error) string {
	if withHint, ok := err.(interface{ Hint() string }); ok && withHint.Hint() != "" {
		return "\nhint: " + withHint.Hint()
	}
	return ""
}

func mask(t *testing.T, output []byte, door render.Door) []byte {
	t.Helper()
	if door == render.KRM {
		return output // a list is one document of another kind; cases of this door hold no Secrets
	}
	masked, err := render.Mask(output)
	if err != nil {
		t.Fatal(err)
	}
	return masked
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
