package testworld

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func never(context.Context) error { return errors.New("not yet") }

func TestReadyFailsWhenTheServerEnds(t *testing.T) {
	p := shell(t, "echo broken pipe of the boiler >&2; exit 3")
	err := p.ready(t.Context(), time.Minute, never)
	if !errors.Is(err, errEnded) || !strings.Contains(err.Error(), "exit status 3\nbroken pipe of the boiler") {
		t.Errorf("got %v", err)
	}
}

func TestReadyFailsAtTheDeadline(t *testing.T) {
	p := shell(t, "echo still heating; sleep 60")
	err := p.ready(t.Context(), 300*time.Millisecond, never)
	for _, want := range []string{"wait for sh to be ready", "not yet", "still heating"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in %v", want, err)
		}
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestStopEndsTheWholeGroup(t *testing.T) {
	p := shell(t, "trap '' TERM; sleep 60 & echo $!; wait; wait")
	var child int
	err := p.ready(t.Context(), 10*time.Second, func(context.Context) (err error) {
		child, err = strconv.Atoi(string(p.tail()))

		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	p.stop(100 * time.Millisecond)
	for deadline := time.Now().Add(5 * time.Second); syscall.Kill(child, 0) == nil && !isZombie(child); {
		if time.Now().After(deadline) {
			t.Fatalf("process %d outlives its server", child)
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.stop(0)
}

func TestServersSeeNoForeignEnvironment(t *testing.T) {
	t.Setenv("MINIO_VOLUMES", "/somewhere/else")
	p := shell(t, "env")
	<-p.exited
	if strings.Contains(string(p.tail()), "MINIO_VOLUMES") {
		t.Error("a server sees the caller's environment")
	}
}

// isZombie tells a process that has ended, and that nobody has asked after,
// from one that lives on.
func isZombie(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")

	return err == nil && strings.Contains(string(stat), ") Z ")
}

func shell(t *testing.T, script string) *process {
	t.Helper()
	p, err := launch("sh", "/bin/sh", t.TempDir(), nil, []string{"-c", script})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.stop(0) })

	return p
}
