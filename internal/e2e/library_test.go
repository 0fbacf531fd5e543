//go:build e2e

package e2e_test

import (
	"strings"
	"testing"
)

// A bare Helm moves a release whose chart has the hooks itself, there and, with -full, back. A Job that is deleted, which Helm 3
// takes for one that has succeeded, does not get the alias moved.
func TestTheChartMovesItself(t *testing.T) {
	t.Parallel()
	for _, helm := range []string{"helm3", "helm4"} {
		if helm == "helm3" || *full {
			t.Run(helm, func(t *testing.T) {
				beside(t)
				l := newLake(t, helm, "library-"+helm)
				l.install(l.moves("minio")...)
				l.begins()
				l.await("the first pass", l.jobDone("app.kubernetes.io/component=migration"))
				l.vanishes("versitygw")
				ways := []string{"versitygw"}
				if *full {
					ways = append(ways, "minio")
				}
				for _, to := range ways {
					exit, out := l.bare(to)
					if exit != 0 || !strings.Contains(out, "PROVEN: ") && helm == "helm4" {
						t.Fatalf("the cutover to %s ends with %d", to, exit)
					}
					l.holds(to)
				}
			})
		}
	}
}

// moves are the values with which the chart renders the hooks, and the alias selects a store.
func (l *lake) moves(to string) []string {
	const rows = "objectStorage.providers"
	return []string{
		"versitygw.enabled=true", "migration.minioToVersitygw.enabled=true", "migration.minioToVersitygw.deadline=2m", "objectStorage.activeProvider=" + to,
		rows + "[0].name=minio", rows + "[0].credentials.secretName=lake-minio",
		rows + "[0].credentials.accessKeyKey=root-user", rows + "[0].credentials.secretKeyKey=root-password",
		rows + "[1].name=versitygw", rows + "[1].credentials.secretName=lake-versitygw",
	}
}

// bare upgrades the release with a bare Helm.
func (l *lake) bare(to string) (int, string) {
	l.t.Helper()

	return l.run(l.t, l.helm, "helm", l.line("upgrade", append(append(l.moves(to), l.postRenderer()...), "--timeout=5m")...)...)
}

// vanishes has the Job of a cutover go while a bare Helm waits for it.
func (l *lake) vanishes(to string) {
	l.t.Helper()
	from := l.active()
	p := l.start(l.t, l.helm, "helm", l.line("upgrade", append(append(l.moves(to), l.postRenderer()...), "--timeout=5m")...)...)
	l.await("a cutover that stops consumers", l.cutover("stopping"))
	l.crush("lake-cutover")
	if exit, _ := p.wait(l.t); exit == 0 {
		l.t.Error("nothing is proven, and the upgrade has succeeded")
	}
	l.holds(from)
}
