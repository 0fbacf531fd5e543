package cutover_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/hooks/cutover"
	"github.com/helm-ferry/ferry/hooks/record"
)

// moved is a release whose objects have just been moved to versitygw and whose alias selects it.
func moved(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.bucket("minio", "files")
	for _, key := range []string{"kept", "late", "late-deleted", "both", "gone", "gone-and-late", "rewritten"} {
		w.put("minio", "files", key, "1")
	}
	time.Sleep(1100 * time.Millisecond) // versitygw lists times in seconds
	if _, err := w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw")); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.upgrade("versitygw")
	time.Sleep(1100 * time.Millisecond)
	return w
}

// TestLateWrites is about what is written to the old store after the proof, and what consumers do on
// the new one meanwhile.
func TestLateWrites(t *testing.T) {
	w := moved(t)
	w.put("minio", "files", "late", "22")
	w.put("minio", "files", "late-new", "33")
	w.remove("minio", "files", "late-deleted")
	w.put("minio", "files", "both", "44")
	w.put("versitygw", "files", "both", "555")
	w.remove("versitygw", "files", "gone")
	w.remove("versitygw", "files", "gone-and-late")
	w.put("minio", "files", "gone-and-late", "88")
	w.put("versitygw", "files", "rewritten", "66")
	w.put("versitygw", "files", "consumers-own", "77")

	for round := range 2 { // the second one finds everything as it is: it may be killed and run again
		ending, err := w.cutover("versitygw").BringBack(t.Context(), w.between(2, "minio", "versitygw"))
		if err != nil {
			t.Fatal(err)
		}
		if !ending.Partial() || ending.Late.Conflicts.String() != `"files/both", "files/gone-and-late"` || ending.Late.Deleted.String() != `"files/late-deleted"` {
			t.Errorf("round %d: %+v", round, ending)
		}
		if want := map[int]string{0: `"files/late", "files/late-new"`, 1: ""}[round]; ending.Late.Copied.String() != want {
			t.Errorf("round %d: copied %s, want %s", round, ending.Late.Copied, want)
		}
		w.holds("versitygw", "files", "both=555 consumers-own=77 kept=1 late=22 late-deleted=1 late-new=33 rewritten=66")
	}
	// what was copied late and deleted since does not come back either, and nothing else is forgotten
	w.remove("versitygw", "files", "late-new")
	ending, err := w.cutover("versitygw").BringBack(t.Context(), w.between(2, "minio", "versitygw"))
	if want := `"files/both", "files/gone-and-late", "files/late-new"`; err != nil || ending.Late.Conflicts.String() != want {
		t.Errorf("%+v, %v, want conflicts %s", ending, err, want)
	}
	w.put("minio", "files", "later", "99")
	if ending, err = w.cutover("versitygw").BringBack(t.Context(), w.between(2, "minio", "versitygw")); err != nil || ending.Late.Copied.String() != `"files/later"` {
		t.Errorf("%+v, %v", ending, err)
	}
	if late := w.record().Late; !slices.Equal(late.Conflicts.First, []string{"files/both", "files/gone-and-late", "files/late-new"}) || !slices.Equal(late.Deleted.First, []string{"files/late-deleted"}) {
		t.Errorf("the record says %+v", late)
	}
	if w.replicas("api") != 2 || w.journal() != nil {
		t.Errorf("api has %d replicas, the journal is %+v", w.replicas("api"), w.journal())
	}
}

// TestLateWritesBeforeARollback goes back at once, as after an upgrade that failed before it was at its end: what was
// written late to the store that consumers come back to comes along, or is named.
func TestLateWritesBeforeARollback(t *testing.T) {
	w := moved(t)
	w.put("minio", "files", "late", "22")
	w.put("minio", "files", "late-new", "33")
	w.remove("minio", "files", "late-deleted")
	w.put("minio", "files", "both", "44")
	w.put("versitygw", "files", "both", "555")
	w.remove("versitygw", "files", "gone")
	w.put("versitygw", "files", "consumers-own", "77")

	if _, err := w.cutover("minio").Run(t.Context(), w.between(3, "versitygw", "minio")); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.holds("minio", "files", "both=555 consumers-own=77 gone-and-late=1 kept=1 late=22 late-deleted=1 late-new=33 rewritten=1")
	if want := `conflicts="\"files/both\"" deleted="\"files/late-deleted\""`; !strings.Contains(w.log.String(), want) {
		t.Errorf("%s is not in\n%s", want, w.log)
	}
}

