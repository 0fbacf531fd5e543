package pages

import (
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// The lines of the recipes: a release with MinIO, and one with both stores.
const (
	onMinIO = " lake ./chart -f values.yaml --set minio.enabled=true --set rustfs.enabled=false "
	onBoth  = onMinIO + "--set versitygw.enabled=true "
	onNew   = " lake ./chart -f values.yaml --set rustfs.enabled=false --set versitygw.enabled=true "
)

// TestPathA keeps MinIO by two flags. Without them the chart's default takes its place, which is refused.
func TestPathA(t *testing.T) {
	s := newStoreRoom(t, testworld.Helm3(t))
	s.ferry(t, "upgrade --install"+onMinIO)
	s.claimOf(t, "data-lake-minio-0")
	s.ferry(t, "upgrade"+onMinIO)
	s.selects(t, "minio")
	output, err := s.typed(t, "upgrade lake ./chart -f values.yaml --set rustfs.auth.accessKey=a,rustfs.auth.secretKey=test-only")
	refused(t, err, "exit status 4")
	if !strings.Contains(output, "would orphan 1 claim of minio") {
		t.Errorf("it says\n%s", output)
	}
	s.selects(t, "minio")
	s.claim(t, "data-lake-minio-0")
}

// TestPathBJob is the automated path with both Helms: rehearsed, copied, cut over, verified, retired.
func TestPathBJob(t *testing.T) {
	for major, helm := range helms(t) {
		t.Run("helm"+major, func(t *testing.T) {
			s := newStoreRoom(t, helm)
			s.ferry(t, "upgrade --install"+onMinIO)
			s.claimOf(t, "data-lake-minio-0")
			s.put(t, "lake/ilum-files/a", "first")
			s.put(t, "lake/ilum-tables/deep/b", "second")

			// step 1 of the recipe, acknowledged before anything is copied
			output, err := s.typed(t, "upgrade"+onBoth+"--set objectStorage.cutoverAcknowledged=true")
			refused(t, err, "exit status 4")
			if !strings.Contains(output, "no record proves") {
				t.Errorf("an early acknowledgement is answered with\n%s", output)
			}
			s.selects(t, "minio")

			// steps 2 and 3, a rehearsal and what it says
			s.ferry(t, "upgrade"+onBoth+"--set migration.minioToVersitygw.enabled=true --set migration.minioToVersitygw.dryRun=true")
			s.must(t, "kubectl", "wait", "job", "-l", "app.kubernetes.io/component=migration", "--for=condition=complete", "--timeout=120s")
			s.holds(t, "copy/ilum-files/a", "")

			// step 4
			said := s.ferry(t, "migrate"+onBoth+"--from minio --to versitygw")
			if !strings.Contains(said, "versitygw serves the consumers now") {
				t.Errorf("it says\n%s", said)
			}
			s.selects(t, "versitygw")
			s.verified(t)

			// step 5
			s.ferry(t, "upgrade"+onNew+"--set objectStorage.cutoverAcknowledged=true --set migration.minioToVersitygw.enabled=true")
			s.selects(t, "versitygw")
			s.claim(t, "data-lake-minio-0")
		})
	}
}

// verified is the table of checks after a cutover.
func (s *storeRoom) verified(t *testing.T) {
	t.Helper()
	s.holds(t, "copy/ilum-files/a", "first")
	s.holds(t, "copy/ilum-tables/deep/b", "second")
	if output, err := s.call(t, "ferry", "diff", "lake", "copy", "--buckets", "ilum-files,ilum-tables"); err != nil || output != "" {
		t.Errorf("bucket parity: %v\n%s", err, output)
	}
	buckets := s.must(t, "mc", "ls", "copy")
	for _, bucket := range []string{"ilum-files", "ilum-data", "ilum-tables", "ilum-mlflow", "ilum-kestra", "ilum-ducklake", "ilum-langfuse"} {
		if !strings.Contains(buckets, bucket+"/") {
			t.Errorf("default bucket %s is missing in\n%s", bucket, buckets)
		}
	}
	s.claim(t, "data-lake-minio-0")
	s.ferry(t, "status lake")
}

// TestPathC installs anew: there is nothing to do, and nothing is refused.
func TestPathC(t *testing.T) {
	s := newStoreRoom(t, testworld.Helm4(t))
	s.ferry(t, "upgrade --install lake ./chart -f values.yaml --set rustfs.auth.accessKey=a,rustfs.auth.secretKey=test-only")
	s.selects(t, "rustfs")
}
