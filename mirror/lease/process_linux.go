package lease

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// thisProcess names this process so that no other one ever has the same name: the boot
// of the machine, the PID namespace, the PID and the time of its start. It is empty where
// the system does not tell.
func thisProcess() string { return process(os.Getpid()) }

func process(pid int) string {
	machine, started := machine(), startOf(pid)
	if machine == "" || started == "" {
		return ""
	}

	return fmt.Sprintf("%s/%d/%s", machine, pid, started)
}

// machine names what process IDs are unique in.
func machine() string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	space, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}

	return strings.TrimSpace(string(boot)) + "/" + space
}

// startOf returns when a process started, in ticks since the boot, and nothing when there
// is no such process, it has ended and nobody took note, or nobody can tell.
func startOf(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// the name of the program, in parentheses, may hold anything
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 20 {
		return ""
	}
	if fields[0] == "Z" {
		return "ended"
	}

	return fields[19]
}

// gone reports whether a holder was a process of this machine that has ended.
func gone(other, here Holder) bool {
	if other.Process == "" || here.Process == "" {
		return false
	}
	place, rest := cutLast(other.Process, 2)
	if place != machine() {
		return false
	}
	id, started, _ := strings.Cut(rest, "/")
	pid, err := strconv.Atoi(id)
	if err != nil || pid <= 0 {
		return false
	}
	// a process that may not be seen is there nevertheless
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	now := startOf(pid)

	return now != "" && now != started
}

// cutLast cuts a text before its last n elements.
func cutLast(text string, n int) (before, after string) {
	parts := strings.Split(text, "/")
	if len(parts) < n {
		return "", ""
	}

	return strings.Join(parts[:len(parts)-n], "/"), strings.Join(parts[len(parts)-n:], "/")
}
