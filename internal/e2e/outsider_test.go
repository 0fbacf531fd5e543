//go:build e2e

package e2e_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	cmd  *exec.Cmd
	file string
}

func (l *lake) outsider() *outsider {
	l.t.Helper()
	alias, err := l.client.CoreV1().Services(l.namespace).Get(l.t.Context(), l.name+"-objectstorage", meta.GetOptions{})
	if err != nil {
		l.t.Fatal(err)
	}
	folder := l.t.TempDir()
	cmd := l.Command(context.WithoutCancel(l.t.Context()), l.load,
		fmt.Sprintf("--endpoint=http://%s:9000", alias.Spec.ClusterIP), "--bucket="+bucket, "--ledger="+folder, "--name=outsider", "--pace=40ms", "--seed=2")
	cmd.Env = append(cmd.Env, "ACCESS_KEY="+accessKey, "SECRET_KEY="+secretKey)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	o := &outsider{t: l.t, cmd: cmd, file: filepath.Join(folder, "outsider.jsonl")}
	l.t.Cleanup(o.stop)

	return o
}

func (o *outsider) signal(s syscall.Signal) {
	o.t.Helper()
	if err := o.cmd.Process.Signal(s); err != nil {
		o.t.Error(err)
	}
}

// thaw lets a stopped process go on as soon as a cutover has proven its copy, or the test has ended.
func (l *lake) thaw(process *os.Process) {
	proven := l.cutover("proven")
	for l.t.Context().Err() == nil && proven(l.t.Context()) != nil {
		time.Sleep(50 * time.Millisecond)
	}
	_ = process.Signal(syscall.SIGCONT) // it may be gone with the test
}

// stop lets it finish what is under way.
func (o *outsider) stop() {
	if o.cmd == nil {
		return
	}
	_ = o.cmd.Process.Signal(syscall.SIGCONT)
	_ = o.cmd.Process.Signal(syscall.SIGTERM)
	done := make(chan error, 1)
	go func() { done <- o.cmd.Wait() }()
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
