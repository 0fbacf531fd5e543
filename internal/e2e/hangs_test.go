//go:build e2e

package e2e_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The network swallows what a run of a mirror sends to a store, and the run hangs: it ends by its deadline, and
// says so. With the source gone it leaves its report at the destination and gives its lock back. With the
// destination gone it can do neither, and the next run takes the lock over. What the application was promised
// is at the destination after that.
func TestAMirrorThatHangs(t *testing.T) {
	if !*full {
		t.Skip("it waits minutes for a lock: -full runs it")
	}
	t.Parallel()
	l := newLake(t, "helm4", "mirror-hangs")
	l.mirrored()
	l.put(l.store("minio"), "ilum-files", "report", "monday")
	backup := l.open("versitygw", backupAccess, backupSecret)
	t.Run("on its source", func(t *testing.T) {
		hung := l.in(t).hangs("minio")
		if hung["report"] == "" {
			t.Error("it keeps no report")
		} else if report := l.in(t).report(backup, hung); !strings.Contains(report, `"interrupted"`) {
			t.Errorf("its report does not say that it was interrupted:\n%s", report)
		}
		if next := l.in(t).goesOn(backup, "after-source"); strings.Contains(next, `"takenOver"`) {
			t.Errorf("it did not give its lock back:\n%s", next)
		}
	})
	t.Run("on its destination", func(t *testing.T) {
		before := l.in(t).reports(backup)
		hung := l.in(t).hangs("versitygw")
		if hung["report"] != "" {
			t.Errorf("it has left %s where it could not write", hung["report"])
		}
		if next := l.in(t).goesOn(backup, "after-destination"); !strings.Contains(next, `"takenOver"`) {
			t.Errorf("the next run has not taken its lock over:\n%s", next)
		}
		if after := l.in(t).reports(backup); after != before+1 {
			t.Errorf("there were %d reports, and there are %d", before, after)
		}
	})
}

// hangs has a run of the slow mirror hang on a store until its deadline, and returns its summary.
func (l *lake) hangs(store string) map[string]string {
	l.t.Helper()
	run := "hangs-on-" + store
	before := l.summary("lake-mirror-slow")
	l.job("lake-mirror-slow", run)
	l.await("the run", l.running(run))
	l.await("its lock", locked(l.open("versitygw", backupAccess, backupSecret)))
	mend, err := l.Cut(l.t.Context(), l.address("batch.kubernetes.io/job-name="+run), l.address("app.kubernetes.io/name="+store))
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() {
		if err := mend(); err != nil {
			l.t.Error(err)
		}
	})
	l.await("the end of the run", l.ended(run))
	l.await("the end of its pod", func(ctx context.Context) error {
		if l.running(run)(ctx) == nil {
			return errors.New("it runs")
		}

		return nil
	})
	s := l.summary("lake-mirror-slow")
	if s["started"] == before["started"] || s["exitCode"] == "0" || !endedByDeadline(s["verdict"]) {
		l.t.Errorf("a run that hung leaves %v", s)
	}

	return s
}

// goesOn has the next run mirror all that there is, and returns its report.
func (l *lake) goesOn(backup *minio.Client, run string) string {
	l.t.Helper()
	l.stopped()
	held := l.mirror(run, backup)
	if faults := l.ledger().Check(held); len(faults) > 0 {
		l.t.Errorf("what is mirrored is not what the application was promised: %v", faults)
	}
	l.scale(1)
	l.begins()

	return l.report(backup, l.summary("lake-mirror-offsite"))
}

// report is the one that a summary names.
func (l *lake) report(backup *minio.Client, summary map[string]string) string {
	l.t.Helper()

	return l.get(backup, "ferry-state", reportKey(summary))
}

// reportKey is the key of the report that a summary names, in the bucket of Ferry's state.
func reportKey(summary map[string]string) string {
	_, name, _ := strings.Cut(summary["report"], "reports/")

	return "reports/" + name
}

// reports counts those at the destination.
func (l *lake) reports(backup *minio.Client) int {
	l.t.Helper()
	n := 0
	for report := range backup.ListObjects(l.t.Context(), "ferry-state", minio.ListObjectsOptions{Prefix: "reports/", Recursive: true}) {
		if report.Err != nil {
			l.t.Fatal(report.Err)
		}
		n++
	}

	return n
}

// address is that of the one pod with a label.
func (l *lake) address(label string) string {
	l.t.Helper()
	pods, err := l.client.CoreV1().Pods(l.namespace).List(l.t.Context(), meta.ListOptions{LabelSelector: label})
	if err != nil || len(pods.Items) != 1 {
		l.t.Fatalf("%d pods of %s: %v", len(pods.Items), label, err)
	}

	return pods.Items[0].Status.PodIP
}
