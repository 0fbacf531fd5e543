package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// files lists what git knows of the tree at root, and what it would add.
func files(ctx context.Context, root string) ([]string, error) {
	out, err := command(ctx, root, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return nil, err
	}

	return strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 }), nil
}

// copyTree makes dir an exact copy of those files. It is the same folder for
// every mutant, so that the compiler finds in its cache what a patch leaves as
// it is.
func copyTree(root, dir string, names []string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	for _, name := range names {
		if err := copyFile(filepath.Join(root, name), filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("copy the tree: %w", err)
		}
	}

	return nil
}

// copyFile passes over a file that git knows and that the tree lacks.
func copyFile(from, to string) error {
	info, err := os.Lstat(from)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}

		return os.Symlink(target, to)
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}

	return os.WriteFile(to, content, info.Mode().Perm())
}

// apply changes the tree at dir as the patch says. Git must not take dir for a
// part of a repository around it, where it would pass over the files silently.
func apply(ctx context.Context, dir, patch string) error {
	patch, err := filepath.Abs(patch)
	if err != nil {
		return err
	}
	_, err = command(ctx, dir, "env", "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir), "git", "apply", patch)

	return err
}

// command runs a program in dir and returns what it prints.
func command(ctx context.Context, dir string, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}

	return out, nil
}
