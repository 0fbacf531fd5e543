package node

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/internal/testworld/image"
)

// Load puts an image into the node, where pods find it under its name if they do not insist on a pull.
func (n *Node) Load(ctx context.Context, i image.Image) error {
	f, err := os.CreateTemp(n.file("images"), "*.tar")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // it is in containerd then
	err = i.Write(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	_, err = n.ctr(ctx, "images", "import", f.Name())

	return err
}

// loadPause loads what every pod's sandbox runs, once containerd answers.
func (n *Node) loadPause(ctx context.Context) error {
	program, err := testworld.Build(ctx, n.file("images"), "./internal/testworld/cmd/pause")
	if err != nil {
		return err
	}
	if err := n.awaitContainerd(ctx); err != nil {
		return err
	}

	return n.Load(ctx, image.Image{Name: "localhost/pause:1", Entrypoint: []string{"/pause"}, Files: map[string]string{"/pause": program}})
}

func (n *Node) awaitContainerd(ctx context.Context) error {
	return await(ctx, "containerd", func(ctx context.Context) error {
		_, err := n.ctr(ctx, "version")

		return err
	})
}

// ctr asks containerd, and returns the words of the answer.
func (p place) ctr(ctx context.Context, args ...string) ([]string, error) {
	path, err := testworld.Program(ctx, "ctr")
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, path, append([]string{"--address", p.file("containerd.sock"), "--namespace", "k8s.io"}, args...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("ctr %q: %w: %s", args, err, bytes.TrimSpace(stderr.Bytes()))
	}

	return strings.Fields(stdout.String()), nil
}
