package mirror_test

import (
	"context"
	"crypto/md5"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/journal"
	"github.com/helm-ferry/ferry/mirror/memory"
	"github.com/helm-ferry/ferry/mirror/state"
)

// remembering are the options of a run with a journal, and the store that has it.
func (w world) remembering() (mirror.Options, *memory.Store) {
	w.Helper()
	place := memory.New("mem://place:1", memory.Quirks{})
	opts := options()
	opts.State = mirror.StateIn(place, "state", "")

	return opts, place
}

// steady runs once more and demands that it only lists, and that the journal vouches for
// so many objects.
func (w world) steady(src, dst mirror.Store, opts mirror.Options, vouched int64) {
	w.Helper()
	from, to := faulty.New(src, faulty.Faults{}), faulty.New(dst, faulty.Faults{})
	rep := w.run(from, to, opts, mirror.OutcomeDone)
	w.equal("vouched for", rep.Buckets[0].Proofs[mirror.ProofJournal], vouched)
	for _, method := range []string{"Get", "Stat", "Tags", "Put", "Part", "Remove"} {
		w.equal(method, from.Calls(method)+to.Calls(method), 0)
	}
}

// Where ETags cannot match, whatever the reason, the run after a proof only lists.
func TestSteadyStateWithoutEqualTags(t *testing.T) {
	for name, c := range map[string]struct{ src, dst memory.Quirks }{
		"destination encrypts":            {dst: memory.Quirks{OpaqueETags: true}},
		"source encrypts":                 {src: memory.Quirks{OpaqueETags: true}},
		"both encrypt":                    {src: memory.Quirks{OpaqueETags: true}, dst: memory.Quirks{OpaqueETags: true}},
		"times of its own":                {dst: memory.Quirks{OpaqueETags: true, OwnTimes: true}},
		"source does not give its parts":  {src: memory.Quirks{NoParts: true}},
		"destination refuses these parts": {dst: memory.Quirks{MinPart: 1000}},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, c.src, c.dst, func(w world) {
				time.Sleep(1234 * time.Millisecond)
				w.put(w.src, map[string]string{"a": "1", "b": "2"})
				w.parts(w.src, "c", "34", "56")
				opts, _ := w.remembering()
				rep := w.run(w.src, briefly{w.dst}, opts, mirror.OutcomeDone)
				w.steady(w.src, w.dst, opts, rep.Totals.Copied-rep.Buckets[0].Proofs[mirror.ProofMD5])
				w.steady(w.src, w.dst, opts, rep.Totals.Copied-rep.Buckets[0].Proofs[mirror.ProofMD5])
			})
		})
	}
}

// briefly is a store that tells times to the second when it is asked for one object, as
// HTTP does.
type briefly struct{ mirror.Store }

func (s briefly) Stat(ctx context.Context, bucket, key string) (mirror.Object, error) {
	obj, err := s.Store.Stat(ctx, bucket, key)
	obj.Modified = obj.Modified.Truncate(time.Second)

	return obj, err
}

// What a comparison has found equal, a later run does not read again.
func TestComparedOnce(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.parts(w.src, "k", "12", "34")
		w.make(w.dst)
		w.put(w.dst, map[string]string{"k": "1234"})
		opts, _ := w.remembering()
		rep := w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("compared", rep.Buckets[0].Proofs[mirror.ProofContent], int64(1))
		w.steady(w.src, w.dst, opts, 1)
	})
}

// An object that was overwritten with one of the same size, on whichever side and even
// under the same ETag, is not what was proven.
func TestOverwrittenSinceTheProof(t *testing.T) {
	for name, same := range map[string]bool{"another ETag": false, "the same ETag": true} {
		for side, pick := range map[string]func(w world) mirror.Store{
			"source":      func(w world) mirror.Store { return w.src },
			"destination": func(w world) mirror.Store { return w.dst },
		} {
			t.Run(side+" "+name, func(t *testing.T) {
				inWorld(t, memory.Quirks{OpaqueETags: true}, memory.Quirks{OpaqueETags: true}, func(w world) {
					w.put(w.src, map[string]string{"k": "first", "other": "first"})
					opts, _ := w.remembering()
					src, dst := mirror.Store(w.src), mirror.Store(w.dst)
					if same {
						src, dst = oneTag{w.src, "source"}, oneTag{w.dst, "destination"}
					}
					w.run(src, dst, opts, mirror.OutcomeDone)
					w.put(pick(w), map[string]string{"k": "later"})
					rep := w.run(src, dst, opts, mirror.OutcomeDone)
					w.equal("copied", rep.Totals.Copied, int64(1))
					w.equal("vouched for", rep.Buckets[0].Proofs[mirror.ProofJournal], int64(1))
					w.equal("destination", w.content(w.dst, bucket), w.content(w.src, bucket))
				})
			})
		}
	}
}

