package mirror_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
)

// gate is a store that holds up the calls of one method until they are answered.
type gate struct {
	mirror.Store
	method  string
	answers chan error // nil lets a call through; closed, all of them

	mu   sync.Mutex
	held int
	last string // key of the call that came last
}

// gated returns a gate in front of a store, for a test in a bubble of synctest.
func gated(store mirror.Store, method string) *gate {
	return &gate{Store: store, method: method, answers: make(chan error)}
}

// pass waits for the answer to a call.
func (g *gate) pass(ctx context.Context, method, key string) error {
	if method != g.method {
		return nil
	}
	g.mu.Lock()
	g.held++
	g.last = key
	g.mu.Unlock()
	defer func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.held--
	}()
	select {
	case err := <-g.answers:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// underWay waits until all else has come to a halt, and returns how many calls are held
// up and the key of the last one.
func (g *gate) underWay() (int, string) {
	synctest.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()

	return g.held, g.last
}

// answer answers all calls that are held up.
func (g *gate) answer() {
	held, _ := g.underWay()
	for range held {
		g.answers <- nil
	}
}

func (g *gate) Get(ctx context.Context, bucket, key string, sel mirror.Selection) (mirror.Object, io.ReadCloser, error) {
	if err := g.pass(ctx, "Get", key); err != nil {
		return mirror.Object{}, nil, err
	}

	return g.Store.Get(ctx, bucket, key, sel)
}

func (g *gate) Put(ctx context.Context, bucket, key string, req mirror.PutRequest) (mirror.ETag, error) {
	if err := g.pass(ctx, "Put", key); err != nil {
		return "", err
	}

	return g.Store.Put(ctx, bucket, key, req)
}

func (g *gate) Upload(ctx context.Context, bucket, key string, req mirror.UploadRequest) (mirror.Upload, error) {
	up, err := g.Store.Upload(ctx, bucket, key, req)

	return gatedUpload{up, g, key}, err
}

type gatedUpload struct {
	mirror.Upload
	gate *gate
	key  string
}

func (u gatedUpload) Part(ctx context.Context, n int, body io.Reader, size int64) (mirror.ETag, error) {
	if err := u.gate.pass(ctx, "Part", u.key); err != nil {
		return "", err
	}

	return u.Upload.Part(ctx, n, body, size)
}

// launch runs until a gate holds the run up. What it returns opens the gate and demands
// that everything arrives.
func (w world) launch(src, dst mirror.Store, g *gate, opts mirror.Options) (finish func()) {
	w.Helper()
	var rep mirror.Report
	var err error
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		rep, err = mirror.Run(w.Context(), src, dst, opts)
	}()
	synctest.Wait()

	return func() {
		w.Helper()
		close(g.answers)
		<-ended
		if err != nil {
			w.Fatal(err)
		}
		w.outcome(rep, mirror.OutcomeDone)
		w.equal("destination", w.content(w.dst, bucket), w.content(w.src, bucket))
	}
}

// Four parts of an object are under way at a time, as long as there are so many, and never more.
func TestPartsAreUnderWayTogether(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.parts(w.src, "k", strings.Split("a b c d e f g h i j", " ")...)
		dst := gated(w.dst, "Part")
		finish := w.launch(w.src, dst, dst, options())
		for _, want := range []int{4, 4, 4, 4, 4, 4, 4, 3, 2, 1} {
			if got, _ := dst.underWay(); got != want {
				w.Fatalf("%d parts are under way, want %d", got, want)
			}
			dst.answers <- nil
		}
		finish()
	})
}

// While the objects of a page are dealt with, however long that takes, the next page is
// read, and none behind it.
func TestListingIsAPageAhead(t *testing.T) {
	const size, pages = 300, 5
	inWorld(t, memory.Quirks{PageSize: size}, memory.Quirks{}, func(w world) {
		for i := range size * pages {
			w.instant(w.src, fmt.Sprintf("%04d", i), "content")
		}
		read := 1
		src := faulty.New(w.src, faulty.Faults{Page: func(_ string, from mirror.Cursor, page mirror.Page) mirror.Page {
			if from.Token != "" { // the first one is also read to see whether the bucket is there
				read++
			}

			return page
		}})
		dst := gated(w.dst, "Put")
		opts := options()
		opts.Concurrency = 1
		finish := w.launch(src, dst, dst, opts)
		for page := range pages - 1 {
			for _, key := dst.underWay(); key < fmt.Sprintf("%04d", size*page); _, key = dst.underWay() {
				dst.answer()
			}
			time.Sleep(time.Minute)
			if synctest.Wait(); read != page+2 {
				w.Fatalf("page %d is dealt with and %d are read, want %d", page+1, read, page+2)
			}
		}
		finish()
	})
}

// A run keeps to the pace of each store: one that is busy gets fewer calls at a time, and
// more again when it is not.
func TestRunKeepsToThePace(t *testing.T) {
	for side, method := range map[string]string{"source": "Get", "destination": "Put"} {
		t.Run(side, func(t *testing.T) {
			inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
				for i := range 1000 {
					w.instant(w.src, fmt.Sprintf("%04d", i), "content")
				}
				stores := map[string]mirror.Store{"source": w.src, "destination": w.dst}
				busy := gated(stores[side], method)
				stores[side] = busy
				finish := w.launch(stores["source"], stores["destination"], busy, options())
				first, _ := busy.underWay()
				busy.answers <- errBusy
				synctest.Wait() // the refusal counts before others give their places back
				for range first - 1 {
					busy.answers <- nil
				}
				fallen, _ := busy.underWay()
				if fallen < 1 || fallen > first/2 {
					w.Fatalf("%d calls are under way, and %d when one was refused", first, fallen)
				}
				risen := fallen
				for range 300 { // calls that take a tenth of a second, however many there are
					time.Sleep(100 * time.Millisecond)
					busy.answer()
					if risen, _ = busy.underWay(); risen > first {
						break
					}
				}
				if risen <= first {
					w.Fatalf("%d calls are under way long after %d, want more than the %d at first", risen, fallen, first)
				}
				finish()
			})
		})
	}
}
