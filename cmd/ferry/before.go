package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/helmcli"
)

// nothingRendered stands for a chart that renders nothing: Helm takes no blank output.
const nothingRendered = "# ferry: nothing to render\n"

// passBefore takes manifests through what comes before the rendering. If they are only to be kept, they
// are written to the file for them, and go back to Helm as they are.
func passBefore(ctx context.Context, streams cli.Streams, before helmcli.Before, data []byte) ([]byte, error) {
	var err error
	if len(before.Run) > 0 {
		if data, err = runBefore(ctx, streams, before, data); err != nil {
			return nil, err
		}
	}
	if before.Keep == "" {
		return data, nil
	}
	if err := os.WriteFile(before.Keep, data, 0o600); err != nil {
		return nil, fmt.Errorf("keep the manifests: %w", err)
	}
	if len(bytes.TrimSpace(data)) == 0 {
		data = []byte(nothingRendered)
	}
	if _, err := streams.Out.Write(data); err != nil {
		return nil, fmt.Errorf("write manifests: %w", err)
	}
	return data, nil
}

// runBefore runs the user's own post-renderer.
func runBefore(ctx context.Context, streams cli.Streams, before helmcli.Before, data []byte) ([]byte, error) {
	var out, words bytes.Buffer
	command := exec.CommandContext(ctx, before.Run[0], before.Run[1:]...)
	command.Env = append(os.Environ(), before.Env...)
	command.Stdin, command.Stdout, command.Stderr = bytes.NewReader(data), &out, &words
	err := command.Run()
	if err != nil {
		return nil, fmt.Errorf("--post-renderer %s: %w\n%s", before.Run[0], err, bytes.TrimSpace(words.Bytes()))
	}
	if _, err := words.WriteTo(streams.Err); err != nil {
		return nil, fmt.Errorf("--post-renderer %s: %w", before.Run[0], err)
	}
	if len(bytes.TrimSpace(out.Bytes())) == 0 && len(bytes.TrimSpace(data)) > 0 {
		return nil, fmt.Errorf("--post-renderer %s: it writes nothing: Helm would remove every object of the release", before.Run[0])
	}
	return out.Bytes(), nil
}
