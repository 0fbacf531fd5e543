//go:build e2e

package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/helm-ferry/ferry/internal/e2e/ledger"
)

// other is the store that is not this one.
func (l *lake) other(provider string) string {
	if provider == "minio" {
		return l.second
	}

	return "minio"
}

// ferryTo is the line of ferry upgrade with which the alias selects a store, and both are there.
func (l *lake) ferryTo(provider string, set ...string) []string {
	l.t.Helper()
	config := l.configuration(fmt.Sprintf(`  objectStorage: {defaultBuckets: [ilum-files, ilum-data], activeProvider: %s, %s}
  migration: {enabled: true, from: %s, to: %s, deadline: 2m}
`, provider, l.storage, l.other(provider), provider))

	return l.line("upgrade", slices.Concat([]string{"--config=" + config, "ferry.enabled=false"}, l.set, set)...)
}

// installed installs the release on MinIO, with the other store beside it.
func (l *lake) installed() {
	l.t.Helper()
	l.must(l.t, l.helm, "ferry", l.ferryTo("minio", "--install", "--wait")...)
	l.begins()
}

// holds checks, with the application at rest, that a store serves the consumers and that nothing they were
// promised is lost; then the application goes on.
func (l *lake) holds(provider string) {
	l.t.Helper()
	if active := l.active(); active != provider {
		l.t.Fatalf("the alias selects %s, not %s", active, provider)
	}
	l.allBack()
	l.goOn()
	l.stopped()
	l.proven(provider)
	l.scale(1)
	l.begins()
}

// part moves a release, under load, from the store that serves it to the other one, and something is in the way.
// Nothing that the application was promised is lost.
type part struct {
	name string
	full bool // with -full alone
	do   func(*lake)
}

// Each part is a release of its own.
func TestCutovers(t *testing.T) {
	t.Parallel()
	parts := map[string][]part{
		"helm3": {
			{"a later failure is rolled back with what was written since", false, (*lake).rolledBack},
			{"the store from before goes, and comes back", true, (*lake).retired},
			{"an application that never gets ready is rolled back", true, (*lake).neverReady},
			{"Helm 4 takes over", true, (*lake).takenOver},
		},
		"helm4": {
			{"a later failure is rolled back with what was written since", true, (*lake).rolledBack},
			{"an application that never gets ready is rolled back", true, (*lake).neverReady},
			{"the store from before goes, and comes back", true, (*lake).retired},
		},
	}
	for helm, parts := range parts {
		t.Run(helm, func(t *testing.T) {
			beside(t)
			parts := slices.DeleteFunc(parts, func(p part) bool { return p.full && !*full })
			if len(parts) == 0 {
				t.Skip("the other Helm has a part of each kind: -full runs these")
			}
			for i, p := range parts {
				t.Run(p.name, func(t *testing.T) {
					beside(t)
					l := newLake(t, helm, fmt.Sprintf("cutovers-%s-%d", helm, i))
					l.installed()
					p.do(l)
				})
			}
		})
	}
}

// The node fails, and nobody else works on it.
func TestTheNodeFails(t *testing.T) {
	if !*full {
		t.Skip("nothing else can run meanwhile: -full runs it")
	}
	l := newLake(t, "helm4", "node-fails")
	l.installed()
	t.Run("the kubelet and containerd are killed while consumers stop", func(t *testing.T) { l.in(t).killed("stopping") })
	t.Run("the kubelet and containerd are killed before the consumers come back", func(t *testing.T) { l.in(t).killed("proven") })
	t.Run("the node crashes", func(t *testing.T) { l.in(t).crashed() })
}

