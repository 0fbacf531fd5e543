package cutover_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/hooks/cutover"
	"github.com/helm-ferry/ferry/hooks/record"
	"github.com/helm-ferry/ferry/internal/testworld"
)

// killed is what a kill looks like from inside: nothing runs any more, not even what would clean up.
type killed struct{ step cutover.Step }

// atStep ends a run at a step, by a kill or by a signal that leaves it time.
func (w *world) atStep(step cutover.Step, hard bool) (context.Context, func(cutover.Step)) {
	ctx, cancel := context.WithCancel(w.ctx())
	w.Cleanup(cancel)
	return ctx, func(next cutover.Step) {
		if next != step {
			return
		}
		if hard {
			panic(killed{step})
		}
		cancel()
	}
}

// until runs something that a kill ends, and tells whether it was killed.
func until(t *testing.T, run func()) (wasKilled bool) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(killed); !ok {
				panic(r)
			}
			wasKilled = true
		}
	}()
	run()
	return false
}

// steps are those of a cutover before the manifest is applied.
var steps = []cutover.Step{
	cutover.StepPreflight, cutover.StepWatchdog, cutover.StepJournal, cutover.StepStop, cutover.StepWait,
	cutover.StepCopy, cutover.StepVerify, cutover.StepCheck, cutover.StepRecord,
}

// TestKilledAtEachStep kills a cutover before each of its steps. Then either the hook runs again and
// goes on, or the watchdog brings the consumers back.
func TestKilledAtEachStep(t *testing.T) {
	w := newWorld(t)
	w.bucket("minio", "files")
	w.put("minio", "files", "a", "1")
	for _, step := range steps {
		t.Run("then again/"+string(step), func(t *testing.T) {
			w := w.with(t)
			_, w.before = w.atStep(step, true)
			if !until(t, func() { _, _ = w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw")) }) {
				t.Fatal("the run was not killed")
			}
			w.before = nil
			if _, err := w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw")); err != nil {
				t.Fatalf("the second run: %v", err)
			}
			if w.replicas("api") != 0 || !w.record().Proves("minio", "versitygw", "minio", 2) {
				t.Errorf("after the second run api has %d replicas, the record is %+v", w.replicas("api"), w.record())
			}
			if _, err := w.cutover("versitygw").Abort(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.atRest()
		})
		t.Run("then the watchdog/"+string(step), func(t *testing.T) {
			w := w.with(t)
			_, w.before = w.atStep(step, true)
			if !until(t, func() { _, _ = w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw")) }) {
				t.Fatal("the run was not killed")
			}
			w.before = nil
			w.expire()
			verdict, err := w.cutover("versitygw").Watch(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			t.Log(verdict)
			w.atRest()
		})
	}
}

// expire lets the deadline of the cutover that is under way have passed.
func (w *world) expire() {
	w.Helper()
	configMaps := w.client.CoreV1().ConfigMaps(w.client.Namespace)
	j, err := cutover.ReadJournal(w.ctx(), w.client, "shop")
	if err != nil {
		w.Fatal(err)
	}
	if j == nil {
		return
	}
	j.Deadline = j.StartedAt
	text, err := json.Marshal(j)
	if err != nil {
		w.Fatal(err)
	}
	configMap, err := configMaps.Get(w.ctx(), cutover.JournalName("shop"), meta.GetOptions{})
	if err != nil {
		w.Fatal(err)
	}
	configMap.Data["journal.json"] = string(text)
	if _, err := configMaps.Update(w.ctx(), configMap, meta.UpdateOptions{}); err != nil {
		w.Fatal(err)
	}
}

// TestInterruptedAtEachStep ends a cutover by a signal before each of its steps: it brings the
// consumers back itself.
func TestInterruptedAtEachStep(t *testing.T) {
	testworld.Wide(t, "TestKilledAtEachStep")
	w := newWorld(t)
	w.bucket("minio", "files")
	w.put("minio", "files", "a", "1")
	for _, step := range steps {
		t.Run(string(step), func(t *testing.T) {
			w := w.with(t)
			var ctx context.Context
			ctx, w.before = w.atStep(step, false)
			_, err := w.cutover("versitygw").Run(ctx, w.between(2, "minio", "versitygw"))
			var refusal *cutover.Refusal
			if !errors.As(err, &refusal) || !errors.Is(err, context.Canceled) {
				t.Errorf("the run ends with %v", err)
			}
			w.atRest()
		})
	}
}

// with is the same world for another test.
func (w *world) with(t *testing.T) *world {
	other := *w
	other.T = t
	return &other
}

// atRest demands that everything is as it was before the cutover.
func (w *world) atRest() {
	w.Helper()
	if w.replicas("api") != 2 || w.suspended("report") || w.alias() != "minio" || w.journal() != nil {
		w.Errorf("api has %d replicas, report is suspended: %t, the alias selects %s, the journal is %+v",
			w.replicas("api"), w.suspended("report"), w.alias(), w.journal())
	}
	if r := w.record(); r != nil && r.State == record.Proven {
		w.Errorf("a record counts that nothing follows from: %+v", r)
	}
	w.eventually("the consumers run", func() bool { return len(w.pods("api")) == 2 })
}
