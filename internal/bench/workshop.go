package main

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// files are the chart, and what each renderer makes of it.
//
//go:embed files
var files embed.FS

// workshop is a folder with everything that is run.
type workshop struct {
	dir       string
	programs  map[string]string // paths of helm3, helm4, kustomize
	versions  map[string]string
	ferry     string
	stopwatch string
}

// newWorkshop sets dir up; root is the repository, from which Ferry is built as `make build` does it.
func newWorkshop(ctx context.Context, root, dir string) (*workshop, error) {
	w := &workshop{
		dir: dir, programs: map[string]string{}, versions: map[string]string{},
		ferry:     filepath.Join(dir, "bin", runtime.GOOS+"-"+runtime.GOARCH, "ferry"),
		stopwatch: filepath.Join(dir, "stopwatch"),
	}
	content, err := fs.Sub(files, "files")
	if err != nil {
		return nil, err
	}
	if err := os.CopyFS(dir, content); err != nil {
		return nil, fmt.Errorf("lay out the chart: %w", err)
	}
	for name, ask := range map[string][]string{
		"helm3": {"version", "--template", "{{.Version}}"}, "helm4": {"version", "--template", "{{.Version}}"}, "kustomize": {"version"},
	} {
		if w.programs[name], err = testworld.Program(ctx, name); err != nil {
			return nil, err
		}
		if w.versions[name], err = output(ctx, dir, w.environment(), w.programs[name], ask...); err != nil {
			return nil, err
		}
	}
	for path, pkg := range map[string]string{w.ferry: "./cmd/ferry", w.stopwatch: "./internal/bench/stopwatch"} {
		environment := append(os.Environ(), "CGO_ENABLED=0")
		if _, err := output(ctx, root, environment, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, pkg); err != nil {
			return nil, err
		}
	}
	// for systems that the plugin does not name
	if err := os.Symlink(w.ferry, filepath.Join(dir, "bin", "ferry")); err != nil {
		return nil, fmt.Errorf("lay out the plugin: %w", err)
	}

	return w, w.layPlugins(root)
}

// layPlugins makes the post-renderers that Helm 4 finds: Ferry's own, and one for each program that
// Helm 3 finds on PATH.
func (w *workshop) layPlugins(root string) error {
	folder := filepath.Join(w.dir, "helm4")
	if err := os.CopyFS(folder, os.DirFS(filepath.Join(root, "helm4"))); err != nil {
		return fmt.Errorf("lay out the plugin: %w", err)
	}
	for _, program := range []string{"cat", "tee", "sh"} {
		text := fmt.Sprintf(`apiVersion: v1
type: postrenderer/v1
name: %[1]s
version: 0.1.0
runtime: subprocess
runtimeConfig:
  platformCommand:
  - command: %[1]s
`, program)
		if err := os.Mkdir(filepath.Join(folder, program), 0o755); err != nil {
			return fmt.Errorf("lay out the plugin %s: %w", program, err)
		}
		if err := os.WriteFile(filepath.Join(folder, program, "plugin.yaml"), []byte(text), 0o644); err != nil {
			return fmt.Errorf("lay out the plugin %s: %w", program, err)
		}
	}

	return nil
}

// environment hides the user's own Helm.
func (w *workshop) environment() []string {
	home := filepath.Join(w.dir, "home")

	return []string{
		"PATH=" + os.Getenv("PATH"), "TMPDIR=" + w.dir, "HOME=" + home, "KUBECONFIG=" + filepath.Join(home, "none"),
		"HELM_CACHE_HOME=" + home, "HELM_CONFIG_HOME=" + home, "HELM_DATA_HOME=" + home,
		"KUSTOMIZE=" + w.programs["kustomize"], "OVERLAY=" + filepath.Join(w.dir, "overlay"),
	}
}

// output runs a program and returns what it prints. The error has what it says.
func output(ctx context.Context, dir string, environment []string, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = dir, environment
	endWhole(cmd)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", filepath.Base(program), strings.Join(args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}

	return strings.TrimSpace(stdout.String()), nil
}
