package mirror_test

import (
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/memory"
	"github.com/helm-ferry/ferry/mirror/storetest"
)

// Keys that look alike are different keys, and arrive as they are.
func TestKeysAreBytes(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		objects := map[string]string{"\xff\xfe": "not text"}
		for _, key := range storetest.Keys() {
			objects[key] = "content of " + key
		}
		w.put(w.src, objects)
		rep := w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		w.equal("copied", rep.Totals.Copied, int64(len(objects)))
		w.equal("destination", w.content(w.dst, bucket), objects)
		w.verify(w.src, w.dst, options(), mirror.OutcomeDone)
	})
}

// A destination that takes a key for another one is found out before it overwrites
// that one and after it has made it up; what it cannot hold is named, and nothing
// appears under a wrong key.
func TestKeysMixedUp(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{CleanKeys: true}, func(w world) {
		plain := map[string]string{"a/b": "plain", "up": "plain"}
		odd := map[string]string{
			"a//b": "overwrites a/b", "x/../up": "overwrites up", "/lead": "appears as lead", "tail/": "appears as tail",
			"new//key": "appears as new/key", "new/./key": "appears as new/key too",
		}
		w.put(w.src, plain)
		w.put(w.src, odd)
		for range 2 {
			rep := w.run(w.src, w.dst, options(), mirror.OutcomePartial)
			w.equal("destination", w.content(w.dst, bucket), plain)
			w.equal("refused keys", rep.Totals.KeysRefused, int64(len(odd)))
			reported := map[string]string{}
			for _, difference := range rep.Buckets[0].Differences.First {
				w.equal("kind", difference.Kind, mirror.DiffMissing)
				reported[difference.Key] = odd[difference.Key]
			}
			w.equal("reported", reported, odd)
		}
		rep := w.verify(w.src, w.dst, options(), mirror.OutcomeDifferences)
		w.equal("missing", rep.Buckets[0].Differences.Total, int64(len(odd)))
	})
}

// Where a key cannot be an object and a folder, one of the two is copied and the
// other named.
func TestKeysThatOverlap(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{Folders: true}, func(w world) {
		objects := map[string]string{"a": "object", "a/b": "in a folder", "c": "plain"}
		w.put(w.src, objects)
		opts := options()
		opts.Concurrency = 1
		rep := w.run(w.src, w.dst, opts, mirror.OutcomePartial)
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"a": "object", "c": "plain"})
		if rep.Buckets[0].Differences.Total != 1 {
			w.Fatalf("differences: %+v", rep.Buckets[0].Differences)
		}
		w.equal("refused", rep.Buckets[0].Differences.First[0].Key, "a/b")
		w.says(first(rep), "cannot hold this key")
	})
}

// A filter leaves keys out on both sides.
func TestFilter(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"data/a.csv": "1", "data/tmp/b.csv": "2", "data/c.txt": "3", "other": "4"})
		w.make(w.dst)
		w.put(w.dst, map[string]string{"left": "alone"})
		opts := options()
		opts.Include, opts.Exclude = []string{"data/"}, []string{"**/tmp/**", "*/*.txt"}
		rep := w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"data/a.csv": "1", "left": "alone"})
		w.equal("counts", []int64{rep.Totals.Source, rep.Totals.Excluded, rep.Totals.Extra}, []int64{1, 4, 0})
		w.verify(w.src, w.dst, opts, mirror.OutcomeDone)
	})
}

// Ferry's own bucket is not among all buckets, on either side.
func TestStateBucketIsNotMirrored(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		for _, name := range []string{mirror.DefaultStateBucket, "mine"} {
			if err := w.src.CreateBucket(w.Context(), name, mirror.BucketRequest{}); err != nil {
				w.Fatal(err)
			}
		}
		opts := mirror.Options{Buckets: []string{mirror.AllBuckets}, CreateBuckets: true}
		names := func(rep mirror.Report) string {
			var all []string
			for _, b := range rep.Buckets {
				all = append(all, b.Bucket)
			}

			return strings.Join(all, " ")
		}
		w.equal("buckets", names(w.run(w.src, w.dst, opts, mirror.OutcomeDone)), "cargo mine")
		opts.StateBucket = "mine"
		w.equal("buckets", names(w.run(w.src, w.dst, opts, mirror.OutcomeDone)), "cargo ferry-state")
	})
}
