package mirror_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/lease"
	"github.com/helm-ferry/ferry/mirror/memory"
)

const stamp = "20260101T000000.000000000Z"

// begin begins uploads that nobody will end.
func (w world) begin(s mirror.Store, bucket string, keys ...string) {
	w.Helper()
	for _, key := range keys {
		if _, err := s.Upload(w.Context(), bucket, key, mirror.UploadRequest{}); err != nil {
			w.Fatal(err)
		}
	}
}

// pending returns the keys of the uploads that are under way.
func (w world) pending(bucket string) []string {
	w.Helper()
	pending, err := w.dst.Uploads(w.Context(), bucket, "")
	if err != nil {
		w.Fatal(err)
	}
	var keys []string
	for _, p := range pending {
		keys = append(keys, p.Key)
	}

	return keys
}

// die takes the lock of the bucket and is killed.
func (w world) die() {
	w.Helper()
	ctx, kill := context.WithCancel(w.Context())
	defer kill()
	place := mirror.StateIn(w.dst, mirror.DefaultStateBucket, "")
	if _, _, err := lease.Take(ctx, place, []string{bucket}, lease.Holder{ID: "dead", Host: "elsewhere"}); err != nil {
		w.Fatal(err)
	}
}

// What killed runs were moving to the trash of this bucket is given up, and nothing else.
func TestStraysInTheTrash(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"k": "x"})
		opts := removing(10)
		opts.State = w.stated().State
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		mine := "trash/" + stamp + "/" + bucket + "/k"
		others := []string{"trash/" + stamp + "/mail/k", "trash/notes", "elsewhere", "trash/" + stamp + "/" + bucket}
		w.begin(w.dst, mirror.DefaultStateBucket, append(others, mine, "trash/"+stamp+".2/"+bucket+"/deep/k")...)
		w.begin(w.dst, bucket, mine)

		elsewhere, _ := w.remembering()
		elsewhere.Remove = opts.Remove
		w.run(w.src, w.dst, elsewhere, mirror.OutcomeDone)
		w.equal("with the lock elsewhere", len(w.pending(mirror.DefaultStateBucket)), len(others)+2)

		rep := w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("aborted", rep.State.Aborted, 2)
		slices.Sort(others)
		w.equal("left in Ferry's own bucket", w.pending(mirror.DefaultStateBucket), others)
		w.equal("left in the bucket", w.pending(bucket), []string{mine})
	})
}

// After a run was killed, uploads in the bucket that it has not taken down are named and stay: they may be
// somebody else's.
func TestStraysAreNamed(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"k": "x"})
		w.run(w.src, w.dst, w.stated(), mirror.OutcomeDone)
		w.begin(w.dst, bucket, "somebody's", mirror.ApartKey)
		rep := w.run(w.src, w.dst, w.stated(), mirror.OutcomeDone)
		w.equal("named where nobody was killed", rep.State.Strays.Total, int64(0))
		w.die()
		time.Sleep(time.Hour)
		rep = w.run(w.src, w.dst, w.stated(), mirror.OutcomeDone)
		w.equal("taken over", len(rep.State.TakenOver), 1)
		if strays := rep.State.Strays.First; len(strays) != 1 || strays[0].Bucket != bucket || strays[0].Key != "somebody's" || strays[0].ID == "" {
			w.Errorf("named are %+v", strays)
		}
		w.equal("left", w.pending(bucket), []string{"somebody's"})
	})
}
