package mirror_test

import (
	"fmt"
	"testing"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/memory"
)

// A run tells what it does, and how much there is to do as soon as that is known: before the
// objects that are still under way.
func TestPhases(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "12", "b/../c": "345"})
		w.make(w.dst)
		w.put(w.dst, map[string]string{"a": "12", "x": "gone"})
		var seen []string
		opts := removing(100)
		opts.Progress = func(e mirror.Event) {
			if e.Kind == mirror.EventPhase {
				if n := len(seen); n > 0 && seen[n-1] == fmt.Sprint(e.Phase, " ", e.Objects, " ", e.Bytes) {
					return
				}
				seen = append(seen, fmt.Sprint(e.Phase, " ", e.Objects, " ", e.Bytes))
			}
		}
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("mirror", seen, []string{"guarding 0 0", "copying 0 0", "copying 2 5", "publishing 0 0", "removing 0 0"})
		seen = nil
		w.verify(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("verify", seen, []string{"comparing 0 0", "comparing 2 5"})
	})
}
