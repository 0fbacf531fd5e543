//go:build e2e

package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// operator types into a shell in a folder that has the chart, its values and Ferry's configuration. What comes
// out is kept.
type operator struct {
	*lake
	folder, path string
	transcript   strings.Builder
}

// The operator's page is written from a run: docs/migrate.md quotes its transcript.
func TestTheOperatorsPage(t *testing.T) {
	if !*full {
		t.Skip("it writes what docs/migrate.md quotes: -full runs it")
	}
	o := newOperator(newLake(t, "helm4", "page"))
	o.configures("  objectStorage: {defaultBuckets: [ilum-files, ilum-data], previousProvider: minio}\n")
	o.must(t, o.helm, "ferry", o.line("upgrade", "--install", "--wait", "ferry.enabled=false", "--config="+filepath.Join(o.folder, "ferry.yaml"))...)
	o.begins()

	// What would have been lost.
	const flags = " --values values.yaml --config ferry.yaml --set versitygw.enabled=true"
	o.types(4, "helm ferry upgrade lake ./lakehouse --set minio.enabled=false"+flags)
	o.holds("minio")

	// The move, by one line.
	o.types(0, "helm ferry migrate lake ./lakehouse --from minio --to versitygw"+flags)
	o.types(0, "helm ferry status lake")
	o.holds("versitygw")

	// The store from before goes.
	o.configures("  objectStorage: {defaultBuckets: [ilum-files, ilum-data], activeProvider: versitygw}\n" +
		"  migration: {enabled: true, from: minio, to: versitygw}\n")
	o.types(0, "helm ferry upgrade lake ./lakehouse --set minio.enabled=false"+flags)
	o.holds("versitygw")

	// And comes back: each step is an upgrade of Helm's own.
	o.configures("  objectStorage: {defaultBuckets: [ilum-files, ilum-data], previousProvider: versitygw}\n" +
		"  migration: {enabled: true, from: versitygw, to: minio}\n")
	const upgrade = "helm upgrade lake ./lakehouse --values values.yaml --set versitygw.enabled=true --timeout 8m" +
		" --post-renderer ferry-post-renderer --post-renderer-args --config=ferry.yaml"
	const first = "-l app.kubernetes.io/component=migration,helm-ferry.dev/name=lake"
	o.types(0, upgrade)
	o.types(0, "kubectl wait --for=condition=complete --timeout=8m job "+first)
	o.types(0, "kubectl logs "+first+" --tail=1")
	o.configures("  objectStorage: {defaultBuckets: [ilum-files, ilum-data], activeProvider: minio}\n" +
		"  migration: {enabled: true, from: versitygw, to: minio}\n")
	o.types(0, upgrade)
	o.types(0, "kubectl get configmap lake-migration-record -o jsonpath='{.data.from} {.data.to} {.data.state}'")
	o.types(0, "kubectl get service lake-objectstorage -L helm-ferry.dev/provider")
	o.holds("minio")
	if !t.Failed() {
		writeResult(t, "migrate.txt", []byte(o.transcript.String()))
	}
}

// newOperator gives a release an operator, whose context is the release's namespace.
func newOperator(l *lake) *operator {
	l.t.Helper()
	o := &operator{lake: l, folder: filepath.Dir(l.chart), path: l.t.TempDir()}
	for link, program := range map[string]string{"helm": l.helm, "kubectl": "kubectl"} {
		file, err := testworld.Program(l.t.Context(), program)
		if err != nil {
			l.t.Fatal(err)
		}
		o.has(link, file)
	}
	values, err := os.ReadFile(l.values)
	if err == nil { // what the chart would add itself is left to the command
		text := strings.Replace(string(values), "\nferry: {", "\nferry: {enabled: false, ", 1)
		err = os.WriteFile(filepath.Join(o.folder, "values.yaml"), []byte(text), 0o644)
	}
	kubeconfig, failed := os.ReadFile(l.Kubeconfig)
	if err = errors.Join(err, failed); err == nil {
		err = os.WriteFile(o.kubeconfig(), kubeconfig, 0o600)
	}
	if err != nil {
		l.t.Fatal(err)
	}
	if exit, out := o.shell("kubectl config set-context --current --namespace=" + l.namespace); exit != 0 {
		l.t.Fatal(out)
	}

	return o
}

// has gives the operator a program.
func (o *operator) has(name, program string) {
	o.t.Helper()
	if err := os.Symlink(program, filepath.Join(o.path, name)); err != nil {
		o.t.Fatal(err)
	}
}

func (o *operator) kubeconfig() string { return filepath.Join(o.path, "kubeconfig") }

// configures writes the configuration, and shows it.
func (o *operator) configures(spec string) {
	o.t.Helper()
	if err := os.Rename(o.configuration(spec), filepath.Join(o.folder, "ferry.yaml")); err != nil {
		o.t.Fatal(err)
	}
	o.types(0, "cat ferry.yaml")
}

// types has a line end with an exit code.
func (o *operator) types(want int, line string) {
	o.t.Helper()
	exit, out := o.shell(line)
	if exit != want {
		o.t.Fatalf("%s: exit code %d, and %d was to be", line, exit, want)
	}
	o.transcript.WriteString("$ " + line + "\n" + strings.TrimRight(out, "\n") + "\n")
	if exit != 0 {
		fmt.Fprintf(&o.transcript, "$ echo $?\n%d\n", exit)
	}
	o.transcript.WriteString("\n")
}

// shell runs a line.
func (o *operator) shell(line string) (int, string) {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), 10*time.Minute)
	defer cancel()
	cmd := o.Command(ctx, "sh", "-c", line)
	cmd.Dir = o.folder
	cmd.Env = append(cmd.Env, o.environment(o.helm)...)
	cmd.Env = append(cmd.Env, "KUBECONFIG="+o.kubeconfig(), "PATH="+o.path+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	o.t.Logf("$ %s\n%s", line, out)
	if _, ok := errors.AsType[*exec.ExitError](err); !ok && err != nil {
		o.t.Fatalf("%s: %v", line, err)
	}

	return cmd.ProcessState.ExitCode(), string(out)
}
