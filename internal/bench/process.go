package main

import (
	"os/exec"
	"syscall"
)

// endWhole has a cancelled program end with all that it started: Helm does not end its post-renderer.
func endWhole(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
