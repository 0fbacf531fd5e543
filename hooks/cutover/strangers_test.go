package cutover_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/hooks/cutover"
)

// TestStrangers has objects in a bucket of the target that no migration has brought there: they are
// somebody else's, and the second pass would remove them.
func TestStrangers(t *testing.T) {
	w := newWorld(t)
	w.bucket("minio", "files")
	w.put("minio", "files", "a", "1")
	w.bucket("versitygw", "files")
	w.put("versitygw", "files", "theirs", "2")
	_, err := w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw"))
	want := "nothing was stopped: bucket files is refused: 1 of the 1 objects at the destination are not at the source"
	var refusal *cutover.Refusal
	if !errors.As(err, &refusal) || !strings.Contains(refusal.Reason, want) {
		t.Errorf("the run ends with %v", err)
	}
	w.holds("versitygw", "files", "theirs=2")
	w.atRest()
	w.remove("versitygw", "files", "theirs")
	w.put("versitygw", "files", "a", "another") // by a copy that somebody made by other means
	if _, err := w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw")); err != nil {
		t.Fatal(err)
	}
	w.holds("versitygw", "files", "a=1")
}
