package mirror_test

import (
	"context"
	"slices"
	"testing"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/memory"
)

// shy is a store that does not list some of its buckets.
type shy struct {
	mirror.Reader
	hides string
}

func (s shy) Buckets(ctx context.Context) ([]string, error) {
	names, err := s.Reader.Buckets(ctx)

	return slices.DeleteFunc(names, func(name string) bool { return name == s.hides }), err
}

// A bucket that the destination knows of, and that the source has without listing it, is
// copied, and keeps the run from being complete: there may be others.
func TestUnlistedBucket(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "1"})
		w.make(w.dst)
		if err := w.dst.CreateBucket(w.Context(), "of its own", mirror.BucketRequest{}); err != nil {
			w.Fatal(err)
		}
		opts := options()
		opts.Buckets = []string{mirror.AllBuckets}
		rep := w.run(shy{w.src, bucket}, w.dst, opts, mirror.OutcomePartial)
		w.equal("buckets", len(rep.Buckets), 1)
		w.equal("report", []any{rep.Buckets[0].Bucket, rep.Buckets[0].Unlisted, rep.Buckets[0].Complete, rep.Buckets[0].Copied},
			[]any{bucket, true, false, int64(1)})
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
	})
}

// Two names for one store are told apart by a question that leaves nothing behind.
func TestSameStoreByUpload(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.make(w.dst)
		for name, test := range map[string]struct {
			src  mirror.Reader
			want bool
		}{"one": {w.dst, true}, "two": {w.src, false}} {
			same, err := mirror.SameStore(w.Context(), test.src, w.dst, bucket, "folder/")
			if err != nil || same != test.want {
				w.Errorf("%s: the same is %t: %v", name, same, err)
			}
		}
		w.equal("objects", w.content(w.dst, bucket), map[string]string{})
	})
}
