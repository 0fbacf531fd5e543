package cutover_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// TestWithoutQuiesce stops nothing and relies on the late-writers pass.
func TestWithoutQuiesce(t *testing.T) {
	w := newWorld(t)
	w.spec = ", quiesce: false"
	w.bucket("minio", "files")
	w.put("minio", "files", "a", "1")
	if _, err := w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw")); err != nil {
		t.Fatal(err)
	}
	if w.replicas("api") != 2 || w.suspended("report") {
		t.Errorf("api has %d replicas, report is suspended: %t", w.replicas("api"), w.suspended("report"))
	}
	w.put("minio", "files", "b", "2") // a consumer goes on until the alias has moved
	w.upgrade("versitygw")
	ending, err := w.cutover("versitygw").BringBack(t.Context(), w.between(2, "minio", "versitygw"))
	if err != nil || ending.Late.Copied.String() != `"files/b"` {
		t.Errorf("%+v, %v", ending, err)
	}
	w.holds("versitygw", "files", "a=1 b=2")
}

// newWorldOutside has an endpoint beside MinIO, in place of versitygw.
func newWorldOutside(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.stores["external"] = testworld.StartMinIO(t)
	endpoint := w.stores["external"].Endpoint
	w.pair = [2]string{"minio", "external"}
	w.storage = fmt.Sprintf(", endpoint: %q, providers: [{name: external, external: true, credentials: {secretName: outside}}]", endpoint)
	w.chartOf = func(active string) string {
		text := w.chart("minio")
		if active == "external" {
			text = strings.ReplaceAll(text, "http://shop-objectstorage:9000", endpoint)
		}
		return text
	}
	w.bucket("minio", "files")
	w.put("minio", "files", "a", "1")
	return w
}

// TestToAStoreOutside moves to an endpoint, which has no Service and no alias, and back.
func TestToAStoreOutside(t *testing.T) {
	w := newWorldOutside(t)
	if _, err := w.cutover("external").Run(t.Context(), w.between(2, "minio", "external")); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.holds("external", "files", "a=1")
	w.upgrade("external")
	ending, err := w.cutover("external").BringBack(t.Context(), w.between(2, "minio", "external"))
	if err != nil || ending.Verdict != "DONE: consumers are back on external" {
		t.Errorf("%+v, %v", ending, err)
	}
	w.put("external", "files", "b", "2")
	// the alias that MinIO had is kept in the cluster, and says nothing
	if _, err := w.cutover("minio").Run(t.Context(), w.between(3, "external", "minio")); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.holds("minio", "files", "a=1 b=2")
}

// TestTheWatchdogOfAMoveOutside has a Helm that applies the manifest and then waits until the deadline has passed:
// consumers come back on the store outside, and a rollback takes along what they write there.
func TestTheWatchdogOfAMoveOutside(t *testing.T) {
	w := newWorldOutside(t)
	if _, err := w.cutover("external").Run(t.Context(), w.between(2, "minio", "external")); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.upgrade("external")
	w.expire()
	verdict, err := w.cutover("external").Watch(t.Context())
	if err != nil || !strings.HasPrefix(verdict, "DONE: the consumers are back on external;") {
		t.Errorf("the watchdog ends with %q, %v", verdict, err)
	}
	w.put("external", "files", "b", "2")
	if _, err := w.cutover("minio").Run(t.Context(), w.between(3, "external", "minio")); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.holds("minio", "files", "a=1 b=2")
}

// TestRollbackOfAMoveOutsideThatNeverCame rolls back a revision of which nothing was applied: consumers never left
// MinIO, and what they have written there since stays.
func TestRollbackOfAMoveOutsideThatNeverCame(t *testing.T) {
	w := newWorldOutside(t)
	if _, err := w.cutover("external").Run(t.Context(), w.between(2, "minio", "external")); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	if _, err := w.cutover("external").Abort(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.put("minio", "files", "b", "2")
	verdict, err := w.cutover("minio").Run(t.Context(), w.between(3, "external", "minio"))
	if err != nil || verdict != "PASS: the alias stays where it is: no objects are moved" {
		t.Errorf("the rollback ends with %q, %v", verdict, err)
	}
	w.holds("minio", "files", "a=1 b=2")
}
