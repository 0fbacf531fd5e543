package render_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/render"
)

// Any bytes through any door: no panic, and what is rendered keeps the promises of every rendering.
func FuzzRender(f *testing.F) {
	configurations := fuzzConfigurations(f)
	inputs, err := filepath.Glob(filepath.Join(cases, "*", "input.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	for i, input := range inputs {
		data, err := os.ReadFile(input)
		if err != nil {
			f.Fatal(err)
		}
		if len(data) < 1<<14 {
			f.Add(data, uint8(i), uint8(i))
		}
	}
	for _, document := range odd {
		f.Add([]byte(document), uint8(0), uint8(0))
	}
	f.Fuzz(func(t *testing.T, input []byte, door, configuration uint8) {
		// the mark of secrets may end up in a name, which is none
		s := scenario{input: bytes.ReplaceAll(input, []byte(secretMark), []byte("mule")), config: render.Config{
			Door: render.Door(door % 3), Image: "ghcr.io/helm-ferry/ferry-hook:test",
			Ferry: configurations[int(configuration)%len(configurations)],
		}}
		checkScenario(t, s)
	})
}

// fuzzConfigurations are those of the cases that can be loaded.
func fuzzConfigurations(f *testing.F) []*render.Document {
	f.Helper()
	files, err := filepath.Glob(filepath.Join(cases, "*", "ferry.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	var found []*render.Document
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		if loaded, err := config.Load("ferry.yaml", text); err == nil {
			found = append(found, &render.Document{Config: loaded, Text: text})
		}
	}
	return found
}
