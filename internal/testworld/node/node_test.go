//go:build e2e

package node_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/internal/testworld/node"
)

// A cluster whose processes were all killed is removed completely, and its folder can have another one.
func TestACrashedClusterIsRemoved(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	scratch, err := os.MkdirTemp("", "ferry-e2e-") // short enough for Unix sockets
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(scratch)
	dir := filepath.Join(scratch, "cluster")
	if _, err := node.Up(ctx, filepath.Join(scratch, strings.Repeat("deep/", 20))); err == nil || !strings.Contains(err.Error(), "too long for the Unix sockets") {
		t.Fatalf("a path without room for sockets: %v", err)
	}
	for range 2 {
		n, err := node.Up(ctx, dir)
		if err != nil {
			t.Fatal(err)
		}
		pids, err := filepath.Glob(filepath.Join(dir, "pid", "*"))
		if err != nil || len(pids) == 0 {
			t.Fatalf("no processes: %v", err)
		}
		for _, file := range pids {
			pid, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if out, err := exec.CommandContext(ctx, "kill", "-9", string(pid)).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		}
		if err := node.Down(ctx, dir); err != nil {
			t.Fatal(err)
		}
		nothingLeft(t, n, dir)
	}
}

func nothingLeft(t *testing.T, n *node.Node, dir string) {
	t.Helper()
	for _, path := range []string{dir, n.Netns()} {
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there: %v", path, err)
		}
	}
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(mounts), dir) {
		t.Errorf("mounts are left:\n%s", mounts)
	}
	processes, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range processes {
		line, err := os.ReadFile(file)
		if err == nil && strings.Contains(string(line), dir) {
			t.Errorf("a process is left: %q", strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
}
