package mirror_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
)

// halfway runs until a part of a large object is about to be written, and then no further.
func (w world) halfway(opts mirror.Options, part int) {
	w.Helper()
	ctx, cancel := context.WithCancel(w.Context())
	defer cancel()
	dst := stopping{Store: w.dst, part: part, stop: cancel}
	if _, err := mirror.Run(ctx, w.src, dst, opts); !errors.Is(err, context.Canceled) {
		w.Fatalf("got %v", err)
	}
	w.equal("uploads left", w.dst.Pending(), 1)
}

// What a killed run was writing in parts that prove nothing is dropped by the next one.
func TestPartsOfAKilledRun(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.put(w.src, map[string]string{"plain": strings.Repeat("x", 100)})
		opts, place := w.remembering()
		opts = opts.WithSizes(10, 10)
		ctx, cancel := context.WithCancel(w.Context())
		defer cancel()
		dst := stopping{Store: w.dst, part: 2, stop: cancel, dead: true}
		if _, err := mirror.Run(ctx, w.src, dst, opts); !errors.Is(err, context.Canceled) {
			w.Fatalf("got %v", err)
		}
		w.equal("uploads left", []int{w.dst.Pending(), w.records(place)}, []int{1, 1})
		w.run(w.src, w.dst, opts, mirror.OutcomeDone)
		w.equal("uploads left", []int{w.dst.Pending(), w.records(place)}, []int{0, 0})
	})
}

// stopping is a store with which a run ends when it comes to a part.
type stopping struct {
	mirror.Store

	part int
	stop func()
	dead bool // nothing is tidied up either
}

func (s stopping) Upload(ctx context.Context, bucket, key string, req mirror.UploadRequest) (mirror.Upload, error) {
	up, err := s.Store.Upload(ctx, bucket, key, req)

	return stoppingUpload{Upload: up, stopping: s}, err
}

type stoppingUpload struct {
	mirror.Upload
	stopping
}

func (u stoppingUpload) Abort(ctx context.Context) error {
	if u.dead {
		return context.Canceled
	}

	return u.Upload.Abort(ctx)
}

func (u stoppingUpload) Part(ctx context.Context, n int, body io.Reader, size int64) (mirror.ETag, error) {
	if n < u.part {
		return u.Upload.Part(ctx, n, body, size)
	}
	time.Sleep(time.Second) // the parts before it are written meanwhile
	u.stop()

	return "", context.Canceled
}

// records returns how many uploads a place knows of.
func (w world) records(place *memory.Store) int {
	w.Helper()
	n := 0
	for key := range w.content(place, "state") {
		if strings.Contains(key, "/upload-") {
			n++
		}
	}

	return n
}

// An object that was half written when a run ended is taken up again, however small it is: parts that
// the destination has are neither read nor written again.
func TestResume(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.parts(w.src, "large", "one", "two", "three", "four", "five", "six")
		opts, place := w.remembering()
		w.halfway(opts, 5)
		src, dst := faulty.New(w.src, faulty.Faults{}), faulty.New(w.dst, faulty.Faults{})
		rep := w.run(src, dst, opts, mirror.OutcomeDone)
		w.equal("proofs", rep.Buckets[0].Proofs, map[mirror.Proof]int64{mirror.ProofComposite: 1})
		w.equal("parts written", dst.Calls("Part"), 2)
		w.equal("parts read", src.Calls("Get"), 3) // the first one says what the object is
		w.equal("destination", w.content(w.dst, bucket), w.content(w.src, bucket))
		w.equal("uploads left", []int{w.dst.Pending(), w.records(place)}, []int{0, 0})
	})
}

// What was half written of an object that is another one now is dropped, and so are parts
// that turn out not to be its own; what others are writing stays.
func TestResumeNothingElse(t *testing.T) {
	for name, change := range map[string]func(w world){
		"other content": func(w world) { w.parts(w.src, "large", "one", "two", "other") },
		"gone": func(w world) {
			if err := w.src.Remove(w.Context(), bucket, "large"); err != nil {
				w.Fatal(err)
			}
		},
		"other attributes": func(w world) {
			up, err := w.src.Upload(w.Context(), bucket, "large", mirror.UploadRequest{Attributes: rich})
			if err != nil {
				w.Fatal(err)
			}
			for n, part := range []string{"one", "two", "three"} {
				if _, err := up.Part(w.Context(), n+1, strings.NewReader(part), int64(len(part))); err != nil {
					w.Fatal(err)
				}
			}
			if _, err := up.Complete(w.Context()); err != nil {
				w.Fatal(err)
			}
		},
		"foreign part": func(w world) {
			up, _, err := w.dst.Resume(w.Context(), bucket, "large", "1", mirror.Filing{})
			if err == nil {
				_, err = up.Part(w.Context(), 2, strings.NewReader("TWO"), 3)
			}
			if err != nil {
				w.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
				w.parts(w.src, "large", "one", "two", "three")
				opts, place := w.remembering()
				opts = opts.WithSizes(1<<20, 4)
				w.halfway(opts, 3)
				change(w)
				if _, err := w.dst.Upload(w.Context(), bucket, "large", mirror.UploadRequest{}); err != nil {
					w.Fatal(err)
				}
				w.run(w.src, w.dst, opts, mirror.OutcomeDone)
				w.equal("destination", w.content(w.dst, bucket), w.content(w.src, bucket))
				if objects := w.content(w.src, bucket); len(objects) > 0 {
					w.equal("attributes", w.stat(w.dst, "large").Metadata, w.stat(w.src, "large").Metadata)
				}
				w.equal("uploads left", []int{w.dst.Pending(), w.records(place)}, []int{1, 0})
			})
		})
	}
}
