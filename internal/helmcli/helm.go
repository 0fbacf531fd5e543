package helmcli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Helm is a Helm that can be run.
type Helm struct {
	// Path is its executable.
	Path string
	Version
	// Env is added to the environment of this process.
	Env []string
}

// versionTimeout bounds the question for the version.
const versionTimeout = 30 * time.Second

// outputTimeout bounds what Helm is asked for; charts may be fetched for it.
const outputTimeout = 5 * time.Minute

// grace is how long Helm may take to end after it was told to.
const grace = 5 * time.Minute

// ErrNotFound says that there is no Helm.
var ErrNotFound = errors.New("there is no Helm")

// Find asks a Helm for its version. The path is looked for in PATH if it is a plain name.
func Find(ctx context.Context, path string) (Helm, error) {
	h := Helm{Path: path}
	ctx, cancel := context.WithTimeout(ctx, versionTimeout)
	defer cancel()
	answer, err := h.Output(ctx, "version", "--template", "{{.Version}}")
	if err != nil {
		return Helm{}, err
	}
	if h.Version, err = ParseVersion(string(answer)); err != nil {
		return Helm{}, fmt.Errorf("ask %s for its version: %w", path, err)
	}
	if h.Major != 3 && h.Major != 4 {
		return Helm{}, fmt.Errorf("%s is Helm %s: Ferry works with Helm 3 and Helm 4", path, h.Version)
	}
	return h, nil
}

// Output runs Helm and returns what it prints. The error has what Helm said.
func (h Helm) Output(ctx context.Context, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, outputTimeout)
	defer cancel()
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(ctx, h.Path, args...)
	command.Env = append(os.Environ(), h.Env...) //nolint:forbidigo // what the user has set is for Helm
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	said := strings.TrimSpace(stderr.String())
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return nil, fmt.Errorf("run %s: %w: %w", h.Path, ErrNotFound, err)
	case err != nil && ctx.Err() != nil:
		return nil, fmt.Errorf("%s %s: %w", h.Path, args[0], ctx.Err())
	case err != nil && said != "":
		return nil, fmt.Errorf("%s %s: %s: %w", h.Path, args[0], said, err)
	case err != nil:
		return nil, fmt.Errorf("%s %s: %w", h.Path, args[0], err)
	}
	return stdout.Bytes(), nil
}

// Streams are those of a Helm that people see.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Run runs Helm to its end. When the context ends, Helm is interrupted, as by Ctrl-C, and its end is
// awaited: it marks the release as failed, or rolls it back.
func (h Helm) Run(ctx context.Context, streams Streams, args ...string) error {
	command := exec.CommandContext(ctx, h.Path, args...)
	command.Env = append(os.Environ(), h.Env...) //nolint:forbidigo // what the user has set is for Helm
	command.Stdin, command.Stdout, command.Stderr = streams.In, streams.Out, streams.Err
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = grace
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", h.Path, args[0], err)
	}
	return nil
}
