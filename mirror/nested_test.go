package mirror_test

import (
	"testing"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/memory"
)

// inFolders runs a test with a destination that cannot hold an object where another one lies inside of it.
func inFolders(t *testing.T, f func(w world)) {
	t.Helper()
	inWorld(t, memory.Quirks{}, memory.Quirks{Folders: true}, func(w world) {
		w.make(w.dst)
		f(w)
	})
}

// nested returns the keys that a report names as such.
func nested(rep mirror.Report) []string {
	var keys []string
	for _, d := range rep.Buckets[0].Differences.First {
		if len(d.Names) == 1 && d.Names[0] == mirror.NestedKeys && d.Kind == mirror.DiffMissing {
			keys = append(keys, d.Key)
		}
	}

	return keys
}

// Beside a key that may be left behind, what the source does not have is removed.
func TestNestedKeysMayBeLeft(t *testing.T) {
	inFolders(t, func(w world) {
		w.put(w.src, map[string]string{"a": "object", "a/b": "in a folder", "c": "plain"})
		w.put(w.dst, map[string]string{"a": "object", "extra": "goes"})
		w.equal("named", nested(w.run(w.src, w.dst, removing(90), mirror.OutcomePartial)), []string{"a/b"})
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"a": "object", "c": "plain", "extra": "goes"})
		opts := removing(90)
		opts.LeaveNested = true
		w.equal("named", nested(w.run(w.src, w.dst, opts, mirror.OutcomePartial)), []string{"a/b"})
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"a": "object", "c": "plain"})
	})
}

// A key that cannot be held for another reason is no nested one, and keeps everything where it is.
func TestOtherKeysMayNotBeLeft(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{CleanKeys: true}, func(w world) {
		w.put(w.src, map[string]string{"a/b": "plain", "a//b": "another"})
		w.make(w.dst)
		w.put(w.dst, map[string]string{"a/b": "plain", "extra": "stays"})
		opts := removing(90)
		opts.LeaveNested = true
		w.equal("named", len(nested(w.run(w.src, w.dst, opts, mirror.OutcomePartial))), 0)
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"a/b": "plain", "extra": "stays"})
	})
}

// What stood where the source has an object now is removed, and then the object is copied.
func TestFolderBecomesObject(t *testing.T) {
	for name, test := range map[string]struct{ before, after string }{
		"folder to object": {"a/b", "a"},
		"object to folder": {"a", "a/b"},
	} {
		t.Run(name, func(t *testing.T) {
			inFolders(t, func(w world) {
				w.put(w.src, map[string]string{test.after: "new", "c": "plain"})
				w.put(w.dst, map[string]string{test.before: "old", "c": "plain"})
				rep := w.run(w.src, w.dst, removing(90), mirror.OutcomeDone)
				w.equal("destination", w.content(w.dst, bucket), map[string]string{test.after: "new", "c": "plain"})
				w.equal("trash", w.trash(), map[string]string{"cargo/" + test.before: "old"})
				w.equal("counts", []int64{rep.Totals.Copied, rep.Totals.Removed, rep.Totals.KeysRefused}, []int64{1, 1, 0})
			})
		})
	}
}

// Where it may not be removed, the key is named.
func TestFolderStays(t *testing.T) {
	inFolders(t, func(w world) {
		w.put(w.src, map[string]string{"a": "new"})
		w.put(w.dst, map[string]string{"a/b": "old"})
		rep := w.run(w.src, w.dst, options(), mirror.OutcomePartial)
		w.equal("refused", []int64{rep.Totals.KeysRefused, rep.Buckets[0].Differences.Total}, []int64{1, 1})
		w.equal("named", len(nested(rep)), 0)
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"a/b": "old"})
	})
}

// Objects that only the destination has stay where they are to be spared.
func TestSpared(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "1"})
		w.make(w.dst)
		w.put(w.dst, map[string]string{"a": "1", "a/b": "stays", "extra": "goes"})
		opts := removing(50)
		opts.Spare = func(in, key string) bool { return in == bucket && key == "a/b" }
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"a": "1", "a/b": "stays"})
	})
}
