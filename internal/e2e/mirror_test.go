//go:build e2e

package e2e_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The account of the store that mirrors go to, which is not that of the release.
const backupAccess, backupSecret = "backup-root", "backup-secret-1"

// A CronJob of the renderer mirrors all default buckets with the keys of two Secrets, into buckets that it
// makes, and says how it ended. While one run is at work another one is refused, and a run that does not come
// to its end is ended by its deadline. A fresh installation gets everything back: as it was last, and
// as it was before.
func TestMirror(t *testing.T) {
	t.Parallel()
	l := newLake(t, "helm4", "mirror")
	l.mirrored()
	source, backup := l.store("minio"), l.open("versitygw", backupAccess, backupSecret)
	l.put(source, "ilum-files", "report", "monday")

	l.job("lake-mirror-slow", "slow")
	l.await("the slow run", l.running("slow"))
	l.await("a lock", locked(backup))
	l.job("lake-mirror-offsite", "beside")
	l.await("the end of a run beside it", l.ended("beside"))
	if said := l.log("beside"); !strings.Contains(said, "REFUSED: mirror offsite: ") || !strings.Contains(said, "another run writes to it") {
		t.Errorf("two runs at a time: %s", said)
	}
	l.await("the end of the slow run", l.ended("slow"))
	if s := l.summary("lake-mirror-slow"); s["exitCode"] == "0" || !endedByDeadline(s["verdict"]) {
		t.Errorf("a run past its deadline leaves %v", s)
	}

	l.stopped()
	first := l.mirror("first", backup)
	then := time.Now().UTC().Format(time.RFC3339Nano)
	l.scale(1)
	l.begins()
	l.stopped()
	l.put(source, "ilum-files", "report", "tuesday")
	l.mirror("second", backup)

	fresh := newLake(t, "helm4", "mirror-fresh")
	fresh.install()
	fresh.stopped()
	restore := func(from, to string, flags ...string) string {
		line := []string{
			"FERRY_SOURCE_ACCESS_KEY=" + backupAccess, "FERRY_SOURCE_SECRET_KEY=" + backupSecret,
			"FERRY_DESTINATION_ACCESS_KEY=" + accessKey, "FERRY_DESTINATION_SECRET_KEY=" + secretKey,
			l.ferry, "restore", "mirror", backup.EndpointURL().String() + from, fresh.store("minio").EndpointURL().String() + to,
		}

		return l.must(t, "helm4", "env", append(line, flags...)...)
	}
	restore("", "")
	known := l.ledger()
	if faults := known.Check(fresh.contents("minio")); len(faults) > 0 {
		t.Errorf("after the restore: %v", faults)
	}
	if report := fresh.get(fresh.store("minio"), "ilum-files", "report"); report != "tuesday" {
		t.Errorf("the report is of %s", report)
	}
	restore("/"+bucket, "/then", "--at="+then)
	if found := objects(t, fresh.store("minio"), "then"); !maps.Equal(found, first) {
		t.Errorf("of %d objects there were, %d are there as they were", len(first), len(found))
	}
	restore("/ilum-files", "/files-then", "--at="+then)
	if report := fresh.get(fresh.store("minio"), "files-then", "report"); report != "monday" {
		t.Errorf("the report of then is of %s", report)
	}
}

// mirrored installs the release with two mirrors, which run when they are told to.
func (l *lake) mirrored() {
	l.t.Helper()
	l.secret("backup", backupAccess, backupSecret)
	config := l.configuration(`  objectStorage: {defaultBuckets: [ilum-files, ilum-data], activeProvider: minio}
  mirrors:
  - name: offsite
    schedule: "0 0 1 1 *"
    deadline: 15m
    destination: &outside {endpoint: "http://lake-versitygw:7070", secretName: backup}
    remove: {enabled: true, maxPercent: 100, trash: 30d}
  - name: slow
    schedule: "0 0 1 1 *"
    deadline: 1m
    bandwidth: 1KiB
    destination: *outside
`)
	l.must(l.t, l.helm, "ferry", l.line("upgrade", "--install", "--wait", "--config="+config, "ferry.enabled=false",
		"versitygw.enabled=true", "versitygw.auth.accessKey="+backupAccess, "versitygw.auth.secretKey="+backupSecret)...)
	l.begins()
}

