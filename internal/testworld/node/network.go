package node

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

// Addresses, from ranges for documentation. Nothing outside the namespace routes to them.
const (
	address    = "192.0.2.1"
	pods       = "198.51.100.0/24"
	services   = "203.0.113.0/24"
	apiService = "203.0.113.1"
)

// network makes the namespace. A bridge carries the node's address: the kernel may lack dummy links.
func (p place) network(ctx context.Context) error {
	for _, args := range [][]string{
		{"netns", "add", p.space()},
		{"-n", p.space(), "link", "set", "lo", "up"},
		{"-n", p.space(), "link", "add", "node0", "type", "bridge"},
		{"-n", p.space(), "addr", "add", address + "/32", "dev", "node0"},
		{"-n", p.space(), "link", "set", "node0", "up"},
		{"-n", p.space(), "route", "add", "default", "dev", "node0"},
	} {
		if err := run(ctx, "ip", args...); err != nil {
			return err
		}
	}

	return p.inside(func() error { return os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0) })
}

// Dial connects from inside the namespace; the address must be numeric.
func (p place) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	var conn net.Conn
	err := p.inside(func() (err error) {
		conn, err = (&net.Dialer{}).DialContext(ctx, network, address)

		return err
	})

	return conn, err
}

// Cut has the network swallow what one pod sends to another, by their addresses, until mend is called: neither
// hears of it. Probes come from the node, and both stay ready.
func (p place) Cut(ctx context.Context, from, to string) (mend func() error, err error) {
	rule := func(ctx context.Context, act string) error {
		return run(ctx, "nsenter", "--net="+p.Netns(), "--", "iptables", act, "FORWARD", "-s", from, "-d", to, "-j", "DROP")
	}

	return func() error { return rule(context.WithoutCancel(ctx), "-D") }, rule(ctx, "-I")
}

// inside calls do on a thread that is in the namespace. The thread is given up afterwards.
func (p place) inside(do func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		space, err := os.Open(p.Netns())
		if err != nil {
			done <- err

			return
		}
		defer func() { _ = space.Close() }()
		if err := unix.Setns(int(space.Fd()), unix.CLONE_NEWNET); err != nil {
			done <- fmt.Errorf("enter %s: %w", p.Netns(), err)

			return
		}
		done <- do()
	}()

	return <-done
}

// run runs a program and puts what it says into the error.
func run(ctx context.Context, name string, args ...string) error {
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %q: %w: %s", name, args, err, bytes.TrimSpace(out))
	}

	return nil
}
