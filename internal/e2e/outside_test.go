//go:build e2e

package e2e_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// external is the provider outside of the release.
const external = "external"

// A release moves to a store outside of it, to which its consumers are pointed, and back. A stranger goes on
// writing to the store that it leaves, and either move is rolled back when the upgrade fails later.
func TestToAStoreOutsideAndBack(t *testing.T) {
	if !*full {
		t.Skip("it takes minutes for each Helm: -full runs it")
	}
	for _, helm := range []string{"helm3", "helm4"} {
		t.Run(helm, func(t *testing.T) {
			l := newLake(t, helm, "outside-"+helm)
			l.besides()
			l.installed()
			for _, part := range []struct {
				name string
				do   func(*lake)
			}{
				{"a later failure is rolled back to the store of the release", (*lake).rolledBack},
				{"to the store outside, while a stranger writes", func(l *lake) { l.watched() }},
				{"an application that never gets ready is rolled back to the store outside", (*lake).neverReady},
				{"back", func(l *lake) { l.applied() }},
			} {
				t.Run(part.name, func(t *testing.T) { part.do(l.in(t)) })
			}
		})
	}
}

// besides runs a store in another namespace, which the release knows by its endpoint and a Secret.
func (l *lake) besides() {
	l.t.Helper()
	root, err := testworld.Root()
	if err != nil {
		l.t.Fatal(err)
	}
	o := newLake(l.t, l.helm, l.namespace+"-store")
	o.name, o.chart = "outside", filepath.Join(root, "charts", "lakehouse") // without an application
	o.must(l.t, l.helm, "helm", o.line("install", "--wait", "ferry.enabled=false", "notebook.enabled=false", "minio.enabled=false", "versitygw.enabled=true")...)
	l.outside, l.second = o, external
	l.secret("lake-external", accessKey, secretKey)
	l.storage = fmt.Sprintf("endpoint: %q, rewire: true, credentials: {existingSecret: lake-external}, "+
		"providers: [{name: external, external: true, credentials: {secretName: lake-external}}]", o.endpoint())
	l.set = []string{"objectStorage.credentials.existingSecret=lake-external"} // for the chart, which names it
}

// endpoint is the address of the store of a release that is outside of another one.
func (l *lake) endpoint() string {
	return fmt.Sprintf("http://%s-versitygw.%s.svc:%d", l.name, l.namespace, ports["versitygw"])
}

// pointedOutside tells whether the application of the release is to use the store outside.
func (l *lake) pointedOutside() bool {
	l.t.Helper()
	application, err := l.client.AppsV1().Deployments(l.namespace).Get(l.t.Context(), l.name+"-load", meta.GetOptions{})
	if err != nil {
		l.t.Fatal(err)
	}

	return slices.ContainsFunc(application.Spec.Template.Spec.Containers, func(c core.Container) bool {
		return slices.Contains(c.Args, "--endpoint="+l.outside.endpoint())
	})
}

// watched moves the release, with flags of Helm's, while an outsider writes to the store that it leaves as soon as
// everything is proven, and on. Then that store is to go, and comes back.
func (l *lake) watched(flags ...string) {
	l.t.Helper()
	from := l.active()
	to := l.other(from)
	outsider := l.outsider("outsider-of-" + from)
	l.goOn() // and the outsider, too
	exit, out := l.beside(outsider, func() (int, string) { return l.run(l.t, l.helm, "ferry", l.ferryTo(to, flags...)...) })
	if exit != 0 || !strings.Contains(out, "PROVEN: ") {
		l.t.Fatalf("the cutover ended with %d", exit)
	}
	outsider.late(out)
	l.holds(to)
	l.leaves(outsider, from, out, func() (int, string) { return l.run(l.t, l.helm, "ferry", l.ferryTo(to, from+".enabled=false")...) })
	l.must(l.t, l.helm, "ferry", l.ferryTo(to)...)
	l.ready("app.kubernetes.io/name="+from, 1)
	l.holds(to)
}
