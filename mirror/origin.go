package mirror

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/helm-ferry/ferry/mirror/lease"
	"github.com/helm-ferry/ferry/mirror/state"
)

const originsPrefix = "origins/"

// Origin is where the content of a bucket of a destination comes from.
type Origin struct {
	Store  string `json:"store"`
	Bucket string `json:"bucket"` // or bucket/prefix
}

func (o Origin) String() string { return o.Store + "/" + o.Bucket }

// provenance is what the place knows of a bucket, or bucket/prefix, of the
// destination.
type provenance struct {
	Bucket       string    `json:"bucket"`
	Origin       Origin    `json:"origin"`
	FirstSeen    time.Time `json:"firstSeen"`
	LastComplete time.Time `json:"lastComplete,omitzero"`

	tag state.Tag
}

func originItem(bucket string) string { return originsPrefix + state.Segment(bucket) + ".json" }

// origin is where this run copies a bucket from.
func (e *engine) origin(bucket string) Origin {
	o := Origin{Store: e.src.Location(), Bucket: bucket}
	if e.opts.Origin != nil {
		o = e.opts.Origin(bucket)
	}

	return o
}

// admitted finds out whether the run may write to the bucket: nobody else does, and the
// bucket is not known to come from elsewhere.
func (b *bucketRun) admitted() bool {
	s := b.session.Load()
	if s == nil {
		return true
	}
	if !b.unlocked(s) {
		return false
	}
	if stranger := b.identify(s); stranger != nil && !b.opts.Adopt {
		b.refuseBy(GuardOrigin, "%q of %s is a copy of %s, first made %s, and not of %s", stranger.Bucket, b.dst.Location(),
			stranger.Origin, stranger.FirstSeen.UTC().Format(time.DateOnly), b.origin(b.name))

		return false
	} else if stranger != nil {
		b.rep.Adopted = stranger.Origin.String()
	}

	return true
}

// unlocked finds out whether nobody else writes to the bucket.
func (b *bucketRun) unlocked(s *session) bool {
	if s == nil || s.locks == nil {
		return true
	}
	name, _ := locate(b.name)
	by, taken := s.locks.Refused(name)
	if taken {
		b.refuseBy(GuardLock, "another run writes to it: %s", by)
	}

	return !taken
}

// identify compares what the place knows of the bucket, of what it lies in and of what
// lies in it, with the source of this run. It returns what does not fit.
func (b *bucketRun) identify(s *session) *provenance {
	var stranger *provenance
	mine := b.origin(b.name)
	for _, known := range s.origins {
		if known.Bucket == b.name {
			b.known = known
		}
		want, related := within(known, b.name)
		if stranger == nil && related && want != mine && !mine.contains(known, b.name) {
			stranger = known
		}
	}

	return stranger
}

// within returns where a bucket's content would come from, if it is what is known, lies
// in it, or holds it.
func within(known *provenance, bucket string) (Origin, bool) {
	switch {
	case known.Bucket == bucket:
		return known.Origin, true
	case strings.HasPrefix(bucket, known.Bucket+"/"):
		return Origin{Store: known.Origin.Store, Bucket: known.Origin.Bucket + strings.TrimPrefix(bucket, known.Bucket)}, true
	default:
		return Origin{}, strings.HasPrefix(known.Bucket, bucket+"/")
	}
}

// contains reports whether what is known to lie in a bucket comes from the same place
// of this origin.
func (o Origin) contains(known *provenance, bucket string) bool {
	rest, ok := strings.CutPrefix(known.Bucket, bucket+"/")

	return ok && known.Origin == Origin{Store: o.Store, Bucket: o.Bucket + "/" + rest}
}

// claim writes down where the bucket comes from, before the first write to it, and
// after an adoption.
func (b *bucketRun) claim(ctx context.Context) bool {
	s := b.session.Load()
	if s == nil || b.opts.DryRun || b.rep.Missing {
		return true
	}
	mine := b.origin(b.name)
	if b.known != nil && b.known.Origin == mine {
		return true
	}
	next := provenance{Bucket: b.name, Origin: mine, FirstSeen: b.engine.started.UTC()}
	if err := s.record(ctx, b.known, &next); err != nil {
		b.fail(ctx, "", err)

		return false
	}
	b.known = &next

	return true
}

// completed writes down that a run over the bucket was complete.
func (b *bucketRun) completed(ctx context.Context) {
	s := b.session.Load()
	if s == nil || b.known == nil || b.opts.DryRun || !b.rep.Complete || b.rep.Differences.Total > 0 {
		return
	}
	next := *b.known
	next.LastComplete = b.engine.started.UTC()
	if err := s.record(ctx, b.known, &next); err != nil && !errors.Is(err, lease.ErrLost) {
		s.note(err)
	}
}

// OriginsIn tells where the buckets of a store come from, as the runs that copied them have written down
// in the place that belongs to it.
func OriginsIn(ctx context.Context, place state.Place) (map[string]Origin, error) {
	if _, err := place.Open(ctx, state.Read); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrState, err)
	}
	s := &session{place: place}
	if err := s.load(ctx); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrState, err)
	}
	origins := make(map[string]Origin, len(s.origins))
	for _, known := range s.origins {
		origins[known.Bucket] = known.Origin
	}

	return origins, nil
}

// load reads what the place knows of all buckets.
func (s *session) load(ctx context.Context) error {
	items, err := s.place.List(ctx, originsPrefix)
	if err != nil {
		return fmt.Errorf("read where the buckets come from: %w", err)
	}
	for _, item := range items {
		doc, tag, err := s.place.Get(ctx, item.Name)
		p := &provenance{tag: tag}
		if err == nil {
			err = json.Unmarshal(doc, p)
		}
		if err != nil {
			return fmt.Errorf("read where a bucket comes from: %w", err)
		}
		s.origins = append(s.origins, p)
	}

	return nil
}

// record writes what is known of a bucket over what was.
func (s *session) record(ctx context.Context, before, next *provenance) error {
	doc, err := json.Marshal(next)
	if err != nil {
		return fmt.Errorf("write down where bucket %q comes from: %w", next.Bucket, err)
	}
	only := state.Condition{Absent: true}
	if before != nil {
		only = state.Condition{Tag: before.tag}
	}
	if err := s.locks.Check(); err != nil {
		return err
	}
	next.tag, err = s.place.Put(ctx, originItem(next.Bucket), append(doc, '\n'), only)
	if err != nil {
		return fmt.Errorf("write down where bucket %q comes from: %w", next.Bucket, err)
	}

	return nil
}
