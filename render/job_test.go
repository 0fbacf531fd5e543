package render_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/render"
)

// jobName renders the first pass of a migration with a configuration and returns the Job's name.
func jobName(t *testing.T, text []byte) string {
	t.Helper()
	loaded, err := config.Load("ferry.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	input := read(t, filepath.Join(cases, "migration-first-pass", "input.yaml"))
	rendering, err := render.Render(t.Context(), input, render.Config{Image: "ferry-hook", Ferry: &render.Document{Config: loaded, Text: text}})
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range rendering.Added() {
		if o := document.Objects()[0]; o.Kind == "Job" {
			return o.Name
		}
	}
	t.Fatal("no Job is added")
	return ""
}

// The template of a Job cannot be changed: what the Job does must be in its name, the configuration
// that it mounts included.
func TestJobIsNamedByWhatItDoes(t *testing.T) {
	text := read(t, filepath.Join(cases, "migration-first-pass", "ferry.yaml"))
	names := map[string]string{}
	for what, text := range map[string][]byte{
		"as it is":              text,
		"another image":         append(bytes.Clone(text), "  image: other\n"...),
		"something it mounts":   append(bytes.Clone(text), "  objectStorage: {defaultBuckets: [files]}\n"...),
		"something of its pods": append(bytes.Clone(text), "  podTemplate: {spec: {priorityClassName: low}}\n"...),
	} {
		name := jobName(t, text)
		if other := names[name]; other != "" {
			t.Errorf("the Job is called %s with %s and with %s", name, what, other)
		}
		names[name] = what
		if name != jobName(t, text) || !strings.HasPrefix(name, "shop-migration-minio-to-rustfs-") {
			t.Errorf("%s: the name is %s", what, name)
		}
	}
}
