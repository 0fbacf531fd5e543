package mirror_test

import (
	"context"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
)

// A span of times is that of the source, from its beginning up to and without its end.
// What is outside is left alone, and what only the destination has is outside.
func TestSpanOfTimes(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.make(w.dst)
		w.put(w.src, map[string]string{"a": "early"})
		from := time.Now()
		w.put(w.src, map[string]string{"b": "in time"})
		to := time.Now()
		w.put(w.src, map[string]string{"c": "late"})
		w.put(w.dst, map[string]string{"a": "else", "extra": "x"})
		opts := options()
		opts.ModifiedAfter, opts.ModifiedBefore = from, to
		rep := w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"a": "else", "b": "in time", "extra": "x"})
		w.equal("counts", []int64{rep.Totals.Source, rep.Totals.Excluded, rep.Totals.Extra}, []int64{1, 3, 0})
		w.verify(w.src, w.dst, opts, mirror.OutcomeDone)
		opts.ModifiedBefore = time.Time{}
		w.says(first(w.verify(w.src, w.dst, opts, mirror.OutcomeDifferences)), "missing")
		opts.ModifiedAfter, opts.ModifiedBefore = time.Time{}, from
		w.says(first(w.verify(w.src, w.dst, opts, mirror.OutcomeDifferences)), "size")
	})
}

// An object that is written again while it is read leaves the span.
func TestLeavesTheSpan(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "old"})
		opts := options()
		opts.ModifiedBefore = time.Now()
		rewritten := false
		src := faulty.New(w.src, faulty.Faults{Before: func(call faulty.Call) error {
			if call.Method == "Get" && !rewritten {
				rewritten = true
				w.put(w.src, map[string]string{"a": "new one"})
			}

			return nil
		}})
		w.run(src, w.dst, opts, mirror.OutcomeDone)
		w.equal("destination", w.content(w.dst, bucket), map[string]string{})
	})
}

// Equal ETags prove what the destination once received. Only reading shows what it has.
func TestReadAll(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "content"})
		w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		opts := options()
		opts.ReadAll = true
		rep := w.verify(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("proofs", rep.Buckets[0].Proofs, map[mirror.Proof]int64{mirror.ProofContent: 1})
		rotten := faulty.New(w.dst, faulty.Faults{Object: spoil(1, faulty.Damage)})
		w.verify(w.src, rotten, options(), mirror.OutcomeDone)
		w.says(first(w.verify(w.src, rotten, opts, mirror.OutcomeDifferences)), "content")
		rotten = faulty.New(w.dst, faulty.Faults{Object: spoil(1, faulty.Damage)})
		rep = w.run(w.src, rotten, opts, mirror.OutcomeDone)
		w.equal("copied", rep.Totals.Copied, int64(1))
	})
}

// filed keeps the storage class of each write.
type filed struct {
	mirror.Store
	classes map[string]int
}

func (f filed) Put(ctx context.Context, bucket, key string, req mirror.PutRequest) (mirror.ETag, error) {
	f.classes[bucket+"/"+req.Filing.StorageClass]++

	return f.Store.Put(ctx, bucket, key, req)
}

func (f filed) Upload(ctx context.Context, bucket, key string, req mirror.UploadRequest) (mirror.Upload, error) {
	f.classes[bucket+"/"+req.Filing.StorageClass]++

	return f.Store.Upload(ctx, bucket, key, req)
}

// The storage class is asked for copies, and not for the trash.
func TestStorageClass(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "content"})
		w.parts(w.src, "b", "12", "34")
		w.make(w.dst)
		w.put(w.dst, map[string]string{"a": "older"})
		opts := options()
		opts.StorageClass = "GLACIER_IR"
		opts.Remove.Trash = time.Hour
		dst := filed{w.dst, map[string]int{}}
		w.run(w.src, dst, opts, mirror.OutcomeDone)
		w.equal("classes", dst.classes, map[string]int{bucket + "/GLACIER_IR": 2, mirror.DefaultStateBucket + "/": 2})
	})
}

// An absolute number bounds removals beside the percentage.
func TestRemoveAtMost(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "1"})
		w.make(w.dst)
		w.put(w.dst, map[string]string{"a": "1", "b": "2", "c": "3"})
		opts := removing(100)
		opts.Remove.MaxObjects = 1
		rep := w.run(w.src, w.dst, opts, mirror.OutcomeRefused)
		w.equal("refused", rep.Buckets[0].Refused,
			"2 of the 3 objects at the destination would be replaced or removed, more than the 1 that one run may")
		w.equal("left", len(w.content(w.dst, bucket)), 3)
		opts.Remove.MaxObjects = 2
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		opts.Remove.MaxObjects, opts.Remove.MaxPercent = 5, 10
		w.put(w.dst, map[string]string{"d": "4"})
		rep = w.run(w.src, w.dst, opts, mirror.OutcomeRefused)
		w.says(rep.Buckets[0].Refused, "more than 10 %")
	})
}
