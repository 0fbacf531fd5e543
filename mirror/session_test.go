package mirror_test

import (
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/lease"
	"github.com/helm-ferry/ferry/mirror/memory"
	"github.com/helm-ferry/ferry/mirror/state"
)

// stated are the options of a run with a place for its state at the destination.
func (w world) stated() mirror.Options {
	opts := options()
	opts.State = mirror.StateIn(w.dst, mirror.DefaultStateBucket, "")

	return opts
}

// slow is a source whose reads take their time.
type slow struct {
	mirror.Store
	time time.Duration
}

func (s slow) Get(ctx context.Context, bucket, key string, sel mirror.Selection) (mirror.Object, io.ReadCloser, error) {
	select {
	case <-ctx.Done():
		return mirror.Object{}, nil, ctx.Err()
	case <-time.After(s.time):
	}

	return s.Store.Get(ctx, bucket, key, sel)
}

// While one run writes to a bucket another one is kept out of it, and deals with the
// others.
func TestOneRunAtATime(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		if err := w.src.CreateBucket(w.Context(), "mail", mirror.BucketRequest{}); err != nil {
			w.Fatal(err)
		}
		for i := range 10 {
			w.put(w.src, map[string]string{fmt.Sprint(i): "x"})
		}
		opts := w.stated()
		opts.Concurrency = 1
		first := make(chan mirror.Report)
		go func(opts mirror.Options) {
			rep, err := mirror.Run(w.Context(), slow{w.src, 90 * time.Second}, w.dst, opts)
			if err != nil {
				w.Error(err)
			}
			first <- rep
		}(opts)
		time.Sleep(10 * time.Minute)
		opts = w.stated()
		opts.Buckets = []string{bucket, "mail"}
		rep, err := mirror.Run(w.Context(), w.src, w.dst, opts)
		w.outcome(<-first, mirror.OutcomeDone)
		if err != nil {
			w.Fatal(err)
		}
		w.outcome(rep, mirror.OutcomeRefused)
		w.equal("guard", rep.Buckets[0].Guard, mirror.GuardLock)
		w.says(rep.Buckets[0].Refused, "another run writes to it: ferry mirror on ")
		w.equal("the other bucket is complete", rep.Buckets[1].Complete, true)
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
	})
}

// frozen is a store whose calls do not notice that their context has ended, as a machine
// does not that stood still: nothing but the lock keeps it from being written.
type frozen struct{ mirror.Store }

func (s frozen) Get(ctx context.Context, bucket, key string, sel mirror.Selection) (mirror.Object, io.ReadCloser, error) {
	return s.Store.Get(context.WithoutCancel(ctx), bucket, key, sel)
}

func (s frozen) Put(ctx context.Context, bucket, key string, req mirror.PutRequest) (mirror.ETag, error) {
	return s.Store.Put(context.WithoutCancel(ctx), bucket, key, req)
}

