package record_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/hooks/record"
)

// TestManyOfOneTime: an object that was written in the second of many others is told apart from them, and
// where they are too many it counts for a late one: what was named too much is not lost.
func TestManyOfOneTime(t *testing.T) {
	second := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, test := range []struct {
		objects int
		early   bool // that an early object counts for a late one
	}{{10, false}, {2_001, false}, {15_000, false}, {40_000, true}} {
		t.Run(fmt.Sprint(test.objects), func(t *testing.T) {
			var marker record.Marker
			for i := range test.objects {
				marker.Add("files", fmt.Sprint("key", i), "etag", second)
			}
			mark := marker.Marks()["files"]
			if !mark.Since("key7", "another etag", second) || !mark.Since("new", "etag", second) {
				t.Error("a late write of the same second is not seen")
			}
			if got := mark.Since("key7", "etag", second); got != test.early {
				t.Errorf("an object from before counts for a late one: %t", got)
			}
			if mark.Since("key7", "another etag", second.Add(-time.Second)) {
				t.Error("an older object counts for a late one")
			}
		})
	}
}

// TestMarksFitIntoAConfigMap has many buckets with many objects of one time.
func TestMarksFitIntoAConfigMap(t *testing.T) {
	var marker record.Marker
	for i := range 60_000 {
		marker.Add(fmt.Sprint("bucket", i%6), fmt.Sprint("key", i), "etag", time.Unix(1, 0))
	}
	told := 0
	for _, mark := range marker.Marks() {
		told += len(mark.Of)
	}
	if told == 0 || told > 30_000 {
		t.Errorf("%d objects are told apart", told)
	}
}
