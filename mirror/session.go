package mirror

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/helm-ferry/ferry/mirror/lease"
	"github.com/helm-ferry/ferry/mirror/state"
)

const (
	keptReports   = 10
	reportsPrefix = "reports/"
	partingTime   = 20 * time.Second // for what a run leaves behind at its end
)

// session is what a run has of its place: its locks, the origins of the buckets, and
// at the end its report. A dry run only reads; a verification has none.
type session struct {
	place   state.Place
	locks   *lease.Locks // nil in a dry run
	origins []*provenance
	names   []string        // of the locks
	taken   map[string]bool // those that were taken from dead runs
	rep     StateReport
}

// StateReport says what a run kept beside the data. What failed here has no influence
// on the outcome, which is about the data.
type StateReport struct {
	Place string `json:"place"`
	// Conditional: the place itself refuses writes under wrong conditions; otherwise
	// two writers are told apart by what is there a moment later. Not known of dry runs.
	Conditional bool `json:"conditional"`
	// Holder is who held the locks of the run.
	Holder lease.Holder `json:"holder,omitzero"`
	// TakenOver names the locks that were taken from runs that had died.
	TakenOver []string `json:"takenOver,omitempty"`
	// Aborted is how many uploads of earlier runs, in Ferry's own place, were given up.
	Aborted int `json:"aborted,omitempty"`
	// Strays are uploads under way in the buckets after a run was killed: it may have begun
	// them, or somebody else. They stay.
	Strays Bounded[Stray] `json:"strays,omitzero"`
	// Report is the item that keeps this report.
	Report string   `json:"report,omitempty"`
	Errors []string `json:"errors,omitempty"`
}

// Stray is an upload that is under way and that no run has taken down.
type Stray struct {
	Bucket string    `json:"bucket"`
	Key    string    `json:"key"`
	ID     string    `json:"id"`
	Begun  time.Time `json:"begun"` // as the destination says
}

// enter opens the place of the run and takes the locks of the buckets, in order. The
// context it returns ends when one is lost.
func (e *engine) enter(ctx context.Context, names []string, rep *Report) (context.Context, error) {
	if e.opts.State == nil || e.dst == nil {
		return ctx, nil
	}
	use := state.Write
	if e.opts.DryRun {
		use = state.Read
	}
	s := &session{place: e.opts.State}
	facts, err := s.place.Open(ctx, use)
	s.rep.Place, s.rep.Conditional = facts.Location, facts.Conditional
	if errors.Is(err, state.ErrForeign) {
		rep.Refused = err.Error()

		return ctx, nil
	}
	if err != nil {
		return ctx, fmt.Errorf("%w: %w", ErrState, err)
	}
	if !e.opts.DryRun {
		s.rep.Holder = e.opts.Holder
		if s.rep.Holder.ID == "" {
			s.rep.Holder = lease.Here("ferry " + e.kind)
		}
		s.names, s.taken = lockNames(names), map[string]bool{}
		ctx, s.locks, err = lease.Take(ctx, s.place, s.names, s.rep.Holder)
		if err != nil {
			return ctx, fmt.Errorf("%w: %w", ErrState, err)
		}
		for _, over := range s.locks.Takeovers() {
			s.rep.TakenOver = append(s.rep.TakenOver, over.String())
			s.taken[over.Name] = true
		}
	}
	if err := s.load(ctx); err != nil {
		if s.locks != nil {
			err = errors.Join(err, s.locks.Release(ctx))
		}

		return ctx, fmt.Errorf("%w: %w", ErrState, err)
	}
	e.session.Store(s)

	return ctx, nil
}

// lockNames are the buckets to lock: two places in one bucket have one lock.
func lockNames(names []string) []string {
	var locks []string
	for _, name := range names {
		bucket, _ := locate(name)
		locks = append(locks, bucket)
	}
	slices.Sort(locks)

	return slices.Compact(locks)
}

// locate splits the name of a place in a bucket, bucket/prefix, which package mount
// makes a bucket of its own. Names of buckets hold no slash.
func locate(name string) (bucket, prefix string) {
	bucket, prefix, _ = strings.Cut(name, "/")

	return bucket, folder(prefix)
}

// mayWrite is asked before each write to the destination.
func (e *engine) mayWrite() error {
	if s := e.session.Load(); s != nil && s.locks != nil {
		return s.locks.Check()
	}

	return nil
}

// leave keeps the report of the run and gives its locks back, after an interruption
// too.
func (e *engine) leave(ctx context.Context, rep *Report) {
	s := e.session.Load()
	if s == nil {
		return
	}
	rep.State = &s.rep
	if s.locks == nil {
		return
	}
	rep.Seconds = time.Since(e.started).Seconds()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), partingTime)
	defer cancel()
	if e.kind == kindMirror {
		s.note(s.keep(ctx, rep, e.started))
	}
	s.note(s.locks.Release(ctx))
}

func (s *session) note(err error) {
	if err != nil {
		s.rep.Errors = append(s.rep.Errors, err.Error())
	}
}

// keep writes the report, and removes those that are older than the last few.
func (s *session) keep(ctx context.Context, rep *Report, started time.Time) error {
	s.rep.Report = reportsPrefix + started.UTC().Format(trashStamp) + "-" + state.Segment(s.rep.Holder.ID) + ".json"
	doc, err := json.MarshalIndent(rep, "", "  ")
	if err == nil {
		_, err = s.place.Put(ctx, s.rep.Report, append(doc, '\n'), state.Condition{})
	}
	if err != nil {
		s.rep.Report = ""

		return fmt.Errorf("keep the report: %w", err)
	}
	items, err := s.place.List(ctx, reportsPrefix)
	if err != nil {
		return fmt.Errorf("remove old reports: %w", err)
	}
	for _, item := range items[:max(0, len(items)-keptReports)] {
		if err := s.place.Remove(ctx, item.Name); err != nil {
			return fmt.Errorf("remove old reports: %w", err)
		}
	}

	return nil
}
