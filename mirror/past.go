package mirror

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/helm-ferry/ferry/mirror/state"
)

// What a place keeps of the past of a bucket of the destination is past/BUCKET/STAMP/…,
// STAMP being that of a run, as in the trash:
//
//	facts-N   what the destination had under keys before the run touched them
//	gone-N    keys that it has and the source of that run had not
//	versions  the run copied histories, and has no facts
//	run.json  the run was complete: a point that can be gone back to
const (
	pastPrefix = "past/"
	pastFacts  = "facts-"
	pastGone   = "gone-"
	pastMarker = "versions"
	pastPoint  = "run.json"
)

// Point is a complete run over a bucket: what the source had then can be restored.
type Point struct {
	Bucket  string    `json:"bucket"`
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended"`
	Objects int64     `json:"objects"` // that the source had
	Bytes   int64     `json:"bytes"`
	Digest  string    `json:"sourceDigest"`
	// Include and Exclude are the filter of the run: it knows nothing of other keys.
	Include []string `json:"include,omitempty"`
	Exclude []string `json:"exclude,omitempty"`
	// Versions: the run copied all versions, and nothing older can be gone back to.
	Versions bool `json:"versions,omitempty"`
	// Gone is how many objects the destination had that the source had not; GoneIn is
	// the stamp of the run that keeps their keys, and GoneSum a digest of those.
	Gone    int64  `json:"gone,omitempty"`
	GoneIn  string `json:"goneIn,omitempty"`
	GoneSum string `json:"goneSum,omitempty"`
}

// pastRun is what a place keeps of one run.
type pastRun struct {
	stamp    string
	facts    []string // names of items, in order
	gone     []string
	complete bool
	versions bool
}

// past is what a run keeps of a bucket. nil keeps nothing.
type past struct {
	place  state.Place
	check  func() error // whether the run may write
	folder string
	stamp  string
	runs   []pastRun // before this one
	last   *Point    // that can be gone back to; without one there is nothing to note
	mu     sync.Mutex
	blocks int
	gone   goneList
}

func pastFolder(bucket string) string { return pastPrefix + state.Segment(bucket) + "/" }

// readPast lists what a place keeps below a folder of the past, the oldest run first.
func readPast(ctx context.Context, place state.Place, folder string) ([]pastRun, error) {
	items, err := place.List(ctx, folder)
	if err != nil {
		return nil, fmt.Errorf("read the past of the copy: %w", err)
	}
	var runs []pastRun
	for _, item := range items {
		stamp, name, ok := strings.Cut(strings.TrimPrefix(item.Name, folder), "/")
		if _, err := time.Parse(trashStamp, stamp); !ok || err != nil {
			continue
		}
		if len(runs) == 0 || runs[len(runs)-1].stamp != stamp {
			runs = append(runs, pastRun{stamp: stamp})
		}
		run := &runs[len(runs)-1]
		switch {
		case strings.HasPrefix(name, pastFacts):
			run.facts = append(run.facts, item.Name)
		case strings.HasPrefix(name, pastGone):
			run.gone = append(run.gone, item.Name)
		case name == pastMarker:
			run.versions = true
		case name == pastPoint:
			run.complete = true
		}
	}

	return runs, nil
}

// readPoint reads a point of a bucket.
func readPoint(ctx context.Context, place state.Place, folder, stamp string) (*Point, error) {
	doc, _, err := place.Get(ctx, folder+stamp+"/"+pastPoint)
	p := &Point{}
	if err == nil {
		err = json.Unmarshal(doc, p)
	}
	if err != nil {
		return nil, fmt.Errorf("read the run of %s: %w", stamp, err)
	}

	return p, nil
}

// openPast begins to keep what this run does to the bucket, so that it can be gone back
// behind it.
func (b *bucketRun) openPast(ctx context.Context) bool {
	s := b.session.Load()
	if s == nil || s.locks == nil || b.kind != kindMirror || b.rep.Missing {
		return true
	}
	p := &past{place: s.place, check: s.locks.Check, folder: pastFolder(b.name)}
	runs, err := readPast(ctx, p.place, p.folder)
	p.runs = runs
	if i := lastComplete(runs); err == nil && i >= 0 {
		p.last, err = readPoint(ctx, p.place, p.folder, runs[i].stamp)
	}
	if n := len(runs); err == nil && n > 0 {
		b.stamp = after(runs[n-1].stamp, b.stamp)
	}
	p.stamp = b.stamp.UTC().Format(trashStamp)
	if err == nil && b.history && p.last != nil {
		err = p.put(ctx, pastMarker, []byte("the run copies histories\n"))
	}
	if err != nil {
		b.fail(ctx, "", err)

		return false
	}
	b.past = p

	return true
}

// lastComplete is the index of the last run that was complete, or -1.
func lastComplete(runs []pastRun) int {
	for i, run := range slices.Backward(runs) {
		if run.complete {
			return i
		}
	}

	return -1
}

