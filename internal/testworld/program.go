package testworld

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"text/template"
)

// Program returns the path of the pinned program of that name, which it builds
// if no earlier call did. Concurrent calls, also from other processes, build a
// program once; the others wait until ctx ends.
//
// The program lives in ${XDG_CACHE_HOME:-~/.cache}/ferry/tools, in a folder named
// after everything that decides its content, so that a changed pin, Go version
// or flag makes a new one.
func Program(ctx context.Context, name string) (string, error) {
	p, err := pinOf(name)
	if err != nil {
		return "", err
	}
	root, err := Root()
	if err != nil {
		return "", fmt.Errorf("find the pin of %s: %w", name, err)
	}
	cache, err := cacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache for %s: %w", name, err)
	}
	module := filepath.Join(root, "testdata", "tools", p.folder())
	sum, err := p.hash(module)
	if err != nil {
		return "", fmt.Errorf("read the pin of %s: %w", name, err)
	}
	dir := filepath.Join(cache, name+"-"+sum)
	path := filepath.Join(dir, name)
	if exists(path) {
		return path, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("prepare the cache for %s: %w", name, err)
	}
	unlock, err := Lock(ctx, filepath.Join(dir, "lock"))
	if err != nil {
		return "", fmt.Errorf("wait for another process that builds %s: %w", name, err)
	}
	defer unlock()
	if exists(path) {
		return path, nil
	}

	return path, p.build(ctx, module, path)
}

// build compiles p into path by way of a temporary file in the same folder.
func (p pin) build(ctx context.Context, module, path string) error {
	flags, err := p.linkerFlags(ctx, module)
	if err != nil {
		return err
	}
	part := path + ".part"
	if _, err := p.goTool(ctx, module, "build", "-trimpath", "-ldflags", stripped+flags, "-o", part, p.pkg); err != nil {
		return fmt.Errorf("build %s: %w", p.name, err)
	}
	if err := os.Rename(part, path); err != nil {
		return fmt.Errorf("put %s into the cache: %w", p.name, err)
	}

	return nil
}

// stripped leaves out symbols and debugging data, as releases do.
const stripped = "-s -w "

// linkerFlags are those that stamp the version.
func (p pin) linkerFlags(ctx context.Context, module string) (string, error) {
	version := func(dependency string) (string, error) {
		return p.goTool(ctx, module, "list", "-m", "-f", "{{.Version}}", dependency)
	}
	minor := func(dependency string) (string, error) {
		v, err := version(dependency)
		if err != nil {
			return "", err
		}
		_, rest, _ := strings.Cut(v, ".")
		number, _, _ := strings.Cut(rest, ".")

		return number, nil
	}
	t, err := template.New(p.name).Funcs(template.FuncMap{"version": version, "minor": minor}).Parse(p.stamp)
	if err != nil {
		return "", fmt.Errorf("parse the version stamp of %s: %w", p.name, err)
	}
	var stamp strings.Builder
	if err := t.Execute(&stamp, nil); err != nil {
		return "", fmt.Errorf("fill the version stamp of %s: %w", p.name, err)
	}

	return stamp.String(), nil
}

// hash covers what decides the content of the program.
func (p pin) hash(module string) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version(), runtime.GOOS, runtime.GOARCH, p.pkg, stripped+p.stamp, p.buildEnv())
	for _, name := range []string{"go.mod", "go.sum", "tools.go"} {
		content, err := os.ReadFile(filepath.Join(module, name))
		if err != nil {
			return "", err
		}
		fmt.Fprintln(h, name, len(content))
		h.Write(content)
	}

	return fmt.Sprintf("%x", h.Sum(nil)[:8]), nil
}

// buildEnv is set for every build, so that the caller's own flags do not decide
// what the cached program is.
func (p pin) buildEnv() []string {
	cgo := "CGO_ENABLED=0"
	if p.cgo {
		cgo = "CGO_ENABLED=1"
	}

	return []string{cgo, "GOFLAGS=-mod=readonly -buildvcs=false", "GOWORK=off"}
}

// goTool runs the go command in dir and returns what it prints, trimmed.
func (p pin) goTool(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), p.buildEnv()...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}

		return "", fmt.Errorf("go %s in %s: %w\n%s", args[0], dir, err, bytes.TrimSpace(stderr.Bytes()))
	}

	return strings.TrimSpace(stdout.String()), nil
}

func cacheDir() (string, error) {
	if dir := os.Getenv("XDG_CACHE_HOME"); dir != "" {
		return filepath.Join(dir, "ferry", "tools"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("%w, nor XDG_CACHE_HOME", err)
	}

	return filepath.Join(home, ".cache", "ferry", "tools"), nil
}

// Root is the folder of this module. It walks up from the working directory, which for a test is the
// folder of its package, to the folder that pins the programs.
func Root() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if exists(filepath.Join(dir, "go.mod")) && exists(filepath.Join(dir, "testdata", "tools")) {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no folder above %s has go.mod and testdata/tools", start)
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)

	return !errors.Is(err, fs.ErrNotExist)
}
