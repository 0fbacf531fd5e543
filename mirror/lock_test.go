package mirror_test

import (
	"testing"
	"time"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/memory"
)

// inLockedWorld is a world whose source's bucket has object lock, as the destination's has
// if asked for.
func inLockedWorld(t *testing.T, src memory.Quirks, locked bool, f func(w world)) {
	t.Helper()
	inWorld(t, src, memory.Quirks{}, func(w world) {
		w.src = memory.New("mem://source:1", src)
		for s, lock := range map[*memory.Store]bool{w.src: true, w.dst: locked} {
			if err := s.CreateBucket(w.Context(), bucket, mirror.BucketRequest{Lock: lock}); err != nil {
				w.Fatal(err)
			}
		}
		f(w)
	})
}

func retention(until time.Duration) map[string]string {
	return map[string]string{
		mirror.LockMode: "GOVERNANCE", mirror.LockUntil: time.Now().Add(until).UTC().Format(time.RFC3339), mirror.LockHold: "ON",
	}
}

// Retention and legal hold come along with each object and version.
func TestLocksAreCarried(t *testing.T) {
	for name, versions := range map[string]bool{"newest": false, "history": true} {
		t.Run(name, func(t *testing.T) {
			inLockedWorld(t, memory.Quirks{}, true, func(w world) {
				lock := retention(time.Hour)
				w.write(w.src, "k", "content", mirror.Attributes{Lock: lock})
				w.write(w.src, "free", "content", mirror.Attributes{})
				opts := options()
				opts.Versions = versions
				rep := w.run(w.src, w.dst, opts, mirror.OutcomeDone)
				w.equal("lock", w.stat(w.dst, "k").Lock, lock)
				w.equal("anomalies", rep.Buckets[0].Anomalies, map[mirror.AnomalyKind]mirror.Note{})
				w.verify(w.src, w.dst, opts, mirror.OutcomeDone)
			})
		})
	}
}

// A retention that has ended is left behind: no store takes it.
func TestEndedRetention(t *testing.T) {
	inLockedWorld(t, memory.Quirks{}, true, func(w world) {
		w.write(w.src, "k", "content", mirror.Attributes{Lock: retention(time.Minute)})
		time.Sleep(time.Hour)
		w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		w.equal("lock", w.stat(w.dst, "k").Lock, map[string]string{mirror.LockHold: "ON"})
		w.verify(w.src, w.dst, options(), mirror.OutcomeDone)
	})
}

// A bucket without object lock gets the objects, and the report says what it cannot hold.
func TestLocksCannotBeHeld(t *testing.T) {
	inLockedWorld(t, memory.Quirks{}, false, func(w world) {
		w.write(w.src, "k", "content", mirror.Attributes{Lock: retention(time.Hour)})
		rep := w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		w.says(rep.Buckets[0].Anomalies[mirror.AnomalyLockUnheld].Detail, "cannot be held there")
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"k": "content"})
		rep = w.verify(w.src, w.dst, options(), mirror.OutcomeDone)
		w.says(rep.Buckets[0].Anomalies[mirror.AnomalyLockUnheld].Detail, "cannot be held there")
	})
}

// A lock that is lost is a difference.
func TestLockIsMissing(t *testing.T) {
	inLockedWorld(t, memory.Quirks{}, true, func(w world) {
		w.write(w.src, "k", "content", mirror.Attributes{Lock: retention(time.Hour)})
		w.write(w.dst, "k", "content", mirror.Attributes{Lock: map[string]string{mirror.LockHold: "ON"}})
		w.says(first(w.verify(w.src, w.dst, options(), mirror.OutcomeDifferences)), "x-amz-object-lock-mode, x-amz-object-lock-retain")
	})
}

// A source that shows no lock, although its bucket has object lock, is named.
func TestLocksAreHidden(t *testing.T) {
	inLockedWorld(t, memory.Quirks{HidesLocks: true}, true, func(w world) {
		w.write(w.src, "k", "content", mirror.Attributes{Lock: retention(time.Hour)})
		rep := w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		w.says(rep.Buckets[0].Anomalies[mirror.AnomalyLockHidden].Detail, "may not read retention")
	})
}