// A run whose lock another one took over writes nothing any more, whatever its grace.
func TestNothingIsWrittenWithoutTheLock(t *testing.T) {
	for name, lose := range map[string]func(w world, broken *atomic.Bool){
		"taken over": func(w world, _ *atomic.Bool) {
			doc := `{"holder":{"id":"x","host":"elsewhere","command":"ferry restore"}}`
			_, err := mirror.StateIn(w.dst, mirror.DefaultStateBucket, "").
				Put(w.Context(), "locks/cargo.json", []byte(doc), state.Condition{})
			if err != nil {
				w.Error(err)
			}
		},
		"no renewal": func(_ world, broken *atomic.Bool) { broken.Store(true) },
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
				for i := range 20 {
					w.put(w.src, map[string]string{fmt.Sprint(i): "x"})
				}
				var broken atomic.Bool
				way := faulty.New(w.dst, faulty.Faults{Before: func(faulty.Call) error {
					if broken.Load() {
						return errDenied
					}

					return nil
				}})
				var last time.Time
				dst := faulty.New(w.dst, faulty.Faults{Before: func(call faulty.Call) error {
					if call.Method == "Put" && call.Bucket == bucket {
						last = time.Now()
					}

					return nil
				}})
				opts := options()
				opts.State = mirror.StateIn(way, mirror.DefaultStateBucket, "")
				opts.Concurrency, opts.Grace = 1, 24*time.Hour
				var lost time.Time // at the first copy, 21 seconds after the lock was taken
				opts.Progress = func(e mirror.Event) {
					if e.Kind == mirror.EventCopied && lost.IsZero() {
						lost = time.Now()
						lose(w, &broken)
					}
				}
				rep, err := mirror.Run(w.Context(), frozen{slow{w.src, 21 * time.Second}}, frozen{dst}, opts)
				if !errors.Is(err, lease.ErrLost) || rep.Outcome() != mirror.OutcomePartial || !rep.Interrupted {
					t.Fatalf("got %v, %+v", err, rep)
				}
				most := lease.Renewal - 20*time.Second
				if name == "no renewal" {
					most = lease.Term - time.Minute - 20*time.Second
				}
				if last.Sub(lost) > most {
					t.Errorf("wrote %s after the lock was lost", last.Sub(lost))
				}
				if rep.Totals.Copied == 0 || rep.Totals.Copied == 20 {
					t.Errorf("copied %d", rep.Totals.Copied)
				}
			})
		})
	}
}

// The check stands before every kind of write.
func TestEveryWriteIsFenced(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.make(w.dst)
		w.put(w.src, map[string]string{"a": "1"})
		w.parts(w.src, "parts", "12", "34")
		lost := false
		inner := faulty.New(w.dst, faulty.Faults{Before: func(call faulty.Call) error {
			switch call.Method {
			case "Put", "Upload", "Part", "Complete", "Remove", "CreateBucket", "SetSetting":
				if lost {
					w.Errorf("%s reaches the store", call.Method)
				}
			}

			return nil
		}})
		fenced := mirror.Fence(inner, func() error {
			if lost {
				return lease.ErrLost
			}

			return nil
		})
		up, err := fenced.Upload(w.Context(), bucket, "k", mirror.UploadRequest{})
		if err != nil {
			w.Fatal(err)
		}
		again, _, err := fenced.Resume(w.Context(), bucket, "k", up.ID(), mirror.Filing{})
		if err != nil {
			w.Fatal(err)
		}
		lost = true
		_, e1 := fenced.Put(w.Context(), bucket, "k", mirror.PutRequest{})
		_, e2 := fenced.Upload(w.Context(), bucket, "k", mirror.UploadRequest{})
		_, e3 := up.Part(w.Context(), 1, strings.NewReader(""), 0)
		_, e4 := again.Complete(w.Context())
		e5 := fenced.SetSetting(w.Context(), bucket, "policy", nil)
		for _, err := range []error{e1, e2, e3, e4, e5, fenced.Remove(w.Context(), bucket, "k"), fenced.CreateBucket(w.Context(), "b", mirror.BucketRequest{})} {
			if !errors.Is(err, lease.ErrLost) {
				w.Errorf("got %v", err)
			}
		}
		if err := up.Abort(w.Context()); err != nil {
			w.Errorf("an upload cannot be given up: %v", err)
		}
	})
}

// A run gives its locks back, after an interruption too.
func TestLocksAreReleased(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "1", "b": "2"})
		ctx, cancel := context.WithTimeout(w.Context(), time.Minute)
		defer cancel()
		if _, err := mirror.Run(ctx, slow{w.src, time.Hour}, w.dst, w.stated()); !errors.Is(err, context.DeadlineExceeded) {
			w.Fatal(err)
		}
		began := time.Now()
		rep := w.run(w.src, w.dst, w.stated(), mirror.OutcomeDone)
		if took := time.Since(began); took > time.Second || len(rep.State.TakenOver) > 0 {
			w.Errorf("done after %s, taken over: %v", took, rep.State.TakenOver)
		}
	})
}

