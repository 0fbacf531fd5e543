package testworld

import "syscall"

// groupAttributes puts a server into a process group of its own, which a Ctrl-C
// does not reach, and ends it with the process that started it.
func groupAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// keepsAttributes reports whether the file system of dir stores extended
// attributes for an ordinary user, which tmpfs does since Linux 6.6.
func keepsAttributes(dir string) bool {
	return syscall.Setxattr(dir, "user.ferry", []byte("probe"), 0) == nil
}
