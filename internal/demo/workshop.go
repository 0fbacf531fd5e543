package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// workshop has the programs of the demo.
type workshop struct {
	root         string // of the repository
	dir          string // temporary
	helm3, helm4 string
	hook         string // ferry-hook, with ferry beside it
	plugins      string // folder with the post-renderer for Helm 4
}

func newWorkshop(ctx context.Context, s stage, dir string) (*workshop, error) {
	root, err := output(ctx, ".", nil, "go", "list", "-m", "-f", "{{.Dir}}")
	if err != nil {
		return nil, fmt.Errorf("find the repository: %w", err)
	}
	w := &workshop{root: strings.TrimSpace(root), dir: dir}
	for _, program := range []struct{ name, title, takes string }{
		{"helm3", "Helm 3", "a minute"}, {"helm4", "Helm 4", "a minute"},
		{"minio", "MinIO", "two minutes"}, {"versitygw", "Versity S3 Gateway", "half a minute"},
	} {
		path, err := s.build(ctx, program.name, program.title, program.takes)
		if err != nil {
			return nil, err
		}
		switch program.name {
		case "helm3":
			w.helm3 = path
		case "helm4":
			w.helm4 = path
		}
	}
	began := time.Now()
	if err := w.install(ctx); err != nil {
		return nil, err
	}
	s.say("%-20s built in %.1f s", "ferry, ferry-hook", time.Since(began).Seconds())
	return w, nil
}

// build returns a program, and says so when that takes long: only the first time it does.
func (s stage) build(ctx context.Context, name, title, takes string) (string, error) {
	began := time.Now()
	patience := time.AfterFunc(time.Second, func() {
		s.note("building %s: this happens once and takes about %s on two cores …", title, takes)
	})
	defer patience.Stop()
	path, err := testworld.Program(ctx, name)
	if err != nil {
		return "", err
	}
	how := "in the cache"
	if took := time.Since(began); took > time.Second {
		how = fmt.Sprintf("built in %.0f s", took.Seconds())
	}
	s.say("%-20s %s", title, how)
	return path, nil
}

// install builds Ferry and lays it out as the plugin is installed.
func (w *workshop) install(ctx context.Context) error {
	plugin := filepath.Join(w.dir, "plugin")
	bin := filepath.Join(plugin, "bin", runtime.GOOS+"-"+runtime.GOARCH)
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return fmt.Errorf("lay out the plugin: %w", err)
	}
	environment := append(os.Environ(), "CGO_ENABLED=0")
	if _, err := output(ctx, w.root, environment, "go", "build", "-o", bin+string(filepath.Separator), "./cmd/ferry", "./cmd/ferry-hook"); err != nil {
		return err
	}
	w.hook = filepath.Join(bin, "ferry-hook")
	w.plugins = filepath.Join(plugin, "helm4")
	// for systems that the plugin does not name
	if err := os.Symlink(filepath.Join(bin, "ferry"), filepath.Join(plugin, "bin", "ferry")); err != nil {
		return fmt.Errorf("lay out the plugin: %w", err)
	}
	if err := os.CopyFS(w.plugins, os.DirFS(filepath.Join(w.root, "helm4"))); err != nil {
		return fmt.Errorf("lay out the plugin for Helm 4: %w", err)
	}
	return nil
}

// output runs a program and returns what it prints. The error has what it says.
func output(ctx context.Context, dir string, environment []string, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = dir, environment
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", filepath.Base(program), strings.Join(args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return stdout.String(), nil
}