// A destination knows its source, and is not given to another one unless it is said so.
func TestOneSource(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "1"})
		w.run(w.src, w.dst, w.stated(), mirror.OutcomeDone)
		other := memory.New("mem://elsewhere:1", memory.Quirks{})
		w.make(other)
		w.put(other, map[string]string{"a": "another"})
		for _, dry := range []bool{false, true} {
			opts := w.stated()
			opts.DryRun = dry
			dst := faulty.New(w.dst, faulty.Faults{})
			rep := w.run(other, dst, opts, mirror.OutcomeRefused)
			w.equal("guard", rep.Buckets[0].Guard, mirror.GuardOrigin)
			w.says(rep.Buckets[0].Refused, `"cargo" of mem://destination:1 is a copy of mem://source:1/cargo, first made 2000-01-01, and not of mem://elsewhere:1/cargo`)
			w.equal("writes", dst.Calls("Put"), 0)
		}
		opts := w.stated()
		opts.Adopt = true
		rep := w.run(other, w.dst, opts, mirror.OutcomeDone)
		w.equal("adopted", rep.Buckets[0].Adopted, "mem://source:1/cargo")
		w.run(other, w.dst, w.stated(), mirror.OutcomeDone)
		w.run(w.src, w.dst, w.stated(), mirror.OutcomeRefused)
	})
}

// Places that lie in one another have one source too, and the same source is no other.
func TestOneSourceOfPlaces(t *testing.T) {
	place := func(bucket, from string) mirror.Options {
		return mirror.Options{
			Buckets: []string{bucket}, CreateBuckets: true, AllowMissing: true,
			Origin: func(string) mirror.Origin { return mirror.Origin{Store: "lake", Bucket: from} },
		}
	}
	for name, test := range map[string]struct {
		bucket, from string
		want         mirror.Outcome
	}{
		"the same":                      {"copy/raw", "data/raw", mirror.OutcomeDone},
		"inside, from inside":           {"copy/raw/2026", "data/raw/2026", mirror.OutcomeDone},
		"inside, from elsewhere":        {"copy/raw/2026", "data/2026", mirror.OutcomeRefused},
		"around, from around":           {"copy", "data", mirror.OutcomeDone},
		"around, from elsewhere":        {"copy", "other", mirror.OutcomeRefused},
		"beside, with a name alike":     {"copy/rawer", "other", mirror.OutcomeDone},
		"the bucket, of the same place": {"copy", "data/raw", mirror.OutcomeRefused},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
				for _, s := range []mirror.Store{w.src, w.dst} {
					for _, b := range []string{"copy", "copy/raw", "copy/raw/2026", "copy/rawer"} {
						if err := s.CreateBucket(w.Context(), b, mirror.BucketRequest{}); err != nil {
							w.Fatal(err)
						}
					}
				}
				first, second := place("copy/raw", "data/raw"), place(test.bucket, test.from)
				first.State = mirror.StateIn(w.dst, mirror.DefaultStateBucket, "")
				second.State = first.State
				w.run(w.src, w.dst, first, mirror.OutcomeDone)
				w.run(w.src, w.dst, second, test.want)
			})
		})
	}
}

