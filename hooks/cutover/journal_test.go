package cutover_test

import (
	"testing"

	"github.com/helm-ferry/ferry/hooks/cutover"
)

// TestAJournalComesFirst looks into the journal before the first consumer is stopped: whoever is killed
// from then on leaves behind what brings the consumers back.
func TestAJournalComesFirst(t *testing.T) {
	w := newWorld(t)
	w.bucket("minio", "files")
	looked := false
	w.before = func(step cutover.Step) {
		if step != cutover.StepStop {
			return
		}
		looked = true
		j := w.journal()
		if j == nil || len(j.Stopped) != 2 || j.Stopped[0].Suspend || j.Stopped[1].Replicas != 2 {
			t.Errorf("the journal is %+v", j)
		}
		if w.replicas("api") != 2 || w.suspended("report") {
			t.Error("consumers are stopped before the journal is looked at")
		}
	}
	if _, err := w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw")); err != nil {
		t.Fatal(err)
	}
	if !looked {
		t.Error("nothing was stopped")
	}
}