// TestLateWritesDuringARollback goes back while somebody writes to the store that consumers come back to: between the
// look for late writes and the second pass, which puts that into the trash.
func TestLateWritesDuringARollback(t *testing.T) {
	w := moved(t)
	w.put("versitygw", "files", "rewritten", "66")
	w.remove("versitygw", "files", "gone")
	w.before = func(next cutover.Step) {
		if next == cutover.StepCopy {
			w.put("minio", "files", "late", "22")
			w.put("minio", "files", "late-new", "33")
		}
	}
	if _, err := w.cutover("minio").Run(t.Context(), w.between(3, "versitygw", "minio")); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.holds("minio", "files", "both=1 gone-and-late=1 kept=1 late=1 late-deleted=1 rewritten=66")
	var named []string
	for line := range strings.Lines(w.log.String()) {
		if strings.Contains(line, "written late on the store that consumers come back to") {
			_, key, _ := strings.Cut(strings.TrimSpace(line), "key=")
			named = append(named, key)
		}
	}
	slices.Sort(named)
	if !slices.Equal(named, []string{"late", "late-new"}) {
		t.Errorf("named are %v", named)
	}
}

// TestLateWritesBeforeARollbackBesideAFirstPass goes back from a revision that copies the other way round already: what
// that pass has put onto the store that was left, and a consumer has deleted since, does not come back.
func TestLateWritesBeforeARollbackBesideAFirstPass(t *testing.T) {
	w := moved(t)
	w.put("minio", "files", "written-and-deleted", "1") // on versitygw, and the pass was in between
	w.pair = [2]string{"versitygw", "minio"}
	w.upgrade("versitygw")
	w.finishFirstPass()
	if _, err := w.cutover("minio").Run(t.Context(), w.between(3, "versitygw", "minio")); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.holds("minio", "files", "both=1 gone=1 gone-and-late=1 kept=1 late=1 late-deleted=1 rewritten=1")
	if want := `conflicts="\"files/written-and-deleted\""`; !strings.Contains(w.log.String(), want) {
		t.Errorf("%s is not in\n%s", want, w.log)
	}
}

// TestLateWritesWithoutARecord: the hook's Job was deleted while Helm waited, and Helm 3 took that for
// success.
func TestLateWritesWithoutARecord(t *testing.T) {
	w := newWorld(t)
	w.bucket("minio", "files")
	w.bucket("versitygw", "files")
	w.put("minio", "files", "missing", "1")
	w.put("minio", "files", "other", "1")
	w.put("versitygw", "files", "other", "2")
	w.upgrade("versitygw")
	ending, err := w.cutover("versitygw").BringBack(t.Context(), w.between(2, "minio", "versitygw"))
	if err != nil {
		t.Fatal(err)
	}
	if !ending.Unproven || !ending.Partial() || ending.Late.Copied.String() != `"files/missing"` || ending.Late.Conflicts.String() != `"files/other"` {
		t.Errorf("%+v", ending)
	}
	w.holds("versitygw", "files", "missing=1 other=2")
}

// TestKilledWhileBringingBack kills bringing back before each of its steps and runs it again.
func TestKilledWhileBringingBack(t *testing.T) {
	for _, step := range []cutover.Step{cutover.StepFollow, cutover.StepReturn, cutover.StepLate, cutover.StepForget} {
		t.Run(string(step), func(t *testing.T) {
			w := moved(t)
			w.put("minio", "files", "late", "22")
			_, w.before = w.atStep(step, true)
			if !until(t, func() { _, _ = w.cutover("versitygw").BringBack(t.Context(), w.between(2, "minio", "versitygw")) }) {
				t.Fatal("it was not killed")
			}
			w.before = nil
			ending, err := w.cutover("versitygw").BringBack(t.Context(), w.between(2, "minio", "versitygw"))
			if err != nil || ending.Partial() {
				t.Errorf("%+v, %v", ending, err)
			}
			w.holds("versitygw", "files", "both=1 gone=1 gone-and-late=1 kept=1 late=22 late-deleted=1 rewritten=1")
			if w.replicas("api") != 2 || w.journal() != nil {
				t.Errorf("api has %d replicas, the journal is %+v", w.replicas("api"), w.journal())
			}
		})
	}
}

