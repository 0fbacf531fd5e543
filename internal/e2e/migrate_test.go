//go:build e2e

package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// configured writes the configuration of a step and returns the flags that pass it to the renderer.
func (l *lake) configured(storage string) []string {
	l.t.Helper()
	file := l.configuration(fmt.Sprintf(`  objectStorage: {defaultBuckets: [ilum-files, ilum-data], %s}
  migration: {enabled: true, from: %s, to: %s, deadline: 2m}
`, storage, l.from, l.other(l.from)))
	if l.helm == "helm3" { // which can run no hooks of a post-renderer
		return []string{"--config=" + file, "--set=ferry.enabled=false", "--timeout=5m"}
	}

	return append(l.postRenderer(), "--post-renderer-args=--config="+file, "--set=ferry.enabled=false", "--timeout=5m")
}

// upgrade upgrades the release: with a bare Helm 4, and with Ferry under Helm 3.
func (l *lake) upgrade(storage string, set ...string) (int, string) {
	l.t.Helper()
	if l.helm == "helm3" {
		return l.run(l.t, l.helm, "ferry", l.line("upgrade", append(set, l.configured(storage)...)...)...)
	}

	return l.run(l.t, l.helm, "helm", l.line("upgrade", append(set, l.configured(storage)...)...)...)
}

// log is what a hook's Job said last.
func (l *lake) log(job string) string {
	l.t.Helper()
	pods, err := l.client.CoreV1().Pods(l.namespace).List(l.t.Context(), meta.ListOptions{LabelSelector: "batch.kubernetes.io/job-name=" + job})
	if err != nil {
		l.t.Fatal(err)
	}
	var text strings.Builder
	for _, pod := range pods.Items {
		log, err := l.client.CoreV1().Pods(l.namespace).GetLogs(pod.Name, &core.PodLogOptions{}).DoRaw(l.t.Context())
		if err != nil {
			l.t.Fatal(err)
		}
		text.Write(log)
	}

	return text.String()
}

// stopped ends the application, so that what it was promised no longer changes.
func (l *lake) stopped() {
	l.t.Helper()
	l.scale(0)
	l.ready("app.kubernetes.io/name=load", 0)
}

func (l *lake) scale(replicas int32) {
	l.t.Helper()
	l.scaleOf("load", replicas)
}

// A release moves from one store to the other under load: nothing that its application was promised is
// lost, nothing that it deleted comes back, and it runs again. What somebody else writes meanwhile, on a
// connection that nobody cuts, is found: before the alias moves it is a refusal, after that it is copied,
// or named.
func TestMove(t *testing.T) {
	t.Parallel()
	if !*full {
		t.Skip("TestKilledCutover moves too, and hooks/cutover has what an outsider does meanwhile: -full runs it")
	}
	for _, helm := range []string{"helm4", "helm3"} {
		t.Run(helm, func(t *testing.T) {
			t.Parallel()
			newLake(t, helm, "move-"+helm).moved()
		})
	}
}

func (l *lake) moved() {
	t := l.t
	if exit, _ := l.upgrade("previousProvider: minio", "--install", "--wait", "versitygw.enabled=true"); exit != 0 {
		t.Fatalf("the installation ends with %d", exit)
	}
	l.ready("app.kubernetes.io/name=load", 1)
	outside := l.outsider("outsider")
	l.await("the first pass", l.jobDone("app.kubernetes.io/component=migration"))
	l.goOn()
	exit, out := l.upgrade("previousProvider: minio, cutoverAcknowledged: true", "versitygw.enabled=true")
	if exit == 0 || !strings.Contains(out, "REFUSED: the objects of minio are not moved to versitygw") || !strings.Contains(out, "outsider/") {
		t.Fatalf("somebody writes during the second pass, and the cutover ends with %d", exit)
	}
	l.ready("app.kubernetes.io/name=load", 1)
	if active := l.active(); active != "minio" {
		t.Fatalf("after a refusal the alias selects %s", active)
	}
	exit, out = l.beside(outside, func() (int, string) {
		return l.upgrade("previousProvider: minio, cutoverAcknowledged: true", "versitygw.enabled=true")
	})
	if exit != 0 || !strings.Contains(out, "PROVEN: ") || l.active() != "versitygw" {
		t.Fatalf("the cutover ended with %d, and the alias selects %s", exit, l.active())
	}
	l.ready("app.kubernetes.io/name=load", 1)
	l.ready("app.kubernetes.io/name=notebook", 1)
	outside.late(out)
	l.goOn()
	l.stopped()
	l.proven("versitygw")
	l.leaves(outside, "minio", out, func() (int, string) {
		return l.upgrade("activeProvider: versitygw", "minio.enabled=false", "versitygw.enabled=true")
	})
}