// Helm 4 applies at the client as Helm 3 does, or at the server, and rolls back. A stranger goes on writing to the
// store that the consumers leave.
func TestApplied(t *testing.T) {
	if !*full {
		t.Skip("Helm 4 with its default is in the other tests: -full runs both ways")
	}
	l := newLake(t, "helm4", "applied")
	l.installed()
	for _, side := range []string{"--server-side=false", "--server-side=true"} {
		t.Run(side, func(t *testing.T) { l.in(t).watched(side) })
	}
	t.Run("and rolled back", func(t *testing.T) { l.in(t).rolledBackBeside() })
}

// applied moves the release with flags of Helm's.
func (l *lake) applied(flags ...string) {
	l.t.Helper()
	to := l.other(l.active())
	l.must(l.t, l.helm, "ferry", l.ferryTo(to, flags...)...)
	l.holds(to)
}

// takenOver moves with Helm 4 what Helm 3 has installed.
func (l *lake) takenOver() {
	l.t.Helper()
	l.helm = "helm4"
	l.applied()
}

// retired moves the release, switches the store off that served it, and goes back.
func (l *lake) retired() {
	l.t.Helper()
	from := l.active()
	to := l.other(from)
	l.applied()
	claim := l.claim(from)
	l.must(l.t, l.helm, "ferry", l.ferryTo(to, from+".enabled=false")...)
	l.ready("app.kubernetes.io/name="+from, 0)
	if now := l.claim(from); now.UID != claim.UID || now.DeletionTimestamp != nil {
		l.t.Errorf("the claim of %s is not kept: %+v", from, now.ObjectMeta)
	}
	l.holds(to)
	l.must(l.t, l.helm, "ferry", "rollback", l.name, "--namespace", l.namespace, "--wait", "--timeout=5m") // both stores are there, the alias stays
	l.ready("app.kubernetes.io/name="+from, 1)
	l.holds(to)
	l.applied()
}

// crashed has the node die while nothing of the application runs, and start again.
func (l *lake) crashed() {
	l.t.Helper()
	l.struck("stopping", l.Crash)
}

// killed has the kubelet and containerd die in a state of the cutover, and start again. The containers go on.
func (l *lake) killed(state string) {
	l.t.Helper()
	before := l.containers("minio", l.second)
	l.struck(state, l.KillAgents)
	if after := l.containers("minio", l.second); !maps.Equal(before, after) {
		l.t.Errorf("the stores did not go on: they were %v and are %v", before, after)
	}
}

