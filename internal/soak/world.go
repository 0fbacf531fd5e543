package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/quirky"
	"github.com/helm-ferry/ferry/mirror/s3"
	"github.com/helm-ferry/ferry/mirror/s3http"
)

const bucket = "cargo"

// world is a source and a destination, and what the destination had at first.
type world struct {
	seed             uint64
	random           *rand.Rand
	src, dst         *quirky.Server
	srcURL, dstURL   string
	from, to         mirror.Store
	lasting, passing []string // keys that the source has all the time, and now and then
	before           map[string]quirky.Digest
	stated           bool // runs keep their state at the destination
	tagged           bool // some objects have tags
}

// newWorld makes a world of a seed.
func newWorld(ctx context.Context, seed uint64, src, dst quirky.Config, tagged bool) (*world, error) {
	src.History, dst.History = true, true
	w := &world{seed: seed, random: rand.New(rand.NewPCG(seed, 1)), src: quirky.New(src), dst: quirky.New(dst), tagged: tagged} //nolint:gosec // chance
	var err error
	if w.srcURL, w.from, err = open(ctx, w.src); err != nil {
		return nil, err
	}
	if w.dstURL, w.to, err = open(ctx, w.dst); err != nil {
		return nil, err
	}

	return w, w.load()
}

func open(ctx context.Context, server *quirky.Server) (string, mirror.Store, error) {
	url, err := server.Start(ctx)
	if err != nil {
		return "", nil, err
	}
	store, err := s3http.Open(s3.Endpoint{URL: url, AccessKey: quirky.AccessKey, SecretKey: quirky.SecretKey})

	return url, store, err
}

// load fills both sides: objects that are equal, replaced, missing and too many.
func (w *world) load() error {
	w.src.CreateBucket(bucket)
	w.dst.CreateBucket(bucket)
	for i := range 40 {
		key := fmt.Sprintf("small/%02d", i)
		parts := 1
		switch i % 8 {
		case 0:
			key, parts = fmt.Sprintf("large/%02d", i), 2+w.random.IntN(3)
		case 1:
			key = fmt.Sprintf("table/metadata/%02d.metadata.json", i)
		}
		w.lasting = append(w.lasting, key)
		obj := w.object(key, parts)
		if err := w.src.Put(bucket, key, obj); err != nil {
			return err
		}
		switch w.random.IntN(4) {
		case 0:
		case 1:
			obj = w.object(key, parts)

			fallthrough
		case 2:
			if err := w.dst.Put(bucket, key, obj); err != nil {
				return err
			}
		}
	}
	for i := range 120 {
		key := fmt.Sprintf("equal/%03d", i)
		w.lasting = append(w.lasting, key)
		obj := w.object(key, 1)
		if err := errors.Join(w.src.Put(bucket, key, obj), w.dst.Put(bucket, key, obj)); err != nil {
			return err
		}
	}
	for i := range 6 {
		w.passing = append(w.passing, fmt.Sprintf("passing/%d", i))
		key := fmt.Sprintf("extra/%d", i)
		if err := w.dst.Put(bucket, key, w.object(key, 1+i%2)); err != nil {
			return err
		}
	}
	w.before = w.dst.Objects(bucket)

	return nil
}

// object makes up an object that differs from all others. Some have metadata, some of these tags.
func (w *world) object(key string, parts int) quirky.Object {
	var obj quirky.Object
	for n := range parts {
		line := fmt.Sprintf("%s %d %d\n", key, n, w.random.Uint64())
		obj.Parts = append(obj.Parts, []byte(strings.Repeat(line, 1+w.random.IntN(400))))
	}

	switch lot := w.random.IntN(6); {
	case lot > 1:
		return obj
	case lot == 0 && w.tagged:
		obj.Tags = map[string]string{"team": "lake", "n": fmt.Sprint(w.random.Uint32())}

		fallthrough
	default:
		obj.Header = http.Header{"Content-Type": {"text/plain"}, "Cache-Control": {"no-store"}, "X-Amz-Meta-N": {fmt.Sprint(w.random.Uint32())}}
	}

	return obj
}

// versions returns all contents that each key of the source ever had.
func (w *world) versions() map[string]map[quirky.Digest]bool {
	had := map[string]map[quirky.Digest]bool{}
	for _, event := range w.src.History() {
		if !event.Deleted {
			if had[event.Key] == nil {
				had[event.Key] = map[quirky.Digest]bool{}
			}
			had[event.Key][event.Object()] = true
		}
	}

	return had
}

// whole demands that nothing at the destination is torn, that nothing is gone from it
// that the source has, and that the trash has what was replaced and removed.
func (w *world) whole() error {
	had, now := w.versions(), w.dst.Objects(bucket)
	for _, event := range w.dst.History() {
		if event.Bucket != bucket {
			continue
		}
		if event.Deleted && slices.Contains(w.lasting, event.Key) {
			return fmt.Errorf("%q was deleted, and the source has it", event.Key)
		}
		old, held := w.before[event.Key]
		known := event.Deleted || had[event.Key][event.Object()] || held && old == event.Object()
		if !known {
			return fmt.Errorf("%q held what neither side ever had", event.Key)
		}
	}
	kept := map[quirky.Digest]bool{}
	for _, digest := range w.dst.Objects(mirror.DefaultStateBucket) {
		kept[digest] = true
	}
	for _, key := range slices.Sorted(maps.Keys(w.before)) {
		if digest := w.before[key]; now[key] != digest && !kept[digest] {
			return fmt.Errorf("what %q was is neither there nor in the trash", key)
		}
	}

	return nil
}

// complete demands that the destination has a version of every object that the source
// had all the time, and of those that nobody touched the only one.
func (w *world) complete() error {
	had, now := w.versions(), w.dst.Objects(bucket)
	for _, key := range w.lasting {
		if !had[key][now[key]] {
			return fmt.Errorf("%q is not what the source had, and the run was done", key)
		}
	}

	return nil
}

// equal demands that both sides are.
func (w *world) equal() error {
	src, dst := w.src.Objects(bucket), w.dst.Objects(bucket)
	for key, digest := range src {
		if dst[key] != digest {
			return fmt.Errorf("%q is not equal after a run without accidents", key)
		}
	}
	if len(src) != len(dst) {
		return fmt.Errorf("the source has %d objects, the destination %d", len(src), len(dst))
	}

	return nil
}
