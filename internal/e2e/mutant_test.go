//go:build e2e

package e2e_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/internal/testworld/image"
)

// A cutover that stops nobody loses what its application writes, and the ledger shows it: the tests
// around this one can fail. The application stands still until everything is proven, so that the broken
// hook sees nothing, and then goes on, on the connection that it has.
func TestACutoverThatStopsNobodyIsCaught(t *testing.T) {
	if !*full {
		t.Skip("it is about the tests, not about Ferry: -full runs it")
	}
	t.Parallel()
	l := newLake(t, "helm4", "mutant")
	l.image = l.mutant("stops-nobody", "hooks/cutover/run.go")
	l.prepared()
	l.goOn()
	_, out := l.frozen(l.application(), func() (int, string) {
		return l.upgrade("previousProvider: minio, cutoverAcknowledged: true", "versitygw.enabled=true")
	})
	if active := l.active(); active != "versitygw" || !strings.Contains(out, "PROVEN: ") {
		t.Fatalf("the broken cutover was refused, and the alias selects %s", active)
	}
	l.goOn()
	l.stopped()
	if faults := l.ledger().Check(l.contents("versitygw")); len(faults) == 0 {
		t.Error("nobody was stopped, and nothing that the application was promised is lost")
	} else {
		t.Logf("%d of what the application was promised does not hold, the first is %v", len(faults), faults[0])
	}
}

// mutant loads an image of hooks with a defect, a patch of testdata/e2e that changes one file.
func (l *lake) mutant(name, file string) string {
	l.t.Helper()
	root, err := testworld.Root()
	if err != nil {
		l.t.Fatal(err)
	}
	folder := l.t.TempDir()
	source, err := os.ReadFile(filepath.Join(root, file))
	if err == nil {
		err = os.MkdirAll(filepath.Dir(filepath.Join(folder, file)), 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, file), source, 0o644)
	}
	if err != nil {
		l.t.Fatal(err)
	}
	patch := exec.CommandContext(l.t.Context(), "git", "apply", filepath.Join(root, "testdata", "e2e", name+".patch"))
	patch.Dir = folder
	patch.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(folder)) // it is no part of a repository
	if out, err := patch.CombinedOutput(); err != nil {
		l.t.Fatalf("%v: %s", err, out)
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(root, file): filepath.Join(folder, file)}})
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "overlay.json"), overlay, 0o644)
	}
	if err != nil {
		l.t.Fatal(err)
	}
	program, err := testworld.Build(l.t.Context(), folder, "./cmd/ferry-hook", "-overlay="+filepath.Join(folder, "overlay.json"))
	if err != nil {
		l.t.Fatal(err)
	}
	i := image.Image{
		Name: "localhost/ferry-hook:" + name, Entrypoint: []string{"/ferry-hook"}, User: "65532:65532", Files: map[string]string{"/ferry-hook": program},
	}
	if err := l.Load(l.t.Context(), i); err != nil {
		l.t.Fatal(err)
	}

	return i.Name
}