// oneTag is a store that gives one ETag to all objects.
type oneTag struct {
	mirror.Store

	tag mirror.ETag
}

func (s oneTag) List(ctx context.Context, bucket string, from mirror.Cursor) (mirror.Page, error) {
	page, err := s.Store.List(ctx, bucket, from)
	for i := range page.Entries {
		page.Entries[i].ETag = s.tag
	}

	return page, err
}

func (s oneTag) Stat(ctx context.Context, bucket, key string) (mirror.Object, error) {
	obj, err := s.Store.Stat(ctx, bucket, key)
	obj.ETag = s.tag

	return obj, err
}

func (s oneTag) Get(ctx context.Context, bucket, key string, sel mirror.Selection) (mirror.Object, io.ReadCloser, error) {
	sel.IfMatch = ""
	obj, body, err := s.Store.Get(ctx, bucket, key, sel)
	obj.ETag = s.tag

	return obj, body, err
}

func (s oneTag) Put(ctx context.Context, bucket, key string, req mirror.PutRequest) (mirror.ETag, error) {
	_, err := s.Store.Put(ctx, bucket, key, req)

	return s.tag, err
}

// journals fails a method on what belongs to journals.
func journals(method string, err error) func(faulty.Call) error {
	return func(call faulty.Call) error {
		if call.Method == method && strings.HasPrefix(call.Key, "journal/") {
			return err
		}

		return nil
	}
}

// A journal that is gone, damaged or out of reach costs a comparison; what it cannot do is
// said.
func TestJournalOfNoUse(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(w world, place *memory.Store) mirror.Store
		noted bool
	}{
		"gone": {func(world, *memory.Store) mirror.Store { return memory.New("mem://place:1", memory.Quirks{}) }, false},
		"damaged": {func(w world, place *memory.Store) mirror.Store {
			for key, content := range w.content(place, "state") {
				if strings.HasPrefix(key, "journal/") {
					content = strings.Replace(content, "read-back", "read-hack", 1)
					req := mirror.PutRequest{Body: strings.NewReader(content), Size: int64(len(content)), MD5: md5.Sum([]byte(content))}
					if _, err := place.Put(w.Context(), "state", key, req); err != nil {
						w.Fatal(err)
					}
				}
			}

			return place
		}, true},
		"out of reach": {func(_ world, place *memory.Store) mirror.Store {
			return faulty.New(place, faulty.Faults{Before: journals("List", errors.New("no route"))})
		}, true},
		"read-only": {func(world, *memory.Store) mirror.Store {
			return faulty.New(memory.New("mem://place:1", memory.Quirks{}), faulty.Faults{Before: journals("Put", errors.New("denied"))})
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, memory.Quirks{}, memory.Quirks{OpaqueETags: true}, func(w world) {
				w.put(w.src, map[string]string{"k": "content"})
				opts, place := w.remembering()
				w.run(w.src, w.dst, opts, mirror.OutcomeDone)
				opts.State = mirror.StateIn(c.spoil(w, place), "state", "")
				rep := w.run(w.src, w.dst, opts, mirror.OutcomeDone)
				w.equal("compared", rep.Buckets[0].Proofs, map[mirror.Proof]int64{mirror.ProofContent: 1})
				w.equal("noted", rep.Buckets[0].Anomalies[mirror.AnomalyJournal].Total > 0, c.noted)
			})
		})
	}
}

// Whoever writes a well-formed lie into the journal deceives a mirror. A comparison does
// not believe it, nor does a mirror that is told to read.
func TestLyingJournal(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"k": "right"})
		w.make(w.dst)
		w.put(w.dst, map[string]string{"k": "wrong"})
		opts, _ := w.remembering()
		if _, err := opts.State.Open(w.Context(), state.Write); err != nil {
			w.Fatal(err)
		}
		j, err := journal.Open(w.Context(), opts.State, bucket, w.src.Location()+" "+w.dst.Location())
		if err != nil {
			w.Fatal(err)
		}
		src, dst := w.stat(w.src, "k"), w.stat(w.dst, "k")
		lie := journal.Equivalence{
			Key:         "k",
			Source:      journal.Row{ETag: string(src.ETag), Size: src.Size, Modified: src.Modified},
			Destination: journal.Row{ETag: string(dst.ETag), Size: dst.Size, Modified: dst.Modified},
		}
		if err := errors.Join(j.Record(w.Context(), lie), j.Close(w.Context(), false)); err != nil {
			w.Fatal(err)
		}
		w.steady(w.src, w.dst, opts, 1)
		w.verify(w.src, w.dst, opts, mirror.OutcomeDifferences)
		opts.ReadAll = true
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("destination", w.content(w.dst, bucket), map[string]string{"k": "right"})
	})
}

