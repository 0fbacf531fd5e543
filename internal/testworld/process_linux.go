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

// inMemory is a place for files in memory from which programs may be started and that has room, or "".
func inMemory() string {
	const place, room = "/dev/shm", 8 << 30
	var fs syscall.Statfs_t
	if err := syscall.Statfs(place, &fs); err != nil || fs.Flags&syscall.MS_NOEXEC != 0 || fs.Bavail*uint64(fs.Bsize) < room {
		return ""
	}
	if err := syscall.Access(place, 2); err != nil { // W_OK
		return ""
	}

	return place
}
