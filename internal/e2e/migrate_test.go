//go:build e2e

package e2e_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
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
	for _, helm := range []string{"helm4", "helm3"} {
		if helm == "helm4" || *full {
			t.Run(helm, func(t *testing.T) {
				t.Parallel()
				newLake(t, helm, "move-"+helm).moved()
			})
		}
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
			t.Parallel()
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

// The pod of the cutover is killed at moments of chance: each time the upgrade fails, and the alias stays. The
// consumers come back by themselves, and the upgrade after that moves everything. One that is done before it can
// be killed does not count, and the next one moves back. An outsider writes between the cutovers, and as soon as one
// has proven its copy.
func TestKilledCutover(t *testing.T) {
	t.Parallel()
	for helm, kills := range map[string]int{"helm3": 0, "helm4": 3} {
		if *full {
			kills = 20
		}
		if kills > 0 {
			t.Run(helm, func(t *testing.T) {
				t.Parallel()
				newLake(t, helm, "kill-"+helm).killedOften(kills)
			})
		}
	}
}

func (l *lake) killedOften(kills int) {
	t := l.t
	const seed = 1
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	l.prepared()
	var outside *outsider
	comes := func(n int) { outside = l.outsider(fmt.Sprintf("outsider-%d", n)) }
	goes := func(from, cutover string) {
		to := l.other(from)
		l.from = from // the destination of a migration cannot go
		l.leaves(outside, from, cutover, func() (int, string) {
			return l.upgrade("activeProvider: "+to, from+".enabled=false", to+".enabled=true")
		})
		if exit, _ := l.upgrade("activeProvider: "+to, "versitygw.enabled=true"); exit != 0 {
			t.Fatalf("an upgrade that has both stores again ends with %d", exit)
		}
		l.ready("app.kubernetes.io/name="+from, 1)
	}
	comes(0)
	var done []kill
	for tries := 0; len(done) < kills; tries++ {
		if tries == 3*kills {
			t.Fatalf("of %d cutovers only %d could be killed", tries, len(done))
		}
		from := l.active()
		since := states[random.IntN(len(states))]
		k := kill{N: len(done) + 1, Since: since.name, After: time.Duration(random.Int64N(int64(since.lasts))).Round(time.Millisecond).String()}
		killed := make(chan error, 1)
		ctx, over := context.WithCancel(t.Context())
		go func() { killed <- l.kill(ctx, "lake-cutover", &k) }()
		var out string
		k.Exit, out = l.beside(outside, func() (int, string) { return l.move(l.other(from)) })
		over()
		if err := <-killed; err != nil {
			t.Fatal(err)
		}
		k.Active = l.active()
		if k.State == "" || k.Exit == 0 || strings.Contains(out, "PROVEN: ") {
			t.Logf("%s after it was %s it was over before it could be killed", k.After, k.Since)
			if k.Active != from {
				goes(from, out)
				comes(tries + 1)
			}

			continue
		}
		done = append(done, k)
		t.Logf("%+v", k)
		if k.Active != from {
			t.Fatalf("the upgrade failed, and the alias selects %s", k.Active)
		}
	}
	l.within(5*time.Minute, "the consumers to come back", func(ctx context.Context) error {
		_, err := l.client.CoreV1().ConfigMaps(l.namespace).Get(ctx, "lake-cutover-journal", meta.GetOptions{})
		if err == nil {
			return errors.New("the journal is there")
		}
		if apierrors.IsNotFound(err) {
			return nil
		}

		return err
	})
	from := l.active()
	l.holds(from)
	to := l.other(from)
	exit, out := l.beside(outside, func() (int, string) { return l.move(to) })
	if exit != 0 {
		t.Fatalf("the upgrade after all kills ended with %d", exit)
	}
	outside.late(out)
	l.holds(to)
	goes(from, out)
	l.holds(to)
	if *full && !t.Failed() {
		written, present := l.ledger().Keys()
		writeResults(t, "kills-"+l.helm+".json", map[string]any{"seed": seed, "kills": done, "keysWritten": written, "objectsProven": present})
	}
}

// move upgrades the release to a store: with a bare Helm 4, and with Ferry under Helm 3.
func (l *lake) move(to string) (int, string) {
	l.t.Helper()

	return l.upgrade("activeProvider: "+to, "versitygw.enabled=true")
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

// kill is one that happened: how long after the cutover was in a state, and what came of the upgrade.
type kill struct {
	N     int    `json:"n"`
	Since string `json:"since"`
	After string `json:"after"`
	// State is that of the cutover when its pod was killed: preflight, stopping or proven. It is empty if it was not.
	State  string `json:"state"`
	Exit   int    `json:"exit"`
	Active string `json:"active"`
}

type state struct {
	name  string
	lasts time.Duration
}

// states are those of a cutover, one after the other, and for how long it may be in them.
var states = []state{
	{"preflight", 1500 * time.Millisecond}, {"stopping", 3 * time.Second}, {"proven", 200 * time.Millisecond},
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

// kill ends the pod of a Job by force, some time after the cutover that it runs has come to a state, or nothing if
// that is over before.
func (l *lake) kill(ctx context.Context, job string, k *kill) error {
	delay, err := time.ParseDuration(k.After)
	if err != nil {
		return err
	}
	for ; ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		pods, err := l.client.CoreV1().Pods(l.namespace).List(ctx, meta.ListOptions{LabelSelector: "batch.kubernetes.io/job-name=" + job})
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			return err
		}
		for _, pod := range pods.Items {
			if pod.Status.Phase != core.PodRunning || pod.DeletionTimestamp != nil || l.stateOfCutover(ctx) < stateNamed(k.Since) {
				continue
			}
			time.Sleep(delay)
			state := states[l.stateOfCutover(ctx)].name
			now := int64(0)
			switch err := l.client.CoreV1().Pods(l.namespace).Delete(ctx, pod.Name, meta.DeleteOptions{GracePeriodSeconds: &now}); {
			case err == nil:
				k.State = state
			case !apierrors.IsNotFound(err) && ctx.Err() == nil:
				return err
			}

			return nil
		}
	}

	return nil
}

func stateNamed(name string) int {
	return slices.IndexFunc(states, func(s state) bool { return s.name == name })
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
