package cutover

import (
	"context"
	"fmt"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/record"
)

// Ending is what came of bringing back.
type Ending struct {
	Verdict string
	Late    Late
	// Unproven: the alias has moved without a record that says what was equal when.
	Unproven bool
}

// Partial tells whether anything is left to people. Nothing is lost then, unless it is unproven.
func (e Ending) Partial() bool { return e.Unproven || e.Late.open() > 0 }

// BringBack does after a manifest was applied what its cutover has left open: the consumers come back,
// and what was written to the old store late is copied or named.
func (w World) BringBack(ctx context.Context, s hooks.Situation) (Ending, error) {
	j, err := ReadJournal(ctx, w.Client, w.name())
	if err != nil {
		return Ending{}, err
	}
	r, err := record.Read(ctx, w.Client, w.name())
	if err != nil {
		return Ending{}, err
	}
	m, moved := moved(s, j, r)
	var early Found
	var behind error
	if moved {
		early, behind = w.follow(ctx, s, j, m, r)
	}
	if j != nil {
		if err := w.begin(ctx, StepReturn); err != nil {
			return Ending{}, err
		}
		if err := w.bringBack(ctx, j.without(zeroed(s))); err != nil {
			return Ending{}, err
		}
	}
	if behind != nil {
		return Ending{}, behind
	}
	if !moved {
		return w.finish(ctx, Ending{Verdict: "DONE: no objects were moved"})
	}
	return w.late(ctx, m, r, early)
}

// moved tells which move a revision that is applied now has made: that of the journal, that of the record
// of this revision, or else what the two manifests say.
func moved(s hooks.Situation, j *Journal, r *record.Record) (Move, bool) {
	m := Move{Alias: s.Config.Spec.ObjectStorage.Alias.Name, Revision: s.Revision, Release: s.Release}
	switch {
	case j != nil:
		m = j.Move
	case r != nil && r.Revision == s.Revision && s.Revision != 0:
		m.From, m.To = r.From, r.To
	case r != nil && r.State == record.Superseded && r.From == s.Next.Active && r.To == s.Current.Active:
		return m, false // the move to what is called in force was undone before it was applied
	case r == nil && s.Unapplied:
		return m, false // it was not even proven, and nothing is applied before that
	default:
		m.From, m.To = s.Current.Active, s.Next.Active
	}
	return m, m.From != "" && m.To != "" && m.From != m.To && (s.Next.Active == m.To || s.Unknown)
}

// late is the pass over the old store after the alias has moved. What was copied early has come late as well.
func (w World) late(ctx context.Context, m Move, r *record.Record, early Found) (Ending, error) {
	if err := w.begin(ctx, StepLate); err != nil {
		return Ending{}, err
	}
	src, dst, err := w.both(ctx, m.From, m.To)
	if err != nil {
		return Ending{}, err
	}
	if r != nil && (r.From != m.From || r.To != m.To || r.Revision != m.Revision) {
		r = nil
	}
	late, err := w.latePass(ctx, src, dst, r, w.refills(m))
	if err != nil {
		return Ending{}, err
	}
	early.join(late.Copied)
	late.Copied = early
	if r != nil {
		r.State, r.Late = record.Proven, late.left()
		if err := record.Write(ctx, w.Client, w.name(), *r); err != nil {
			return Ending{}, err
		}
	}
	return w.finish(ctx, Ending{Verdict: lateVerdict(m, late, r == nil), Late: late, Unproven: r == nil})
}

// refills tells whether the revision in force has a first pass the other way round: it begins with the
// consumers, and copies what they write onto the store that was just left.
func (w World) refills(m Move) bool {
	migration := w.Config.Spec.Migration
	return migration.Enabled && !migration.DryRun && migration.From == m.To && migration.To == m.From
}

// finish removes the journal: nothing is left to do.
func (w World) finish(ctx context.Context, e Ending) (Ending, error) {
	if err := w.begin(ctx, StepForget); err != nil {
		return Ending{}, err
	}
	return e, forget(ctx, w.Client, w.name())
}

func lateVerdict(m Move, late Late, unproven bool) string {
	text := fmt.Sprintf("consumers are back on %s", m.To)
	if late.Copied.Total > 0 {
		text += fmt.Sprintf("; copied from %s, written after the proof: %s", m.From, late.Copied)
	}
	if unproven {
		text += fmt.Sprintf("; no record proves that the objects of %s are there: what was missing is copied", m.From)
	}
	if late.Conflicts.Total > 0 {
		text += fmt.Sprintf("; written on %s late, and on %s meanwhile, left alone: %s", m.From, m.To, late.Conflicts)
	}
	if late.Deleted.Total > 0 {
		text += fmt.Sprintf("; deleted on %s after the proof and still on %s: %s", m.From, m.To, late.Deleted)
	}
	if (Ending{Late: late, Unproven: unproven}).Partial() {
		return "PARTIAL: " + text + ": the log names them"
	}
	return "DONE: " + text
}

// zeroed are the workloads that a manifest itself stops.
func zeroed(s hooks.Situation) map[string]bool {
	found := map[string]bool{}
	if s.Next.Release == nil {
		return found
	}
	for _, o := range s.Next.Release.Objects {
		if o.String("spec", "replicas") == "0" || o.String("spec", "suspend") == "true" {
			found[o.Kind+"/"+o.Name] = true
		}
	}
	return found
}

// without leaves out what the manifest itself has stopped.
func (j *Journal) without(zeroed map[string]bool) *Journal {
	other := *j
	other.Stopped = nil
	for _, s := range j.Stopped {
		if !zeroed[s.Title()] {
			other.Stopped = append(other.Stopped, s)
		}
	}
	return &other
}
