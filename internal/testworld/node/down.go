package node

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// ending bounds each step by which a cluster ends.
const ending = 30 * time.Second

// Down ends the cluster in dir and removes all of it, also what a crash left. A folder that is not
// there is fine.
func Down(ctx context.Context, dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	p := place{dir: dir}
	if _, err := os.Stat(p.file("pid")); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	// who starts pods goes first, containerd last: it ends the containers
	errs := []error{p.endAll("kubelet", "kube-controller-manager", "kube-scheduler", "kube-proxy", "coredns", "attend")}
	ctx, cancel := context.WithTimeout(ctx, ending)
	defer cancel()
	p.endContainers(ctx)
	errs = append(errs, p.endAll("containerd", "kube-apiserver", "etcd"), p.endShims(), p.unmount(), p.removeSpaces(ctx), p.ungroup())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("take down the cluster in %s: %w", dir, err)
	}

	return os.RemoveAll(dir)
}

func (p place) endAll(names ...string) error {
	var errs []error
	for _, name := range names {
		grace := time.Second // nothing of a scratch cluster is worth waiting for
		errs = append(errs, p.end(name, grace))
	}

	return errors.Join(errs...)
}

// endContainers ends the tasks through containerd; what it cannot end is left to endShims.
func (p place) endContainers(ctx context.Context) {
	tasks, err := p.ctr(ctx, "tasks", "ls", "-q")
	if err != nil {
		return
	}
	for _, task := range tasks {
		_, _ = p.ctr(ctx, "tasks", "rm", "-f", task)
	}
}

// endShims kills the shims of containers and what runs in those, which are known by the cluster's
// socket or folder on their command line.
func (p place) endShims() error {
	processes, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return err
	}
	for _, file := range processes {
		line, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(line), p.file("containerd.sock")) || !strings.Contains(string(line), "containerd-shim") {
			continue
		}
		var pid int
		if _, err := fmt.Sscanf(file, "/proc/%d/cmdline", &pid); err != nil {
			return err
		}
		for _, child := range children(pid) {
			_ = unix.Kill(child, unix.SIGKILL)
		}
		_ = unix.Kill(pid, unix.SIGKILL)
	}

	return nil
}

func children(pid int) []int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil
	}
	var found []int
	for field := range strings.FieldsSeq(string(text)) {
		var child int
		if _, err := fmt.Sscan(field, &child); err == nil {
			found = append(found, append(children(child), child)...)
		}
	}

	return found
}

// unmount removes every mount below the folder, the innermost first.
func (p place) unmount() error {
	mounts, err := os.Open("/proc/self/mounts")
	if err != nil {
		return err
	}
	defer func() { _ = mounts.Close() }()
	var points []string
	for lines := bufio.NewScanner(mounts); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) > 1 && strings.HasPrefix(fields[1], p.dir+"/") {
			points = append(points, fields[1])
		}
	}
	slices.Sort(points)
	var errs []error
	for _, point := range slices.Backward(points) {
		if err := unix.Unmount(point, unix.MNT_DETACH); err != nil && !errors.Is(err, unix.EINVAL) {
			errs = append(errs, fmt.Errorf("unmount %s: %w", point, err))
		}
	}

	return errors.Join(errs...)
}

// removeSpaces removes the network namespace, and what CNI remembers of its pods. The pods' own
// namespaces are mounts in the folder.
func (p place) removeSpaces(ctx context.Context) error {
	results, err := filepath.Glob("/var/lib/cni/results/" + p.space() + "-*")
	if err != nil {
		return err
	}
	for _, result := range results {
		if err := os.Remove(result); err != nil {
			return err
		}
	}
	if _, err := os.Stat(p.Netns()); errors.Is(err, os.ErrNotExist) {
		return nil
	}

	return run(ctx, "ip", "netns", "del", p.space())
}
