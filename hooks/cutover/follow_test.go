package cutover_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/hooks/cutover"
	"github.com/helm-ferry/ferry/mirror"
)

// TestTheAliasIsFollowed has a node that follows the alias late, and consumers that the manifest has started before.
func TestTheAliasIsFollowed(t *testing.T) {
	for name, late := range map[string]int{"at once": 0, "late": 2} {
		t.Run(name, func(t *testing.T) {
			w := moved(t)
			w.eventually("the manifest starts the consumers", func() bool { return len(w.pods("api")) == 2 })
			looks := 0
			w.through = func(_ context.Context, provider string) (mirror.Store, error) {
				if looks++; looks <= late {
					w.put("minio", "files", fmt.Sprintf("early-%d", looks), "22") //nolint:contextcheck // by a consumer that was too quick: the world outlasts ctx
					provider = "minio"
				}
				return w.open(w.stores[provider])
			}
			w.before = func(next cutover.Step) {
				if next != cutover.StepReturn {
					return
				}
				if late == 0 {
					if w.replicas("api") != 2 {
						t.Error("consumers were stopped that could not have connected too early")
					}
					return
				}
				if len(w.pods("api")) != 0 {
					t.Error("a consumer runs that may have connected too early")
				}
				w.holds("versitygw", "files", "both=1 early-1=22 early-2=22 gone=1 gone-and-late=1 kept=1 late=1 late-deleted=1 rewritten=1")
			}
			ending, err := w.cutover("versitygw").BringBack(t.Context(), w.between(2, "minio", "versitygw"))
			if err != nil || ending.Partial() || ending.Late.Copied.Total != late || looks != late+1 {
				t.Errorf("%+v, %v, after %d looks", ending, err, looks)
			}
			if w.replicas("api") != 2 || w.journal() != nil {
				t.Errorf("api has %d replicas, the journal is %+v", w.replicas("api"), w.journal())
			}
			if stopped := strings.Contains(w.log.String(), "stopping again"); stopped != (late > 0) {
				t.Errorf("stopped again: %t", stopped)
			}
		})
	}
}