// A dry run believes the journal and leaves it as it is.
func TestDryRunWithAJournal(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{OpaqueETags: true}, func(w world) {
		w.put(w.src, map[string]string{"a": "1", "b": "2"})
		opts, place := w.remembering()
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.put(w.src, map[string]string{"a": "3"})
		watched := faulty.New(place, faulty.Faults{})
		opts.DryRun, opts.State = true, mirror.StateIn(watched, "state", "")
		rep := w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("vouched for", rep.Buckets[0].Proofs[mirror.ProofJournal], int64(1))
		w.equal("writes", watched.Calls("Put")+watched.Calls("Remove")+watched.Calls("CreateBucket"), 0)
	})
}

// Content that is vouched for still has its attributes compared where that is asked for.
func TestAttributesBesideTheJournal(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{OpaqueETags: true}, func(w world) {
		w.write(w.src, "k", "content", rich)
		opts, _ := w.remembering()
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		opts.Metadata = true
		src, dst := faulty.New(w.src, faulty.Faults{}), faulty.New(w.dst, faulty.Faults{})
		rep := w.run(src, dst, opts, mirror.OutcomeDone)
		w.equal("proofs", rep.Buckets[0].Proofs, map[mirror.Proof]int64{mirror.ProofJournal: 1})
		w.equal("reads", []int{src.Calls("Get"), dst.Calls("Get"), src.Calls("Stat"), dst.Calls("Stat")}, []int{0, 0, 1, 1})
	})
}

// A run over a part of a bucket forgets nothing of the rest; one over the whole forgets
// what is gone.
func TestJournalOfAPart(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{OpaqueETags: true}, func(w world) {
		w.put(w.src, map[string]string{"a": "1", "departed": "2"})
		opts, place := w.remembering()
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		part := opts
		part.Include = []string{"a"}
		w.run(w.src, w.dst, part, mirror.OutcomeDone)
		w.steady(w.src, w.dst, opts, 2)
		if err := w.src.Remove(w.Context(), bucket, "departed"); err != nil {
			w.Fatal(err)
		}
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		for key, content := range w.content(place, "state") {
			if strings.Contains(key, "/block-") && strings.Contains(content, "departed") {
				w.Errorf("%s still knows of what is gone", key)
			}
		}
	})
}

// What a run has proven before it was interrupted is known to the next one.
func TestInterruptedRunRemembers(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{OpaqueETags: true}, func(w world) {
		w.put(w.src, map[string]string{"a": "1", "b": "2", "c": "3"})
		opts, _ := w.remembering()
		w.run(w.src, w.dst, options(), mirror.OutcomeDone)
		ctx, cancel := context.WithCancel(w.Context())
		defer cancel()
		opts.Concurrency = 1
		opts.Progress = func(e mirror.Event) {
			if e.Kind == mirror.EventEqual {
				cancel()
			}
		}
		if _, err := mirror.Run(ctx, w.src, w.dst, opts); !errors.Is(err, context.Canceled) {
			w.Fatalf("got %v", err)
		}
		opts.Progress = nil
		rep := w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("proofs", rep.Buckets[0].Proofs, map[mirror.Proof]int64{mirror.ProofJournal: 1, mirror.ProofContent: 2})
	})
}

// The further listings that a table needs do not read again what the run has proven.
func TestProvenOnceInARun(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{OpaqueETags: true}, func(w world) {
		w.put(w.src, map[string]string{"t/part-1": "data", "t/_delta_log/00000000000000000000.json": "points to it"})
		opts, _ := w.remembering()
		src, dst := faulty.New(w.src, faulty.Faults{}), faulty.New(w.dst, faulty.Faults{})
		rep := w.run(src, dst, opts, mirror.OutcomeDone)
		w.equal("copied", rep.Totals.Copied, int64(2))
		w.equal("reads", []int{src.Calls("Get"), dst.Calls("Get")}, []int{2, 2})
		w.steady(w.src, w.dst, opts, 2)
	})
}