// A run that minds whose a bucket is refuses one that holds a stranger's objects, and does not mark it as its own:
// the next run would take them away.
func TestStrangersBucketIsNotMarked(t *testing.T) {
	nobodys := func(string) bool { return false }
	tests := map[string]struct {
		held  map[string]string
		adopt bool
		ours  func(string) bool
		want  string
	}{
		"a key of a stranger's":        {held: map[string]string{"a": "1", "theirs": "2"}, ours: nobodys, want: `1 of the 2 objects at the destination are not those of the source ("theirs")`},
		"a stranger's under our key":   {held: map[string]string{"a": "22"}, ours: nobodys, want: `1 of the 1 objects at the destination are not those of the source ("a")`},
		"of the same size, too":        {held: map[string]string{"a": "2"}, ours: nobodys, want: `1 of the 1 objects at the destination are not those of the source ("a")`},
		"the same objects":             {held: map[string]string{"a": "1"}, ours: nobodys},
		"an empty bucket":              {ours: nobodys},
		"taken over":                   {held: map[string]string{"theirs": "2"}, ours: nobodys, adopt: true},
		"objects that came from there": {held: map[string]string{"theirs": "2"}, ours: func(name string) bool { return name == bucket }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
				w.make(w.dst)
				w.put(w.src, map[string]string{"a": "1"})
				w.put(w.dst, test.held)
				opts := w.stated()
				opts.Ours, opts.Adopt = test.ours, test.adopt
				if test.want == "" {
					w.run(w.src, w.dst, opts, mirror.OutcomeDone)

					return
				}
				rep := w.run(w.src, w.dst, opts, mirror.OutcomeRefused)
				w.equal("guard", rep.Buckets[0].Guard, mirror.GuardOrigin)
				w.says(rep.Buckets[0].Refused, test.want)
				w.equal("destination", w.content(w.dst, bucket), test.held)
				if origins, err := mirror.OriginsIn(w.Context(), opts.State); err != nil || len(origins) != 0 {
					t.Errorf("the destination is marked: %v, %v", origins, err)
				}
			})
		})
	}
}

// What a destination has that no run has put there is not removed by the first one.
func TestStrangersDataIsNotRemoved(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.make(w.dst)
		w.put(w.src, map[string]string{"a": "1"})
		w.put(w.dst, map[string]string{"a": "1", "extra": "stays"})
		removing := w.stated()
		removing.Remove = mirror.Remove{Enabled: true, MaxPercent: 100, Trash: time.Hour}
		rep := w.run(w.src, w.dst, removing, mirror.OutcomeRefused)
		w.equal("guard", rep.Buckets[0].Guard, mirror.GuardOrigin)
		w.says(rep.Buckets[0].Refused, "1 of the 2 objects at the destination are not at the source, and no run has copied it here before")
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"a": "1", "extra": "stays"})
		w.run(w.src, w.dst, w.stated(), mirror.OutcomeDone)
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"a": "1", "extra": "stays"})
	})
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.make(w.dst)
		w.put(w.src, map[string]string{"a": "1"})
		w.put(w.dst, map[string]string{"a": "1", "extra": "goes"})
		opts := w.stated()
		opts.Remove = mirror.Remove{Enabled: true, MaxPercent: 100, Trash: time.Hour}
		opts.Adopt = true
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"a": "1"})
		w.put(w.dst, map[string]string{"more": "goes"})
		opts.Adopt = false
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
	})
}

// Dry runs and verifications look at the state and leave none.
func TestLookingLeavesNoState(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.make(w.dst)
		w.put(w.src, map[string]string{"a": "1"})
		dst := faulty.New(w.dst, faulty.Faults{})
		opts := options()
		opts.State = mirror.StateIn(dst, mirror.DefaultStateBucket, "")
		opts.DryRun = true
		rep := w.run(w.src, dst, opts, mirror.OutcomeDone)
		w.equal("place", rep.State.Place, "mem://destination:1/ferry-state/")
		opts.DryRun = false
		w.verify(w.src, dst, opts, mirror.OutcomeDifferences)
		w.equal("writes", dst.Calls("Put")+dst.Calls("CreateBucket")+dst.Calls("Remove"), 0)
	})
}

