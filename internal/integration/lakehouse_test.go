package integration

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/testworld"
)

const lakehouse = "../../charts/lakehouse"

// situations are the value files of the lakehouse: each is a situation of a release.
func situations(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(lakehouse, "ci", "*-values.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the lakehouse has no value files: %v", err)
	}
	return append(files, filepath.Join(lakehouse, "demo-values.yaml"))
}

// refused are the situations that this version renders nothing for, with what it says of them.
var refused = map[string]string{
	"snapshots":       "takes no snapshots", // a schedule that never runs is no backup
	"external-target": "name no Secret for external",
}

// TestLakehouse renders each situation of a release with the library chart through both Helms.
func TestLakehouse(t *testing.T) {
	for _, values := range situations(t) {
		name := strings.TrimSuffix(filepath.Base(values), "-values.yaml")
		t.Run(name, func(t *testing.T) {
			withHelms(t, func(t *testing.T, h helm) {
				plain := content(t, parse(t, h.mustRun(t, "template", "ilum", lakehouse, "-f", values)))
				output, err := h.run(t, "template", "ilum", lakehouse, "-f", values, "--post-renderer", h.postRenderer)
				if reason := refused[name]; reason != "" {
					if err == nil || !strings.Contains(err.Error(), reason) {
						t.Errorf("want a refusal that says %q, got %v", reason, err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				checkRelease(t, plain, output)
			})
		})
	}
}

// checkRelease demands every object of the chart, and of everything else that it is Ferry's.
func checkRelease(t *testing.T, plain map[string]any, output string) {
	t.Helper()
	stream := parse(t, output)
	rendered := content(t, stream)
	for title := range plain {
		if rendered[title] == nil {
			t.Errorf("%s of the chart is lost", title)
		}
	}
	for _, o := range stream.Objects() {
		if plain[o.Title()] == nil && o.Labels()["app.kubernetes.io/part-of"] != "ferry" {
			t.Errorf("%s is neither the chart's nor Ferry's", o.Title())
		}
		if o.Title() == "ConfigMap/ilum-ferry" && o.Annotations()["helm-ferry.dev/guard"] == "" {
			t.Error("Ferry has not marked the release: it was not there")
		}
	}
}

// TestInstallDryRun installs the demo on an API server without doing it: what Helm would store is what
// Helm would render, hooks aside, which Helm shows apart. Helm 3 needs a cluster even for a dry run on the client.
func TestInstallDryRun(t *testing.T) {
	cluster := testworld.StartAPIServer(t)
	values := filepath.Join(lakehouse, "demo-values.yaml")
	withHelms(t, func(t *testing.T, h helm) {
		h.env = append(h.env, "KUBECONFIG="+cluster.Kubeconfig)
		want := content(t, parse(t, h.mustRun(t, "template", "ilum", lakehouse, "-f", values, "--no-hooks", "--post-renderer", h.postRenderer)))
		for _, place := range []string{"client", "server"} {
			output := h.mustRun(t, "install", "ilum", lakehouse, "-f", values, "--dry-run="+place, "--post-renderer", h.postRenderer)
			_, manifests, _ := strings.Cut(output, "\nMANIFEST:\n")
			manifests, _, _ = strings.Cut(manifests, "\nNOTES:\n")
			if diff := cmp.Diff(titles(want), titles(content(t, parse(t, manifests)))); diff != "" {
				t.Errorf("--dry-run=%s: objects (-template +install):\n%s", place, diff)
			}
		}
	})
}

func titles(objects map[string]any) map[string]bool {
	found := map[string]bool{}
	for title := range objects {
		found[title] = true
	}
	return found
}
