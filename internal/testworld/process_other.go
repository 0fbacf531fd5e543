//go:build unix && !linux

package testworld

import "syscall"

// groupAttributes puts a server into a process group of its own, which a Ctrl-C
// does not reach.
func groupAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

// keepsAttributes reports whether the file system of dir stores extended
// attributes; here no one can tell, so nothing relies on them.
func keepsAttributes(string) bool { return false }

// inMemory is a place for files in memory, or "".
func inMemory() string { return "" }