// struck has something happen to the node in a state of the cutover, and the node start again.
func (l *lake) struck(state string, strike func() error) {
	l.t.Helper()
	from := l.active()
	p := l.start(l.t, l.helm, "ferry", l.ferryTo(l.other(from))...)
	l.await("a cutover that is "+state, l.cutover(state))
	if err := strike(); err != nil {
		l.t.Fatal(err)
	}
	if err := l.Restart(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
	if exit, out := p.wait(l.t); exit == 0 && !strings.Contains(out, "PROVEN: ") {
		l.t.Error("the upgrade has moved nothing and succeeded")
	}
	for _, name := range []string{"minio", l.second} {
		l.ready("app.kubernetes.io/name="+name, 1)
	}
	l.holds(l.active())
	if l.active() == from {
		l.applied()
	}
}

// containers are those that run of these workloads: name of the pod to ID.
func (l *lake) containers(workloads ...string) map[string]string {
	l.t.Helper()
	pods, err := l.client.CoreV1().Pods(l.namespace).List(l.t.Context(), meta.ListOptions{
		LabelSelector: "app.kubernetes.io/name in (" + strings.Join(workloads, ",") + ")",
	})
	if err != nil {
		l.t.Fatal(err)
	}
	found := map[string]string{}
	for _, pod := range pods.Items {
		for _, c := range pod.Status.ContainerStatuses {
			found[pod.Name] = c.ContainerID
		}
	}

	return found
}

// cutover tells whether one is under way that has come to this state.
func (l *lake) cutover(state string) func(context.Context) error {
	return func(ctx context.Context) error {
		if now := l.stateOfCutover(ctx, time.Time{}); now != state {
			return fmt.Errorf("it is %s", now)
		}

		return nil
	}
}

// stateOfCutover is that of the one that was begun since some time. One that was killed leaves its journal behind.
func (l *lake) stateOfCutover(ctx context.Context, since time.Time) string {
	var journal struct {
		State     string
		StartedAt time.Time
	}
	found, err := l.client.CoreV1().ConfigMaps(l.namespace).Get(ctx, "lake-cutover-journal", meta.GetOptions{})
	if err == nil {
		err = json.Unmarshal([]byte(found.Data["journal.json"]), &journal)
	}
	if err != nil || journal.StartedAt.Before(since) {
		return "preflight"
	}

	return journal.State
}

// rolledBack has an upgrade fail when the application has written to the other store for a while already: the
// atomic rollback is a cutover of its own.
func (l *lake) rolledBack() {
	l.t.Helper()
	from := l.active()
	l.smokes(func() {})
	l.holds(from)
}

// smokes has an upgrade fail by a hook of the chart's, after something else, and returns what it says.
func (l *lake) smokes(before func()) string {
	l.t.Helper()

	return l.undone([]string{"--atomic", "--timeout=5m", "global.smoke=true"}, func() {
		l.await("the hook of the chart", l.running("lake-smoke"))
		l.ready("app.kubernetes.io/name=load", 1)
		before()
		l.fail("lake-smoke")
	})
}

// rolledBackBeside is rolledBack while an outsider writes to the store that the consumers leave, until the upgrade
// fails. What it has written there comes along, or is named.
func (l *lake) rolledBackBeside() {
	l.t.Helper()
	from := l.active()
	outsider := l.outsider("outsider-of-" + from)
	l.goOn() // and the outsider, too
	_, out := l.beside(outsider, func() (int, string) {
		return 0, l.smokes(func() {
			if err := outsider.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
				l.t.Error(err)
			}
		})
	})
	outsider.late(out)
	outsider.stop()
	l.holds(from)
	out = whole(out)
	for _, fault := range outsider.ledger().Check(l.contents(from)) {
		// a delete on the old store leaves nothing to be seen there beside what was written on the new one
		if fault.Kind != ledger.Resurrected && !strings.Contains(out, fault.Key) {
			l.t.Errorf("the late write of %s by the outsider is %s, and nobody says so", fault.Key, fault.Kind)
		}
	}
}

// neverReady has an upgrade wait in vain for an application that writes to the other store meanwhile.
func (l *lake) neverReady() {
	l.t.Helper()
	atomic := map[string]string{"helm3": "--atomic", "helm4": "--rollback-on-failure"}[l.helm]
	from := l.active()
	l.undone([]string{atomic, "--wait", "--timeout=90s", "global.unready=true"}, func() {})
	l.holds(from)
}

// undone has an upgrade fail, by something that is done about it once the application writes to the other store,
// and be rolled back. It returns what that says.
func (l *lake) undone(flags []string, fail func()) string {
	l.t.Helper()
	from := l.active()
	to := l.other(from)
	p := l.start(l.t, l.helm, "ferry", l.ferryTo(to, flags...)...)
	l.await("the move to "+to, func(context.Context) error {
		if active := l.active(); active != to { //nolint:contextcheck // it has that of the test, which ends before
			return fmt.Errorf("%s serves the consumers", active)
		}

		return nil
	})
	l.goOn()
	fail()
	exit, out := p.wait(l.t)
	if exit == 0 {
		l.t.Error("the upgrade did not fail")
	}

	return out
}

// fail has a Job fail.
func (l *lake) fail(job string) {
	l.t.Helper()
	patch := []byte(`{"spec":{"activeDeadlineSeconds":1}}`)
	if _, err := l.client.BatchV1().Jobs(l.namespace).Patch(l.t.Context(), job, types.MergePatchType, patch, meta.PatchOptions{}); err != nil {
		l.t.Fatal(err)
	}
}
