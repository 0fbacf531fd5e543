package testworld_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
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
		"kubectl":        {testworld.Kubectl(t), []string{"version", "--client"}, "v1.36.3"},
		"mc":             {testworld.MC(t), []string{"--version"}, "mc version"},
		"rclone":         {testworld.Rclone(t), []string{"version"}, "rclone v1.75.1"},
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

// TestProgramIsBuiltOnce counts the calls of the compiler while several callers
// want a program that nobody has built.
func TestProgramIsBuiltOnce(t *testing.T) {
	cache := emptyCache(t)
	t.Chdir(fakeModule(t, map[string]string{
		"go.mod":     "module tools\n\ngo 1.26\n\nrequire github.com/minio/mc v0.0.0\n\nreplace github.com/minio/mc => ./mc\n",
		"mc/go.mod":  "module github.com/minio/mc\n\ngo 1.26\n",
		"mc/main.go": "package main\n\nfunc main() { println(\"the fake one\") }\n",
	}))
	calls := countGo(t)
	var group sync.WaitGroup
	paths := make([]string, 4)
	for i := range paths {
		group.Go(func() { paths[i], _ = testworld.Program(t.Context(), "mc") })
	}
	group.Wait()
	path := build(t, "mc")
	other := func(p string) bool { return p != path }
	if slices.ContainsFunc(paths, other) || filepath.Dir(filepath.Dir(path)) != filepath.Join(cache, "ferry", "tools") {
		t.Errorf("got the paths %q and %q", paths, path)
	}
	if got := calls(); got != 1 {
		t.Errorf("the compiler ran %d times", got)
	}
	out, err := exec.CommandContext(t.Context(), path).CombinedOutput()
	if err != nil || string(out) != "the fake one\n" {
		t.Errorf("the program says %q, %v", out, err)
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
		emptyCache(t)
		broken := fakeModule(t, map[string]string{"go.mod": "module tools\n\ngo 1.26\n"})
		t.Chdir(broken)
		_, err := testworld.Program(t.Context(), "mc")
		want := "build mc: go build in " + filepath.Join(broken, "testdata", "tools", "mc")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
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
		emptyCache(t)
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
	pinned := testworld.Modules()
	slices.Sort(pinned)
	if pinned = slices.Compact(pinned); !slices.Equal(folders, pinned) {
		t.Errorf("folders %q, pinned %q", folders, pinned)
	}
	readme, err := os.ReadFile("../../testdata/tools/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range testworld.Programs() {
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

// emptyCache makes Program forget what is built; the compiler keeps its memory.
func emptyCache(t *testing.T) string {
	t.Helper()
	compiled, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	cache := t.TempDir()
	t.Setenv("GOCACHE", strings.TrimSpace(string(compiled)))
	t.Setenv("XDG_CACHE_HOME", cache)

	return cache
}

// fakeModule returns a module in which the files pin the program mc.
func fakeModule(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	tool := filepath.Join(root, "testdata", "tools", "mc")
	write(t, filepath.Join(root, "go.mod"), "module fake\n")
	write(t, filepath.Join(tool, "go.sum"), "")
	write(t, filepath.Join(tool, "tools.go"), "package tools\n")
	for name, content := range files {
		write(t, filepath.Join(tool, name), content)
	}

	return root
}

// countGo puts a go command before the real one, and returns how often it was
// asked to build.
func countGo(t *testing.T) func() int {
	t.Helper()
	compiler, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	write(t, filepath.Join(dir, "go"), "#!/bin/sh\necho \"$1\" >>'"+log+"'\nexec '"+compiler+"' \"$@\"\n")
	if err := os.Chmod(filepath.Join(dir, "go"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))

	return func() int {
		content, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}

		return strings.Count(string(content), "build\n")
	}
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