// mirror runs the mirror while nobody writes, and returns what it is to have copied.
func (l *lake) mirror(run string, backup *minio.Client) map[string]string {
	l.t.Helper()
	l.job("lake-mirror-offsite", run)
	l.within(8*time.Minute, "the end of a run", l.ended(run)) // a lock that nobody gave back takes minutes
	held := l.contents("minio")
	if copied := objects(l.t, backup, bucket); !maps.Equal(copied, held) || len(held) < 20 {
		l.t.Errorf("of %d objects there are %d copies; the run said %s", len(held), len(copied), l.log(run))
	}
	if l.get(backup, "ilum-files", "report") != l.get(l.store("minio"), "ilum-files", "report") {
		l.t.Error("the copy of the report is another one")
	}
	s := l.summary("lake-mirror-offsite")
	if s["exitCode"] != "0" || s["lastSuccess"] == "" || !strings.Contains(s["verdict"], "DONE: mirror offsite: 2 buckets") {
		l.t.Errorf("the run leaves %v", s)
	}
	if _, err := backup.StatObject(l.t.Context(), "ferry-state", reportKey(s), minio.StatObjectOptions{}); err != nil {
		l.t.Errorf("the report %s: %v", s["report"], err)
	}

	return held
}

// endedByDeadline tells whether a run says that: by itself, or, where its pod was slow to start, stopped by the
// deadline of its Job.
func endedByDeadline(verdict string) bool {
	return strings.Contains(verdict, "after the deadline") || strings.HasPrefix(verdict, "INTERRUPTED: ")
}

// locked tells whether a run has the lock of a bucket.
func locked(backup *minio.Client) func(context.Context) error {
	return func(ctx context.Context) error {
		for lock := range backup.ListObjects(ctx, "ferry-state", minio.ListObjectsOptions{Prefix: "locks/", Recursive: true}) {
			if lock.Err != nil {
				return lock.Err
			}
			object, err := backup.GetObject(ctx, "ferry-state", lock.Key, minio.GetObjectOptions{})
			if err != nil {
				return err
			}
			var lease struct{ Released bool }
			if err := json.NewDecoder(object).Decode(&lease); err != nil {
				return err
			}
			if !lease.Released {
				return nil
			}
		}

		return errors.New("nobody has one")
	}
}

// job makes a Job of a CronJob, as kubectl create job --from does.
func (l *lake) job(cron, name string) {
	l.t.Helper()
	from, err := l.client.BatchV1().CronJobs(l.namespace).Get(l.t.Context(), cron, meta.GetOptions{})
	if err != nil {
		l.t.Fatal(err)
	}
	job := &batch.Job{ObjectMeta: meta.ObjectMeta{Name: name, Labels: from.Spec.JobTemplate.Labels}, Spec: from.Spec.JobTemplate.Spec}
	if _, err := l.client.BatchV1().Jobs(l.namespace).Create(l.t.Context(), job, meta.CreateOptions{}); err != nil {
		l.t.Fatal(err)
	}
}

// ended tells whether a Job has ended, however.
func (l *lake) ended(name string) func(context.Context) error {
	return func(ctx context.Context) error {
		job, err := l.client.BatchV1().Jobs(l.namespace).Get(ctx, name, meta.GetOptions{})
		if err != nil {
			return err
		}
		for _, c := range job.Status.Conditions {
			if c.Status == core.ConditionTrue && (c.Type == batch.JobComplete || c.Type == batch.JobFailed) {
				return nil
			}
		}

		return fmt.Errorf("%d of its pods are active", job.Status.Active)
	}
}

func (l *lake) summary(name string) map[string]string {
	l.t.Helper()
	found, err := l.client.CoreV1().ConfigMaps(l.namespace).Get(l.t.Context(), name, meta.GetOptions{})
	if err != nil {
		l.t.Fatal(err)
	}

	return found.Data
}