// One line moves a release, and the same line with the stores changed over moves it back: with Helm 3,
// whose post-renderer can add no hooks, and with Helm 4. Before that the first store is refused to go.
func TestMigrate(t *testing.T) {
	t.Parallel()
	for _, helm := range []string{"helm3", "helm4"} {
		t.Run(helm, func(t *testing.T) {
			if helm == "helm4" && !*full {
				t.Skip("TestKilledCutover has Helm 4: -full runs both")
			}
			beside(t)
			l := newLake(t, helm, "migrate-"+helm)
			config := l.configuration("  objectStorage: {defaultBuckets: [ilum-data], previousProvider: minio}\n")
			flags := []string{"--config=" + config, "ferry.enabled=false"}
			l.must(t, helm, "ferry", l.line("upgrade", append(flags, "--install", "--wait")...)...)
			l.ready("app.kubernetes.io/name=load", 1)
			if exit, _ := l.run(t, helm, "ferry", l.line("upgrade", append(flags, "minio.enabled=false", "versitygw.enabled=true")...)...); exit != 4 {
				t.Fatalf("a switch of stores without a copy ended with %d", exit)
			}
			for _, step := range [][2]string{{"minio", "versitygw"}, {"versitygw", "minio"}} {
				out := l.must(t, helm, "ferry", l.line("migrate", append(flags, "--from="+step[0], "--to="+step[1], "versitygw.enabled=true")...)...)
				if !strings.Contains(out, step[1]+" serves the consumers now") {
					t.Errorf("the end does not say who serves the consumers:\n%s", out)
				}
				if !strings.Contains(out, " msg=cutover step=copy\n") { // Helm shows a hook's log in one line
					t.Errorf("nothing shows how the cutover goes on:\n%s", out)
				}
				if out := l.must(t, helm, "ferry", "status", l.name, "-n", l.namespace); !strings.Contains(out, step[0]+" → "+step[1]) || strings.Contains(out, "half done") ||
					!strings.Contains(out, "credentials accepted") {
					t.Errorf("status does not tell what has happened:\n%s", out)
				}
				l.ready("app.kubernetes.io/name=load", 1)
				if active := l.active(); active != step[1] {
					t.Fatalf("after the migration to %s the alias selects %s", step[1], active)
				}
				l.goOn()
				l.stopped()
				l.proven(step[1])
				l.scale(1)
				l.ready("app.kubernetes.io/name=load", 1)
			}
		})
	}
}

// prepared installs the release with both stores, and waits until the first pass has copied.
func (l *lake) prepared() {
	l.t.Helper()
	if exit, _ := l.upgrade("previousProvider: minio", "--install", "--wait", "versitygw.enabled=true"); exit != 0 {
		l.t.Fatalf("the installation ends with %d", exit)
	}
	l.ready("app.kubernetes.io/name=load", 1)
	l.await("the first pass", l.jobDone("app.kubernetes.io/component=migration"))
}

// writeResults keeps what a whole run has shown.
func writeResults(t *testing.T, name string, results any) {
	t.Helper()
	text, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	writeResult(t, name, append(text, '\n'))
}

func writeResult(t *testing.T, name string, text []byte) {
	t.Helper()
	root, err := testworld.Root()
	if err == nil {
		err = os.WriteFile(filepath.Join(root, "docs", "results", name), text, 0o644)
	}
	if err != nil {
		t.Error(err)
	}
}

// active is the store that the alias selects, or the one outside, which consumers are pointed at.
func (l *lake) active() string {
	l.t.Helper()
	if l.outside != nil && l.pointedOutside() {
		return external
	}
	alias, err := l.client.CoreV1().Services(l.namespace).Get(l.t.Context(), l.name+"-objectstorage", meta.GetOptions{})
	if err != nil {
		l.t.Fatal(err)
	}

	return alias.Labels["helm-ferry.dev/provider"]
}

// proven checks that a store holds what the application was promised.
func (l *lake) proven(provider string) {
	l.t.Helper()
	known := l.ledger()
	written, present := known.Keys()
	if faults := known.Check(l.contents(provider)); len(faults) > 0 || present < 20 {
		l.t.Errorf("of %d keys, %d present at %s: %v", written, present, provider, faults)
	}
}
