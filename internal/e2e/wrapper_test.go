//go:build e2e

package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// own writes the configuration of a release that Ferry's own commands upgrade.
func (l *lake) own() string {
	l.t.Helper()
	file := filepath.Join(l.t.TempDir(), "ferry.yaml")
	text := fmt.Sprintf(`apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata: {name: lake}
spec:
  image: %s
  objectStorage: {defaultBuckets: [ilum-files, ilum-data], previousProvider: minio}
  migration: {deadline: 2m}
`, hookImage)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		l.t.Fatal(err)
	}

	return file
}

// One line moves a release that has one store to another one under load, with either Helm: nothing that
// its application was promised is lost. The first store is refused to go by mistake before, and goes after.
func TestMigrateInOneLine(t *testing.T) {
	for _, helm := range []string{"helm3", "helm4"} {
		t.Run(helm, func(t *testing.T) {
			l := newLake(t, helm, "line-"+helm)
			flags := []string{"--config=" + l.own(), "--set=ferry.enabled=false", "--timeout=5m"}
			l.must(t, helm, "ferry", l.line("upgrade", append(flags, "--install", "--wait")...)...)
			l.ready("app.kubernetes.io/name=load", 1)
			time.Sleep(3 * time.Second) // of writing
			if exit, out := l.run(t, helm, "ferry", l.line("upgrade", append(flags, "minio.enabled=false", "versitygw.enabled=true")...)...); exit != 4 {
				t.Fatalf("a switch of stores without a copy ended with %d: %s", exit, out)
			}
			out := l.must(t, helm, "ferry", l.line("migrate", append(flags, "--from=minio", "--to=versitygw", "versitygw.enabled=true")...)...)
			if !strings.Contains(out, "versitygw serves the consumers now") {
				t.Errorf("the end does not say who serves the consumers:\n%s", out)
			}
			l.ready("app.kubernetes.io/name=load", 1)
			time.Sleep(2 * time.Second) // of writing to the other store
			if out := l.must(t, helm, "ferry", "status", l.name, "-n", l.namespace); !strings.Contains(out, "minio → versitygw") || strings.Contains(out, "half done") {
				t.Errorf("status does not tell what has happened:\n%s", out)
			}
			l.stopped()
			l.proven("versitygw")
		})
	}
}
