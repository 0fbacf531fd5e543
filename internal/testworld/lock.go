package testworld

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// lock takes the lock that the file stands for, shared by all processes of the
// machine, and gives up when ctx ends. A process that dies loses its lock.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			f.Close()

			return nil, &os.PathError{Op: "lock", Path: path, Err: err}
		}
		select {
		case <-ctx.Done():
			f.Close()

			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}