// What is Ferry's own in a bucket that is mirrored is no data, on either side.
func TestOwnPrefixIsNoData(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{PageSize: 3}, func(w world) {
		w.put(w.src, map[string]string{"a": "1", "own/state/x": "of the source", "own/statement": "2"})
		opts := options()
		opts.StateBucket, opts.StatePrefix = bucket, "own/state/"
		opts.State = mirror.StateIn(w.dst, bucket, "own/state/")
		opts.Remove = mirror.Remove{Enabled: true, MaxPercent: 100, Trash: time.Hour}
		rep := w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("objects", rep.Totals.Source, int64(2))
		w.put(w.src, map[string]string{"a": "new"})
		rep = w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("removed, extra", []int64{rep.Totals.Removed, rep.Totals.Extra, rep.Totals.Trashed}, []int64{0, 0, 1})
		w.verify(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("trash", len(w.below("own/state/trash/")), 1)
		w.equal("marker", len(w.below("own/state/ferry.json")), 1)
		w.equal("data", w.below("own/statement"), []string{"own/statement"})
		time.Sleep(2 * time.Hour)
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("trash after its time", len(w.below("own/state/trash/")), 0)
	})
}

// below lists the keys of the destination's bucket.
func (w world) below(prefix string) []string {
	w.Helper()
	var keys []string
	for from := (mirror.Cursor{Prefix: prefix}); ; {
		page, err := w.dst.List(w.Context(), bucket, from)
		if err != nil {
			w.Fatal(err)
		}
		for _, e := range page.Entries {
			keys = append(keys, e.Key)
		}
		if !page.Truncated {
			return keys
		}
		from.Token = page.Next
	}
}

// The reports of the last runs are kept, those of refused and partial ones too.
func TestReportsAreKept(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "1"})
		opts := w.stated()
		var last mirror.Report
		for range 12 {
			last = w.run(w.src, w.dst, opts, mirror.OutcomeDone)
			time.Sleep(time.Hour)
		}
		items, err := opts.State.List(w.Context(), "reports/")
		if err != nil || len(items) != 10 || items[9].Name != last.State.Report {
			w.Errorf("there are %v, %v", items, err)
		}
		doc, _, err := opts.State.Get(w.Context(), last.State.Report)
		if err != nil {
			w.Fatal(err)
		}
		w.says(string(doc), `"sourceDigest": "`+last.Buckets[0].SourceDigest)
		w.says(string(doc), `"conditional": true`)
	})
}

// A report that cannot be kept is said, and changes nothing of what became of the data.
func TestReportIsNotKept(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"a": "1"})
		way := faulty.New(w.dst, faulty.Faults{Before: func(call faulty.Call) error {
			if strings.HasPrefix(call.Key, "reports/") {
				return errDenied
			}

			return nil
		}})
		opts := options()
		opts.State = mirror.StateIn(way, mirror.DefaultStateBucket, "")
		rep := w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		if len(rep.State.Errors) != 1 || rep.State.Report != "" {
			w.Fatalf("got %+v", rep.State)
		}
		w.says(rep.State.Errors[0], "keep the report: ")
	})
}

// A bucket of that name that is somebody else's stops the run before it begins, and no
// trash goes there either.
func TestForeignState(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		own := mirror.DefaultStateBucket
		if err := w.dst.CreateBucket(w.Context(), own, mirror.BucketRequest{}); err != nil {
			w.Fatal(err)
		}
		if _, err := w.dst.Put(w.Context(), own, "thesis", empty()); err != nil {
			w.Fatal(err)
		}
		w.make(w.dst)
		w.put(w.src, map[string]string{"a": "new"})
		w.put(w.dst, map[string]string{"a": "old!"})
		rep := w.run(w.src, w.dst, w.stated(), mirror.OutcomeRefused)
		w.says(rep.Refused, "mem://destination:1/ferry-state/ is not Ferry's own")
		opts := options()
		opts.Remove = mirror.Remove{Trash: time.Hour}
		w.says(first(w.run(w.src, w.dst, opts, mirror.OutcomePartial)), "is not Ferry's own")
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"a": "old!"})
		w.equal("somebody's bucket", len(w.content(w.dst, own)), 1)
	})
}

func empty() mirror.PutRequest {
	return mirror.PutRequest{Body: strings.NewReader(""), MD5: md5.Sum(nil)}
}
