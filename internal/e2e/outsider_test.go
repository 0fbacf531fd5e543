//go:build e2e

package e2e_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/e2e/ledger"
)

// outsider is an application outside of the release, which nobody stops: it writes through the alias on
// connections that stay open.
type outsider struct {
	t    *testing.T
	name string // what its keys begin with
	cmd  *exec.Cmd
	file string
}

func (l *lake) outsider(name string) *outsider {
	l.t.Helper()
	alias, err := l.client.CoreV1().Services(l.namespace).Get(l.t.Context(), l.name+"-objectstorage", meta.GetOptions{})
	if err != nil {
		l.t.Fatal(err)
	}
	folder := l.t.TempDir()
	cmd := l.Command(context.WithoutCancel(l.t.Context()), l.load,
		fmt.Sprintf("--endpoint=http://%s:9000", alias.Spec.ClusterIP), "--bucket="+bucket, "--ledger="+folder, "--name="+name, "--pace="+pace(), "--seed=2")
	cmd.Env = append(cmd.Env, "ACCESS_KEY="+accessKey, "SECRET_KEY="+secretKey)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	o := &outsider{t: l.t, name: name, cmd: cmd, file: filepath.Join(folder, name+".jsonl")}
	l.t.Cleanup(o.stop)

	return o
}

// beside has an outsider stop writing for a cutover, which would be refused. It returns what the cutover does.
func (l *lake) beside(o *outsider, cutover func() (int, string)) (int, string) {
	l.t.Helper()

	return l.frozen(o.cmd.Process, cutover)
}

// frozen has a process stand still for a cutover, and go on as soon as that has proven its copy, or is over.
func (l *lake) frozen(process *os.Process, cutover func() (int, string)) (int, string) {
	l.t.Helper()
	if err := process.Signal(syscall.SIGSTOP); err != nil {
		l.t.Fatal(err)
	}
	began := time.Now()
	ctx, over := context.WithCancel(l.t.Context())
	thawed := make(chan struct{})
	go func() {
		defer close(thawed)
		for ctx.Err() == nil && l.stateOfCutover(ctx, began) != "proven" {
			time.Sleep(50 * time.Millisecond)
		}
		_ = process.Signal(syscall.SIGCONT) // the cutover may have ended it
	}()
	defer func() {
		over()
		<-thawed
	}()

	return cutover()
}

// leaves ends an outsider whose store the consumers have left, and checks that what it wrote there late was copied to
// the new one, or is named: by the cutover, or by the upgrade that is to retire the store and is refused then.
func (l *lake) leaves(o *outsider, from, cutover string, retire func() (int, string)) {
	l.t.Helper()
	o.stop()
	missing := o.ledger().Check(l.contents(l.other(from)))
	exit, out := retire()
	cutover, out = whole(cutover), whole(out)
	for _, fault := range missing {
		// a delete after the last look leaves nothing to be seen on the old store
		if fault.Kind != ledger.Resurrected && !strings.Contains(cutover, fault.Key) && !strings.Contains(out, fault.Key) {
			l.t.Errorf("the late write of %s by the outsider is %s, and nobody says so", fault.Key, fault.Kind)
		}
	}
	if len(missing) > 0 && (exit == 0 || !strings.Contains(out, "REFUSED: "+from+" is to go")) {
		l.t.Errorf("%s may go, and has %d late writes", from, len(missing))
	}
}

// whole joins what Helm 4 shows of a hook's log in pieces, which may end within a key.
func whole(said string) string { return strings.ReplaceAll(said, "\"\nlevel=INFO msg=\"", "") }

// late checks that an outsider was seen to write after the proof, without which its part would show nothing.
func (o *outsider) late(cutover string) {
	o.t.Helper()
	if _, after, proven := strings.Cut(whole(cutover), "PROVEN: "); !proven || !strings.Contains(after, o.name+"/") {
		o.t.Error("the outsider was not seen to write after the proof")
	}
}

// stop lets it finish what is under way.
func (o *outsider) stop() {
	if o.cmd == nil {
		return
	}
	_ = o.cmd.Process.Signal(syscall.SIGCONT)
	_ = o.cmd.Process.Signal(syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		_ = o.cmd.Wait() // it was told to end
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		_ = o.cmd.Process.Kill()
		o.t.Error("the outsider does not stop")
	}
	o.cmd = nil
}

func (o *outsider) ledger() *ledger.Ledger {
	o.t.Helper()
	known := ledger.New()
	if err := read(known, o.file); err != nil {
		o.t.Fatal(err)
	}

	return known
}
