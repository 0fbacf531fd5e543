package main

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

	"github.com/helm-ferry/ferry/internal/cli"
)

// helmTimeout bounds one rendering; charts may be fetched for it.
const helmTimeout = 5 * time.Minute

// helmTemplate renders a chart with the user's own Helm: the one that calls Ferry as a plugin, else
// the one on PATH. The error has what Helm said.
func helmTemplate(ctx context.Context, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, helmTimeout)
	defer cancel()
	helm := os.Getenv("HELM_BIN")
	if helm == "" {
		helm = "helm"
	}
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(ctx, helm, append([]string{"template"}, args...)...)
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return nil, cli.WithHint(fmt.Errorf("run %s: %w", helm, err), "install Helm 3 or 4, or name it: HELM_BIN=/path/to/helm")
	case err != nil && ctx.Err() != nil:
		return nil, fmt.Errorf("%s template %s: %w", helm, strings.Join(args, " "), ctx.Err())
	case err != nil:
		return nil, fmt.Errorf("%s template %s: %w\n%s", helm, strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return stdout.Bytes(), nil
}

// readFile reads a file, or standard input for "-".
func readFile(in io.Reader, name string) ([]byte, error) {
	if name != "-" {
		return os.ReadFile(name)
	}
	data, err := io.ReadAll(in)
	if err != nil {
		return nil, fmt.Errorf("read standard input: %w", err)
	}
	return data, nil
}
