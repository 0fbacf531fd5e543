package testworld

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// process is a running server and all that it started.
type process struct {
	name   string
	log    string        // path of the file that takes stdout and stderr
	exited chan struct{} // closed when the server has ended
	state  error         // why it ended; read it after exited
	group  int
}

// launch starts a program whose output goes to dir/name.log. It sees the given
// environment and nothing of the caller's but PATH. It runs until stop.
func launch(name, path, dir string, env, args []string) (*process, error) {
	log, err := os.OpenFile(filepath.Join(dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log of %s: %w", name, err)
	}
	defer func() { _ = log.Close() }() // the server has it open
	//nolint:noctx // A server outlives the call that starts it, until stop.
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}, env...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = groupAttributes()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &process{name: name, log: log.Name(), exited: make(chan struct{}), group: cmd.Process.Pid}
	go func() {
		p.state = cmd.Wait()
		close(p.exited)
	}()

	return p, nil
}

// ready calls probe until it succeeds. It fails when the server ends, or when
// the deadline passes, with the last error of the probe and the end of the log.
func (p *process) ready(ctx context.Context, deadline time.Duration, probe func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := probe(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.exited:
			return fmt.Errorf("%w: %s: %w\n%s", errEnded, p.name, p.state, p.tail())
		case <-ctx.Done():
			return fmt.Errorf("wait for %s to be ready: %w: %w\n%s", p.name, ctx.Err(), err, p.tail())
		case <-tick.C:
		}
	}
}

// errEnded says that a server ended before it was ready, for instance because
// another process took its port.
var errEnded = errors.New("server ended early")

// stop ends the whole process group: politely first, by force after the grace
// period. A server that has ended already is fine.
func (p *process) stop(grace time.Duration) {
	_ = syscall.Kill(-p.group, syscall.SIGTERM)
	select {
	case <-p.exited:
	case <-time.After(grace):
	}
	_ = syscall.Kill(-p.group, syscall.SIGKILL)
	<-p.exited
}

// tail returns the end of the log.
func (p *process) tail() []byte {
	const limit = 4 << 10
	content, err := os.ReadFile(p.log)
	if err != nil {
		return []byte(err.Error())
	}
	if len(content) > limit {
		content = content[len(content)-limit:]
	}

	return bytes.TrimSpace(content)
}
