package pages

import (
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// TestRetireByChartValues has no hooks but those of the chart, which is told the Secrets of both stores. The store
// that goes is no part of the manifest any more, and its account may read no Secret of a store: what it opens it with
// comes with its pod.
func TestRetireByChartValues(t *testing.T) {
	testworld.Wide(t, "TestRetire of the cutover")
	t.Parallel()
	for major, helm := range testworld.Helms(t, t.Name()) {
		t.Run("helm"+major, func(t *testing.T) {
			t.Parallel()
			s := newStoreRoom(t, helm)
			s.values(t, `  providers:
  - {name: minio, credentials: {secretName: lake-minio, accessKeyKey: root-user, secretKeyKey: root-password}}
  - {name: versitygw, credentials: {secretName: lake-versitygw}}
`)
			s.installed(t)
			const moves, moved = "--set migration.minioToVersitygw.enabled=true ", "--set objectStorage.cutoverAcknowledged=true "
			s.ferry(t, "upgrade"+onBoth+moves)
			s.firstPass(t)
			s.ferry(t, "upgrade"+onBoth+moves+moved)
			s.selects(t, "versitygw")
			if role := s.must(t, "kubectl", "get", "role", "lake-cutover", "-o", "yaml"); !strings.Contains(role, "sh.helm.release.v1.lake.v") {
				t.Errorf("the Role is not that of the chart:\n%s", role)
			}

			s.put(t, "lake/ilum-files/late", "too late")
			_, err := s.typed(t, "upgrade"+onNew+moves+moved)
			refused(t, err, "exit status ")
			s.must(t, "kubectl", "get", "service", "lake-minio")
			s.must(t, "mc", "rm", "-q", "lake/ilum-files/late")
			s.ferry(t, "upgrade"+onNew+moves+moved)
			s.selects(t, "versitygw")
			s.claim(t, "data-lake-minio-0")
			s.stop()
			if want := `REFUSED: minio is to go and holds objects that were written after everything was proven to be on versitygw: "ilum-files/late"`; !strings.Contains(s.log, want) {
				t.Errorf("a late write is not named: %s", s.log)
			}
		})
	}
}