// after returns a time that is later than a stamp: clocks differ between the machines
// that run a mirror, and go back.
func after(stamp string, now time.Time) time.Time {
	if last, err := time.Parse(trashStamp, stamp); err == nil && !now.After(last) {
		return last.Add(time.Nanosecond)
	}

	return now
}

// put writes an item of this run.
func (p *past) put(ctx context.Context, name string, content []byte) error {
	if err := p.check(); err != nil {
		return err
	}
	if _, err := p.place.Put(ctx, p.folder+p.stamp+"/"+name, content, state.Condition{}); err != nil {
		return fmt.Errorf("keep the past of the copy: %w", err)
	}

	return nil
}

// complete makes the run a point, if it was one over the whole bucket.
func (p *past) complete(ctx context.Context, point Point) error {
	var err error
	if point.Gone, point.GoneIn, point.GoneSum, err = p.closeGone(ctx); err != nil {
		return err
	}
	doc, err := json.Marshal(point)
	if err != nil {
		return fmt.Errorf("keep the past of the copy: %w", err)
	}

	return p.put(ctx, pastPoint, append(doc, '\n'))
}

// closePast makes a complete run over the bucket a point.
func (b *bucketRun) closePast(ctx context.Context) {
	if b.past == nil || !b.rep.Complete || b.rep.Differences.Total > 0 || b.opts.timed() || ctx.Err() != nil {
		return
	}
	ended := time.Now()
	if !ended.After(b.stamp) {
		ended = b.stamp
	}
	err := b.past.complete(ctx, Point{
		Bucket: b.name, Started: b.stamp.UTC(), Ended: ended.UTC(), Objects: b.rep.Source, Bytes: b.rep.SourceBytes,
		Digest: b.digest.String(), Include: b.opts.Include, Exclude: b.opts.Exclude, Versions: b.history,
	})
	if err != nil {
		b.fail(ctx, "", err)
	}
}

// prunePast drops the points that are older than the time for which the trash is kept,
// but never the last one of a bucket, and returns up to which time the trash of each
// bucket is of no use any more, by the bucket's segment.
func (e *engine) prunePast(ctx context.Context, place state.Place) (map[string]time.Time, error) {
	items, err := place.List(ctx, pastPrefix)
	if err != nil {
		return nil, fmt.Errorf("prune the past: %w", err)
	}
	useless := map[string]time.Time{}
	var folders []string
	for _, item := range items {
		segment, _, ok := strings.Cut(strings.TrimPrefix(item.Name, pastPrefix), "/")
		if _, seen := useless[segment]; ok && !seen {
			useless[segment] = e.started.Add(-e.opts.Remove.Trash)
			folders = append(folders, segment)
		}
	}
	for _, segment := range folders {
		if useless[segment], err = pruneBucket(ctx, place, pastPrefix+segment+"/", useless[segment]); err != nil {
			return nil, fmt.Errorf("prune the past: %w", err)
		}
	}

	return useless, nil
}

// pruneBucket drops what is older than a moment, and returns that moment, or the last
// point if that is older.
func pruneBucket(ctx context.Context, place state.Place, folder string, before time.Time) (time.Time, error) {
	runs, err := readPast(ctx, place, folder)
	last := lastComplete(runs)
	if err != nil || last < 0 {
		return time.Time{}, err
	}
	oldest := before.UTC().Format(trashStamp)
	if runs[last].stamp < oldest {
		oldest = runs[last].stamp
		before, _ = time.Parse(trashStamp, oldest)
	}
	cut := slices.IndexFunc(runs, func(r pastRun) bool { return r.stamp >= oldest })
	needed, err := goneNeeded(ctx, place, folder, runs, cut)
	for _, run := range runs[:max(cut, 0)] {
		names := slices.Clone(run.facts)
		if run.complete {
			names = append(names, folder+run.stamp+"/"+pastPoint)
		}
		if run.versions {
			names = append(names, folder+run.stamp+"/"+pastMarker)
		}
		if !needed[run.stamp] {
			names = append(names, run.gone...)
		}
		for _, name := range names {
			if err == nil {
				err = place.Remove(ctx, name)
			}
		}
	}

	return before, err
}

// goneNeeded returns the runs before a cut whose lists of keys points behind it use.
func goneNeeded(ctx context.Context, place state.Place, folder string, runs []pastRun, cut int) (map[string]bool, error) {
	needed := map[string]bool{}
	if cut <= 0 || !slices.ContainsFunc(runs[:cut], func(r pastRun) bool { return len(r.gone) > 0 }) {
		return needed, nil
	}
	for _, run := range runs[cut:] {
		if !run.complete {
			continue
		}
		point, err := readPoint(ctx, place, folder, run.stamp)
		if errors.Is(err, state.ErrAbsent) {
			continue
		}
		if err != nil {
			return nil, err
		}
		needed[point.GoneIn] = true
	}

	return needed, nil
}
