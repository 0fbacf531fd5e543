package mirror_test

import (
	"testing"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/memory"
)

func TestSmoke(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		objects := map[string]string{"a": "one", "b/c": "two", "empty": ""}
		w.put(w.src, objects)
		w.parts(w.src, "big", "0123", "4567", "89")
		rep := w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		t.Logf("%+v", rep)
		rep = w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		t.Logf("%+v", rep)
		rep = w.verify(w.src, w.dst, options(), mirror.OutcomeDone)
		t.Logf("%+v", rep)
	})
}
