//go:build e2e

package e2e_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// other is the store that is not this one.
func other(provider string) string {
	if provider == "minio" {
		return "versitygw"
	}

	return "minio"
}

// ferryTo is the line of ferry upgrade with which the alias selects a store, and both are there.
func (l *lake) ferryTo(provider string, set ...string) []string {
	l.t.Helper()

	return l.ferryFrom(other(provider), provider, set...)
}

func (l *lake) ferryFrom(from, to string, set ...string) []string {
	l.t.Helper()
	config := filepath.Join(l.t.TempDir(), "ferry.yaml")
	text := fmt.Sprintf(`apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata: {name: lake}
spec:
  image: %s
  objectStorage: {defaultBuckets: [ilum-files, ilum-data], activeProvider: %s, providers: [%s]}
  migration: {enabled: true, from: %s, to: %s, deadline: 2m}
`, l.image, to, l.row, from, to)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		l.t.Fatal(err)
	}

	return l.line("upgrade", append([]string{"--config=" + config, "ferry.enabled=false", "versitygw.enabled=true"}, set...)...)
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
	l.ready("app.kubernetes.io/name=load", 1)
}

// Each part moves one release, under load, from the store that serves it to the other one, and something is
// in the way. Nothing that the application was promised is lost.
func TestCutovers(t *testing.T) {
	type part struct {
		name string
		full bool
		do   func(*lake)
	}
	parts := map[string][]part{
		"helm3": {
			{"a later failure is rolled back with what was written since", false, (*lake).rolledBack},
			{"the store from before goes, and comes back", false, (*lake).retired},
			{"Helm 4 takes over", true, (*lake).takenOver},
		},
		"helm4": {
			{"a later failure is rolled back with what was written since", true, (*lake).rolledBack},
			{"applied by the client", true, func(l *lake) { l.applied("--server-side=false") }},
			{"applied by the server", true, func(l *lake) { l.applied("--server-side=true") }},
			{"the store from before goes, and comes back", true, (*lake).retired},
			{"the node crashes", false, (*lake).crashed},
		},
	}
	for _, helm := range []string{"helm3", "helm4"} {
		t.Run(helm, func(t *testing.T) {
			l := newLake(t, helm, "cutovers-"+helm)
			l.must(t, helm, "ferry", l.ferryTo("minio", "--install", "--wait")...)
			l.ready("app.kubernetes.io/name=load", 1)
			l.goOn()
			for _, p := range parts[helm] {
				if *full || !p.full {
					t.Run(p.name, func(t *testing.T) { p.do(l.in(t)) })
				}
			}
		})
	}
}

// applied moves the release with flags of Helm's.
func (l *lake) applied(flags ...string) {
	l.t.Helper()
	to := other(l.active())
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
	to := other(from)
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
	from := l.active()
	p := l.start(l.t, l.helm, "ferry", l.ferryTo(other(from))...)
	l.await("the journal", func(ctx context.Context) error {
		_, err := l.client.CoreV1().ConfigMaps(l.namespace).Get(ctx, "lake-cutover-journal", meta.GetOptions{})

		return err
	})
	if err := l.Crash(); err != nil {
		l.t.Fatal(err)
	}
	if err := l.Restart(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
	if exit, out := p.wait(l.t); exit == 0 && !strings.Contains(out, "PROVEN: ") {
		l.t.Error("the upgrade has moved nothing and succeeded")
	}
	for _, name := range []string{"minio", "versitygw"} {
		l.ready("app.kubernetes.io/name="+name, 1)
	}
	if l.active() == from {
		l.holds(from)
		l.applied()
	}
}

// rolledBack has an upgrade fail when the application has written to the other store for a while already: the
// atomic rollback is a cutover of its own.
func (l *lake) rolledBack() {
	l.t.Helper()
	from := l.active()
	p := l.start(l.t, l.helm, "ferry", l.ferryTo(other(from), "--atomic", "--timeout=5m", "global.smoke=true")...)
	l.await("the hook of the chart", l.running("lake-smoke"))
	if active := l.active(); active != other(from) {
		l.t.Errorf("the alias selects %s", active)
	}
	l.ready("app.kubernetes.io/name=load", 1)
	l.goOn()
	l.fail("lake-smoke")
	if exit, _ := p.wait(l.t); exit == 0 {
		l.t.Error("the upgrade did not fail")
	}
	l.holds(from)
}

// fail has a Job fail.
func (l *lake) fail(job string) {
	l.t.Helper()
	patch := []byte(`{"spec":{"activeDeadlineSeconds":1}}`)
	if _, err := l.client.BatchV1().Jobs(l.namespace).Patch(l.t.Context(), job, types.MergePatchType, patch, meta.PatchOptions{}); err != nil {
		l.t.Fatal(err)
	}
}