// TestBringingBackYields: what somebody has changed since it was stopped stays as it is.
func TestBringingBackYields(t *testing.T) {
	w := newWorld(t)
	w.bucket("minio", "files")
	w.put("minio", "files", "a", "1")
	if _, err := w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw")); err != nil {
		t.Fatal(err)
	}
	w.scale("api", 3)
	if _, err := w.cutover("versitygw").Abort(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.replicas("api"); got != 3 {
		t.Errorf("api has %d replicas, and somebody has given it 3", got)
	}
}

// TestRetire drops the store that the objects were moved from.
func TestRetire(t *testing.T) {
	w := moved(t)
	if _, err := w.cutover("versitygw").BringBack(t.Context(), w.between(2, "minio", "versitygw")); err != nil {
		t.Fatal(err)
	}
	w.put("versitygw", "files", "kept", "2") // a consumer goes on
	retiring := w.between(3, "versitygw", "versitygw", "versitygw")
	if verdict, err := w.cutover("versitygw").Run(t.Context(), retiring); err != nil {
		t.Errorf("%s, %v", verdict, err)
	}
	w.remove("minio", "files", "gone")
	verdict, err := w.cutover("versitygw").Run(t.Context(), retiring)
	if want := `; deleted on minio after the proof and still on versitygw: "files/gone"`; err != nil || !strings.HasSuffix(verdict, want) {
		t.Errorf("%s, %v, want %s", verdict, err, want)
	}
	if late := w.record().Late; !slices.Equal(late.Deleted.First, []string{"files/gone"}) {
		t.Errorf("the record says %+v", late)
	}
	w.put("minio", "files", "forgotten", "3")
	_, err = w.cutover("versitygw").Run(t.Context(), retiring)
	var refusal *cutover.Refusal
	if !errors.As(err, &refusal) || !strings.Contains(refusal.Reason, `minio is to go and holds objects that were written after everything was proven to be on versitygw: "files/forgotten"`) {
		t.Errorf("the upgrade that drops minio: %v", err)
	}
}

// TestSupersession: a manifest that selects the source again ends what the record proves.
func TestSupersession(t *testing.T) {
	w := newWorld(t)
	w.bucket("minio", "files")
	w.put("minio", "files", "a", "1")
	if _, err := w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw")); err != nil {
		t.Fatal(err)
	}
	// Helm fails before it applies anything, and the next upgrade stays
	verdict, err := w.cutover("minio").Run(t.Context(), w.between(3, "minio", "minio"))
	if err != nil {
		t.Fatal(err)
	}
	if r := w.record(); r.State != record.Superseded {
		t.Errorf("%s; the record is %+v", verdict, r)
	}
	w.atRest()
}

// TestLateWritesBesideAFirstPass goes back to a revision that copies the other way round again: what that
// pass has put onto the store that was left is no late write, and does not come back when a consumer has
// deleted it meanwhile.
func TestLateWritesBesideAFirstPass(t *testing.T) {
	w := moved(t)
	if _, err := w.cutover("versitygw").BringBack(t.Context(), w.between(2, "minio", "versitygw")); err != nil {
		t.Fatal(err)
	}
	if _, err := w.cutover("minio").Run(t.Context(), w.between(3, "versitygw", "minio")); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.upgrade("minio")
	w.put("versitygw", "files", "written-and-deleted", "1") // on MinIO, and the pass was in between
	w.put("minio", "files", "written", "2")
	w.put("versitygw", "files", "written", "2")
	ending, err := w.cutover("minio").BringBack(t.Context(), w.between(3, "versitygw", "minio"))
	if err != nil {
		t.Fatal(err)
	}
	if ending.Late.Copied.Total != 0 || ending.Late.Conflicts.String() != `"files/written-and-deleted"` {
		t.Errorf("%+v", ending)
	}
	w.holds("minio", "files", "both=1 gone=1 gone-and-late=1 kept=1 late=1 late-deleted=1 rewritten=1 written=2")
}
