package pages

import (
	"regexp"
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
	t.Parallel()
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

// installed is a release on MinIO that holds something, with its default buckets.
func (s *storeRoom) installed(t *testing.T) {
	t.Helper()
	s.ferry(t, "upgrade --install"+onMinIO)
	s.claimOf(t, "data-lake-minio-0")
	for _, bucket := range defaultBuckets {
		s.must(t, "mc", "mb", "-q", "lake/"+bucket)
	}
	s.put(t, "lake/ilum-files/a", "first")
	s.put(t, "lake/ilum-tables/deep/b", "second")
}

var defaultBuckets = []string{"ilum-files", "ilum-data", "ilum-tables", "ilum-mlflow", "ilum-kestra", "ilum-ducklake", "ilum-langfuse"}

// TestPathBJob is the automated path with both Helms: rehearsed, copied, cut over, verified, retired.
func TestPathBJob(t *testing.T) {
	testworld.Wide(t, "TestMigrate on a real cluster")
	t.Parallel()
	for major, helm := range testworld.Helms(t, t.Name()) {
		t.Run("helm"+major, func(t *testing.T) {
			t.Parallel()
			s := newStoreRoom(t, helm)
			s.installed(t)

			// step 1 of the recipe, acknowledged before anything is copied
			output, err := s.typed(t, "upgrade"+onBoth+"--set objectStorage.cutoverAcknowledged=true")
			refused(t, err, "exit status 4")
			if !strings.Contains(output, "no record proves") {
				t.Errorf("an early acknowledgement is answered with\n%s", output)
			}
			s.selects(t, "minio")

			// steps 2 and 3, a rehearsal and what it says
			s.ferry(t, "upgrade"+onBoth+"--set migration.minioToVersitygw.enabled=true --set migration.minioToVersitygw.dryRun=true")
			s.firstPass(t)
			if said := s.ferry(t, "migrate"+onBoth+"--from minio --to versitygw --dry-run"); !strings.Contains(said, "cut over: the alias moves to versitygw") {
				t.Errorf("a rehearsal of the whole says\n%s", said)
			}
			s.selects(t, "minio")
			s.holds(t, "copy/ilum-files/a", "")

			// step 4
			said := s.ferry(t, "migrate"+onBoth+"--from minio --to versitygw")
			if !strings.Contains(said, "versitygw serves the consumers now") {
				t.Errorf("it says\n%s", said)
			}
			s.selects(t, "versitygw")
			s.holds(t, "copy/ilum-files/a", "first")

			// step 5, while somebody still writes to MinIO, and when that was taken care of
			s.must(t, "sh", "-c", "echo late | mc pipe -q lake/ilum-files/late")
			const retire = "upgrade" + onNew + "--set migration.minioToVersitygw.enabled=true --set objectStorage.cutoverAcknowledged=true"
			_, err = s.typed(t, retire)
			refused(t, err, "exit status ")
			s.must(t, "mc", "rm", "-q", "lake/ilum-files/late")
			s.ferry(t, retire)
			s.selects(t, "versitygw")
			s.claim(t, "data-lake-minio-0")
			s.stop()
			if want := `REFUSED: minio is to go and holds objects that were written after everything was proven to be on versitygw: "ilum-files/late"`; !strings.Contains(s.log, want) {
				t.Errorf("a late write is not named: %s", s.log)
			}
		})
	}
}

// firstPass waits for the Job that copies, as the recipe does.
func (s *storeRoom) firstPass(t *testing.T) {
	t.Helper()
	s.must(t, "kubectl", "wait", "job", "-l", "app.kubernetes.io/component=migration,helm-ferry.dev/name=lake",
		"--for=condition=complete", "--timeout=120s")
}

// TestVerifyTheCutover is the table of checks after a cutover.
func TestVerifyTheCutover(t *testing.T) {
	testworld.Wide(t, "TestMigrate on a real cluster")
	t.Parallel()
	s := newStoreRoom(t, testworld.Helm4(t))
	s.installed(t)
	s.ferry(t, "migrate"+onBoth+"--from minio --to versitygw")

	status := s.ferry(t, "status lake")
	for _, row := range []string{`alias +lake-objectstorage +versitygw +1 ready`, `migration +minio → versitygw +proven`} {
		if !regexp.MustCompile(row).MatchString(status) {
			t.Errorf("%q is not in\n%s", row, status)
		}
	}

	s.holds(t, "copy/ilum-files/a", "first")
	s.holds(t, "copy/ilum-tables/deep/b", "second")
	if output, err := s.call(t, "ferry", "diff", "lake", "copy"); err != nil || output != "" {
		t.Errorf("the buckets are not the same: %v\n%s", err, output)
	}
	if output := s.ferry(t, "verify lake copy"); !strings.Contains(output, "DONE: ") {
		t.Errorf("the contents are not the same:\n%s", output)
	}

	s.asConsumer(t)
	s.put(t, "consumer/ilum-files/job", "written by a consumer")
	s.holds(t, "copy/ilum-files/job", "written by a consumer")
	s.holds(t, "lake/ilum-files/job", "")

	buckets := s.must(t, "mc", "ls", "copy")
	for _, bucket := range defaultBuckets {
		if !strings.Contains(buckets, bucket+"/") {
			t.Errorf("default bucket %s is missing in\n%s", bucket, buckets)
		}
	}
	s.claim(t, "data-lake-minio-0")
}

// asConsumer has mc know the alias as consumer, by the keys of the Secret that consumers read now.
func (s *storeRoom) asConsumer(t *testing.T) {
	t.Helper()
	keys := s.must(t, "kubectl", "get", "secret", "lake-objectstorage-credentials", "-o",
		`go-template={{index .data "access-key" | base64decode}}:{{index .data "secret-key" | base64decode}}`)
	s.env = append(s.env, "MC_HOST_consumer=http://"+keys+"@lake-objectstorage:9000")
}

// TestPathC installs anew: there is nothing to do, and nothing is refused.
func TestPathC(t *testing.T) {
	t.Parallel()
	s := newStoreRoom(t, testworld.Helm4(t))
	s.ferry(t, "upgrade --install lake ./chart -f values.yaml --set rustfs.auth.accessKey=a,rustfs.auth.secretKey=test-only")
	s.selects(t, "rustfs")
}

const prepare = onBoth + "--set migration.minioToVersitygw.enabled=true"

// TestFAQWritesDuringTheMirror: consumers go on during the first pass; what they wrote, overwrote and
// deleted after it is on the target once the alias has moved.
func TestFAQWritesDuringTheMirror(t *testing.T) {
	testworld.Wide(t, "TestMigrate on a real cluster")
	t.Parallel()
	s := newStoreRoom(t, testworld.Helm4(t))
	s.installed(t)
	s.put(t, "lake/ilum-data/stays", "third")
	s.put(t, "lake/ilum-data/gone", "soon deleted")
	s.ferry(t, "upgrade"+prepare)
	s.firstPass(t)
	s.holds(t, "copy/ilum-data/gone", "soon deleted")
	s.put(t, "lake/ilum-files/new", "written since")
	s.put(t, "lake/ilum-files/a", "other")
	s.must(t, "mc", "rm", "-q", "lake/ilum-data/gone")
	s.ferry(t, "migrate"+onBoth+"--from minio --to versitygw")
	s.holds(t, "copy/ilum-files/new", "written since")
	s.holds(t, "copy/ilum-files/a", "other")
	s.holds(t, "copy/ilum-data/gone", "")
}

// TestFAQTheJobFails: the first pass has the wrong keys for the target. With the right ones the same line
// goes on; the Job that failed is in nobody's way.
func TestFAQTheJobFails(t *testing.T) {
	testworld.Wide(t, "TestWrongCredentials of ferry-hook")
	t.Parallel()
	s := newStoreRoom(t, testworld.Helm3(t))
	s.installed(t)
	_, err := s.typed(t, "migrate"+onBoth+"--set versitygw.auth.secretKey=wrong-keys --from minio --to versitygw")
	refused(t, err)
	s.selects(t, "minio")
	s.ferry(t, "migrate"+onBoth+"--from minio --to versitygw")
	s.selects(t, "versitygw")
	s.holds(t, "copy/ilum-files/a", "first")
}

// TestFAQWasTheMirrorComplete: one line says it for all buckets, by content.
func TestFAQWasTheMirrorComplete(t *testing.T) {
	testworld.Wide(t, "the scripts of ferry verify")
	t.Parallel()
	s := newStoreRoom(t, testworld.Helm3(t))
	s.installed(t)
	_, err := s.typed(t, "verify lake copy")
	refused(t, err, "exit status")
	s.must(t, "ferry", "mirror", "lake", "copy")
	output, err := s.typed(t, "verify lake copy")
	if err != nil || !strings.Contains(output, "DONE: ") {
		t.Errorf("%v\n%s", err, output)
	}
	s.put(t, "copy/ilum-files/a", "FIRST")
	output, err = s.typed(t, "verify lake copy")
	refused(t, err, "exit status 3")
	if !strings.Contains(output, "key=a") {
		t.Errorf("the difference is not named:\n%s", output)
	}
}

// TestRollback goes back to MinIO, with what was written since on the new store.
func TestRollback(t *testing.T) {
	testworld.Wide(t, "TestMigrate on a real cluster, there and back")
	t.Parallel()
	s := newStoreRoom(t, testworld.Helm4(t))
	s.installed(t)
	s.ferry(t, "migrate"+onBoth+"--from minio --to versitygw")
	s.put(t, "copy/ilum-files/since", "written since")
	s.ferry(t, "migrate"+onBoth+"--from versitygw --to minio")
	s.selects(t, "minio")
	s.holds(t, "lake/ilum-files/since", "written since")
	s.holds(t, "lake/ilum-files/a", "first")
}

// TestDowngradeToAnEmptyMinIO: the claim of the old store was deleted; the way back is a migration like
// any other.
func TestDowngradeToAnEmptyMinIO(t *testing.T) {
	testworld.Wide(t, "TestMigrate on a real cluster, there and back")
	t.Parallel()
	s := newStoreRoom(t, testworld.Helm4(t))
	s.ferry(t, "upgrade --install"+onNew)
	s.put(t, "copy/ilum-files/a", "first")
	s.ferry(t, "migrate"+onBoth+"--from versitygw --to minio --set objectStorage.previousProvider=versitygw")
	s.selects(t, "minio")
	s.holds(t, "lake/ilum-files/a", "first")
}

// external starts a store outside of the cluster, which mc knows as ext, with the keys of MinIO.
func (s *storeRoom) external(t *testing.T) {
	t.Helper()
	s.serve("ext", "s3.example.com", testworld.StartMinIO(t))
	s.must(t, "bash", "-c", `keys=${MC_HOST_lake#http://} && keys=${keys%@*} &&
		mc admin user add ext "${keys%:*}" "${keys#*:}" && mc admin policy attach ext readwrite --user "${keys%:*}" &&
		kubectl create secret generic lake-external --from-literal=access-key="${keys%:*}" --from-literal=secret-key="${keys#*:}"`)
	s.values(t, "  providers:\n  - {name: external, external: true, credentials: {secretName: lake-external}}\n")
}

const toExternal = "--set objectStorage.endpoint=http://s3.example.com --set objectStorage.credentials.existingSecret=lake-external "

// TestToAnExternalStoreAndBack moves the objects to a store outside, and home again.
func TestToAnExternalStoreAndBack(t *testing.T) {
	testworld.Wide(t, "TestToAStoreOutside")
	t.Parallel()
	s := newStoreRoom(t, testworld.Helm4(t))
	s.installed(t)
	s.external(t)
	s.ferry(t, "migrate"+onMinIO+toExternal+"--from minio --to external")
	s.holds(t, "ext/ilum-files/a", "first")
	if got := s.must(t, "kubectl", "get", "deployment", "lake-notebook", "-o", "yaml"); !strings.Contains(got, "http://s3.example.com") {
		t.Errorf("the consumer is not pointed at the store:\n%s", got)
	}
	s.put(t, "ext/ilum-files/since", "written outside")
	s.ferry(t, "migrate"+onMinIO+toExternal+"--from external --to minio")
	s.selects(t, "minio")
	s.holds(t, "lake/ilum-files/since", "written outside")
}

// TestToAProviderOfTheRegistry moves the objects to a store that only a row of the user's describes.
func TestToAProviderOfTheRegistry(t *testing.T) {
	t.Parallel()
	s := newStoreRoom(t, testworld.Helm4(t))
	s.installed(t)
	row := testworld.StartVersityGW(t)
	s.serve("row", "lake-rclone-s3:8080", row)
	s.ready(t, "lake-rclone-s3")
	s.keys += "rcloneS3: {auth: {accessKey: " + row.AccessKey + ", secretKey: " + row.SecretKey + "}}\n"
	s.values(t, `  providers:
  - name: rclone-s3
    port: 8080
    portNames: [http]
    credentials: {accessKeyEnv: [S3_ACCESS_KEY], secretKeyEnv: [S3_SECRET_KEY]}
`)
	s.ferry(t, "migrate"+onMinIO+"--set rcloneS3.enabled=true --from minio --to rclone-s3")
	s.selects(t, "rclone-s3")
	s.holds(t, "row/ilum-files/a", "first")
}
