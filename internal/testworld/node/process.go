package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// part is a program of the cluster.
type part struct {
	name string
	args []string
}

// start starts programs that go on when this process ends. nsenter and not `ip netns exec`: that one
// remounts /sys and hides the cgroups from the kubelet.
func (p place) start(ctx context.Context, parts ...part) error {
	shim, err := testworld.Program(ctx, "containerd-shim-runc-v2")
	if err != nil {
		return err
	}
	for _, s := range parts {
		path, err := testworld.Program(ctx, s.name)
		if err != nil {
			return err
		}
		// a containerd that starts again looks there for the shim of what runs
		if err := p.launch(s.name, path, filepath.Dir(shim), s.args...); err != nil {
			return err
		}
	}

	return nil
}

func (p place) launch(name, path, programs string, args ...string) error {
	log, err := os.OpenFile(p.file("log", name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the program has it open
	//nolint:noctx // A cluster outlives the process that starts it, until Down.
	cmd := exec.Command("nsenter", append([]string{"--net=" + p.Netns(), "--", path}, args...)...)
	cmd.Dir = p.dir
	// memory is there, and the processors are what tests wait for
	cmd.Env = []string{"PATH=" + programs + ":" + os.Getenv("PATH"), "HOME=" + p.dir, "GOGC=400"}
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	go func() { _ = cmd.Wait() }() // its log says why it ended

	return os.WriteFile(p.file("pid", name), []byte(strconv.Itoa(cmd.Process.Pid)), 0o600)
}

// end ends a program: politely first if there is a grace period, by force after it. A process that has taken
// over the number of one that is gone does not run in the cluster's folder and is let be.
func (p place) end(name string, grace time.Duration) error {
	text, err := os.ReadFile(p.file("pid", name))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return fmt.Errorf("read the number of %s: %w", name, err)
	}
	if !p.runs(pid) {
		return nil
	}
	if grace > 0 {
		_ = syscall.Kill(pid, syscall.SIGTERM)
	}
	for deadline := time.Now().Add(grace); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if !p.runs(pid) {
			return nil
		}
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("kill %s: %w", name, err)
	}

	return nil
}

// runs tells whether a process with that number is one of this cluster.
func (p place) runs(pid int) bool {
	dir, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))

	return err == nil && dir == p.dir
}
