package testworld

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Build builds a package of this module, such as ./cmd/ferry, into a folder, and returns the path of the program. It
// is static and without the race detector, as that of a release. Who builds the same one later only links to it: it is
// kept in bin/test of the module. Flags are those of go build; with any, nothing is kept.
func Build(ctx context.Context, folder, pkg string, flags ...string) (string, error) {
	root, err := Root()
	if err != nil {
		return "", fmt.Errorf("build %s: %w", pkg, err)
	}
	path := filepath.Join(folder, filepath.Base(pkg))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", fmt.Errorf("build %s: %w", pkg, err)
	}
	if len(flags) > 0 {
		return path, goBuild(ctx, root, path, pkg, flags...)
	}
	kept := filepath.Join(root, "bin", "test")
	if err := os.MkdirAll(kept, 0o755); err != nil {
		return "", fmt.Errorf("build %s: %w", pkg, err)
	}
	unlock, err := Lock(ctx, filepath.Join(kept, "lock"))
	if err != nil {
		return "", fmt.Errorf("wait for another process that builds %s: %w", pkg, err)
	}
	defer unlock()
	kept = filepath.Join(kept, filepath.Base(pkg))
	if err := goBuild(ctx, root, kept, pkg); err != nil { // which does nothing if it is current
		return "", err
	}

	return path, linkOrCopy(kept, path)
}

func goBuild(ctx context.Context, root, path, pkg string, flags ...string) error {
	args := append([]string{"build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", path}, flags...)
	cmd := exec.CommandContext(ctx, "go", append(args, pkg)...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", pkg, err, bytes.TrimSpace(out))
	}

	return nil
}

// linkOrCopy gives a file another name, or copies it where that cannot be.
func linkOrCopy(from, to string) error {
	if err := os.Remove(to); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if os.Link(from, to) == nil {
		return nil
	}
	program, err := os.ReadFile(from)
	if err != nil {
		return err
	}

	return os.WriteFile(to, program, 0o755)
}
