package pages

import (
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// TestMirrorToAnExternalStore is the CronJob of the backup recipe. Its keys come from two Secrets with the
// same names of keys, which envFrom would lay over one another and no shell could read; an object that has
// changed is copied again; what was deleted goes to the trash; and everything comes back.
func TestMirrorToAnExternalStore(t *testing.T) {
	testworld.Wide(t, "TestMirror on a real cluster")
	t.Parallel()
	s := newStoreRoom(t, testworld.Helm3(t))
	backup := testworld.StartVersityGW(t)
	s.serve("backup", "s3.example.com", backup)
	s.must(t, "kubectl", "create", "secret", "generic", "lake-backup-credentials",
		"--from-literal=access-key="+backup.AccessKey, "--from-literal=secret-key="+backup.SecretKey)
	s.values(t, "mirrors:\n- {name: offsite, rpo: 2h, remove: {enabled: true, maxPercent: 100}, destination: {endpoint: \"http://s3.example.com\", secretName: lake-backup-credentials}}\n")
	s.installed(t)

	s.mirrorNow(t, "first")
	s.holds(t, "backup/ilum-files/a", "first")
	if keys := s.must(t, "kubectl", "get", "cronjob", "lake-mirror-offsite", "-o", "jsonpath={.spec.jobTemplate.spec.template.spec.containers[0].envFrom}{.spec.jobTemplate.spec.template.spec.containers[0].command}"); keys != "" {
		t.Errorf("keys are taken as a whole, or a shell runs: %s", keys)
	}

	s.put(t, "lake/ilum-files/a", "FIRST")
	s.put(t, "lake/ilum-files/keep", "more")
	s.must(t, "mc", "rm", "-q", "lake/ilum-tables/deep/b")
	s.put(t, "lake/ilum-tables/deep/c", "third")
	s.mirrorNow(t, "second")
	s.holds(t, "backup/ilum-files/a", "FIRST")
	s.holds(t, "backup/ilum-tables/deep/b", "")
	s.holds(t, "backup/ilum-tables/deep/c", "third")

	// the cluster is lost: a clean installation, with another store
	s.serve("fresh", "fresh:9000", testworld.StartMinIO(t))
	output, err := s.typed(t, "restore mirror backup fresh --buckets "+strings.Join(defaultBuckets, ","))
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	s.holds(t, "fresh/ilum-files/a", "FIRST")
	s.holds(t, "fresh/ilum-files/keep", "more")
	s.holds(t, "fresh/ilum-tables/deep/c", "third")
}

// mirrorNow starts the CronJob, as one does by hand.
func (s *storeRoom) mirrorNow(t *testing.T, name string) {
	t.Helper()
	s.must(t, "kubectl", "create", "job", name, "--from=cronjob/lake-mirror-offsite")
	s.must(t, "kubectl", "wait", "job", name, "--for=condition=complete", "--timeout=120s")
}
