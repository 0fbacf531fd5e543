package testworld_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/testworld"
)

func TestVersions(t *testing.T) {
	tests := map[string]struct {
		path string
		args []string
		want string
	}{
		"helm3":          {testworld.Helm3(t), []string{"version", "--short"}, "v3.22.0"},
		"helm4":          {testworld.Helm4(t), []string{"version", "--short"}, "v4.3.1"},
		"kustomize":      {testworld.Kustomize(t), []string{"version"}, "v5.8.2"},
		"mc":             {testworld.MC(t), []string{"--version"}, "mc version"},
		"versitygw":      {build(t, "versitygw"), []string{"--version"}, "v1.8.0"},
		"minio":          {build(t, "minio"), []string{"--version"}, "minio version"},
		"etcd":           {build(t, "etcd"), []string{"--version"}, "3.6.8"},
		"kube-apiserver": {build(t, "kube-apiserver"), []string{"--version"}, "v1.36.3"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			out, err := exec.CommandContext(t.Context(), tt.path, tt.args...).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if !strings.Contains(string(out), tt.want) {
				t.Errorf("got %q, want it to contain %q", out, tt.want)
			}
		})
	}
}

// TestHelmCapabilities pins the Kubernetes version that a chart sees without a
// cluster: a Helm built without its release flags claims 1.20, and charts that
// ask for a newer one do not render.
func TestHelmCapabilities(t *testing.T) {
	chart := t.TempDir()
	write(t, filepath.Join(chart, "Chart.yaml"), "{apiVersion: v2, name: probe, version: 0.1.0, kubeVersion: '>=1.30.0-0'}\n")
	write(t, filepath.Join(chart, "templates", "kube.yaml"), "kube: {{ .Capabilities.KubeVersion }}\n")
	for name, helm := range map[string]string{"helm3": testworld.Helm3(t), "helm4": testworld.Helm4(t)} {
		out, err := exec.CommandContext(t.Context(), helm, "template", "probe", chart).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		if !strings.Contains(string(out), "kube: v1.37.0") {
			t.Errorf("%s renders %q", name, out)
		}
	}
}

func TestProgramIsBuiltOnce(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	first := build(t, "govulncheck")
	before, err := os.Stat(first)
	if err != nil {
		t.Fatal(err)
	}
	second := build(t, "govulncheck")
	after, err := os.Stat(second)
	if err != nil {
		t.Fatal(err)
	}
	if first != second || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("%s was built again as %s", first, second)
	}
	if filepath.Dir(filepath.Dir(first)) != filepath.Join(os.Getenv("XDG_CACHE_HOME"), "ferry", "tools") {
		t.Errorf("the program is in %s", first)
	}
}

func TestProgramErrors(t *testing.T) {
	t.Run("unknown name", func(t *testing.T) {
		_, err := testworld.Program(t.Context(), "helm2")
		if err == nil || !strings.Contains(err.Error(), `unknown program "helm2"`) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("build fails", func(t *testing.T) {
		broken := t.TempDir()
		write(t, filepath.Join(broken, "go.mod"), "module broken\n")
		tool := filepath.Join(broken, "testdata", "tools", "mc")
		write(t, filepath.Join(tool, "go.mod"), "module tools\n\ngo 1.26\n")
		write(t, filepath.Join(tool, "go.sum"), "")
		write(t, filepath.Join(tool, "tools.go"), "package tools\n")
		t.Setenv("XDG_CACHE_HOME", t.TempDir())
		t.Chdir(broken)
		_, err := testworld.Program(t.Context(), "mc")
		if err == nil || !strings.Contains(err.Error(), "build mc: go build in "+tool) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no module above", func(t *testing.T) {
		t.Chdir(t.TempDir())
		_, err := testworld.Program(t.Context(), "mc")
		if err == nil || !strings.Contains(err.Error(), "find the pin of mc: no folder above") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		t.Setenv("XDG_CACHE_HOME", t.TempDir())
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := testworld.Program(ctx, "mc"); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// TestEveryPinHasAModule keeps the list in Go and the folders in step.
func TestEveryPinHasAModule(t *testing.T) {
	modules, err := filepath.Glob("../../testdata/tools/*/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	var folders []string
	for _, path := range modules {
		folders = append(folders, filepath.Base(filepath.Dir(path)))
	}
	names := testworld.Programs()
	slices.Sort(names)
	if !slices.Equal(folders, names) {
		t.Errorf("folders %q, programs %q", folders, names)
	}
	readme, err := os.ReadFile("../../testdata/tools/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !strings.Contains(string(readme), "| "+name+" |") {
			t.Errorf("testdata/tools/README.md has no row for %s", name)
		}
	}
}

func build(t *testing.T, name string) string {
	t.Helper()
	path, err := testworld.Program(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}

	return path
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
