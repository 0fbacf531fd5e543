package cutover

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/record"
	"github.com/helm-ferry/ferry/mirror"
)

// ErrDeadline is the cause of a context that ends because the deadline of the migration has passed.
var ErrDeadline = errors.New("the deadline of the migration has passed")

// applyTime is what Helm has, from the proof on, to apply the manifest, however little of the deadline is
// left: consumers that came back on the old store in between would write what no pass looks for.
const applyTime = 2 * time.Minute

// returnTime is how long consumers may take to be brought back once everything else has ended.
const returnTime = 20 * time.Second

// Run does before a manifest is applied what its alias demands: nothing, or a cutover. The verdict is
// one line. The error is a [*Refusal] where the upgrade must not go on, and consumers are back then.
func (w World) Run(ctx context.Context, s hooks.Situation) (verdict string, err error) {
	if s.Unknown {
		return "PASS: Helm keeps no record here of a release that it is at work on: no objects are moved", nil
	}
	alias, err := w.selected(ctx)
	if err != nil {
		return "", err
	}
	journal, err := ReadJournal(ctx, w.Client, w.name())
	if err != nil {
		return "", err
	}
	known, err := record.Read(ctx, w.Client, w.name())
	if err != nil {
		return "", err
	}
	m, moves := moveOf(s, alias)
	if !moves {
		return w.stay(ctx, s, journal, known, alias)
	}
	if journal == nil || journal.From != m.From || journal.To != m.To {
		journal = newJournal(m, journal)
	}
	started := time.Now()
	journal.Move, journal.Selected, journal.State, journal.StartedAt = m, alias, Stopping, started.UTC()
	journal.Deadline = started.Add(w.Config.Spec.Migration.Deadline.Std()).UTC()
	bounded, cancel := context.WithDeadlineCause(ctx, journal.Deadline, ErrDeadline)
	defer cancel()
	var at Step
	behind, err := w.at(&at).cutover(bounded, s, journal, known)
	if err != nil {
		return "", w.giveUp(ctx, m, w.cutOff(bounded, at, err))
	}
	return fmt.Sprintf("PROVEN: every object of %s is on %s%s: the manifest may be applied, and the alias moves with it",
		m.From, m.To, except(behind, m.From)), nil
}

// at keeps which step comes next.
func (w World) at(step *Step) World {
	also := w.Before
	w.Before = func(next Step) {
		*step = next
		if also != nil {
			also(next)
		}
	}
	return w
}

// cutOff says of an error that the deadline has brought about which one that was, and in which step: what
// a request that was cut off says of itself hides it.
func (w World) cutOff(ctx context.Context, at Step, err error) error {
	if !errors.Is(context.Cause(ctx), ErrDeadline) {
		return err
	}
	said := fmt.Sprintf("spec.migration.deadline (%s) has passed in step %s", w.Config.Spec.Migration.Deadline.Std(), at)
	if stopped, is := errors.AsType[*Refusal](err); is && at == StepWait {
		return &Refusal{Reason: said + ": " + stopped.Reason, Err: errors.Join(err, ErrDeadline)}
	}
	return &Refusal{
		Reason: fmt.Sprintf("%s: let the first pass run again just before, or raise it together with Helm's --timeout (%v)", said, err),
		Err:    errors.Join(err, ErrDeadline),
	}
}

// newJournal begins a journal. What an earlier one has stopped stays in it.
func newJournal(m Move, before *Journal) *Journal {
	j := &Journal{Move: m}
	if before != nil {
		j.Stopped, j.version = before.Stopped, before.version
	}
	return j
}

// cutover does all steps of a move, and returns what it leaves behind.
func (w World) cutover(ctx context.Context, s hooks.Situation, j *Journal, known *record.Record) (record.Behind, error) {
	var none record.Behind
	src, dst, err := w.both(ctx, j.From, j.To)
	if err != nil {
		return none, err
	}
	t := transfer{Move: j.Move, src: src, dst: dst, adopt: j.returns(known)}
	if t.adopt {
		t.held = slices.Sorted(maps.Keys(known.Marks.Source))
		if known.Behind.On == j.To {
			if t.spared, err = readBehind(ctx, src, known); err != nil {
				return none, err
			}
		}
	}
	consumers := consumersOf(s)
	if err := w.begin(ctx, StepPreflight); err != nil {
		return none, err
	}
	if t.buckets, err = w.preflight(ctx, s, t, consumers); err != nil {
		return none, err
	}
	if w.Config.Spec.Migration.Quiesce {
		if err := w.begin(ctx, StepWatchdog); err != nil {
			return none, err
		}
		if err := w.watchdog(ctx, j.Deadline); err != nil {
			return none, err
		}
		if err := w.stop(ctx, j, consumers); err != nil {
			return none, err
		}
	}
	before, err := w.activity(ctx, consumers)
	if err != nil {
		return none, err
	}
	watched, unwatch := w.watchConsumers(ctx, consumers)
	defer unwatch()
	shown, err := w.carry(watched, s, t, known)
	if began, ok := errors.AsType[*Refusal](context.Cause(watched)); ok {
		return none, began
	}
	if err != nil {
		return none, err
	}
	if err := w.begin(ctx, StepCheck); err != nil {
		return none, err
	}
	if err := w.unchanged(ctx, j, consumers, before); err != nil {
		return none, err
	}
	if err := w.begin(ctx, StepRecord); err != nil {
		return none, err
	}
	return shown.behind, w.prove(ctx, j, shown)
}

// carry moves the objects. A rollback that follows the other move at once looks first for what that has left open.
func (w World) carry(ctx context.Context, s hooks.Situation, t transfer, known *record.Record) (proof, error) {
	if t.adopt && known.Revision == s.Revision-1 {
		copies := s.Current.CopiesFrom(t.From)
		if err := w.lateBefore(ctx, t, known, copies); err != nil {
			return proof{}, err
		}
		if !copies {
			t.left = known.Marks.Source
		}
	}
	return w.move(ctx, t)
}

// unchanged makes sure that nobody has begun to write meanwhile, not even for a moment, and that the
// alias is where it was.
func (w World) unchanged(ctx context.Context, j *Journal, consumers []Consumer, before activity) error {
	if !w.Config.Spec.Migration.Quiesce {
		return nil
	}
	now, err := w.activity(ctx, consumers)
	if err != nil {
		return err
	}
	if running := now.since(before); len(running) > 0 {
		return beganToRun(running)
	}
	alias, err := w.selected(ctx)
	if err != nil {
		return err
	}
	if alias != j.Selected {
		return refuse("Service/%s was changed to %s while the objects were moved: run the upgrade again", j.Alias, alias)
	}
	return nil
}

// prove writes the record, and then into the journal that the manifest may come.
func (w World) prove(ctx context.Context, j *Journal, p proof) error {
	r := record.Record{
		Alias: j.Alias, From: j.From, To: j.To, Revision: j.Revision, SourceDigest: p.sourceDigest, ReportDigest: p.reportDigest,
		StartedAt: j.StartedAt, ProvenAt: time.Now().UTC(), State: record.Proven, Marks: p.marks, Behind: p.behind,
	}
	if err := record.Write(ctx, w.Client, w.name(), r); err != nil {
		return err
	}
	j.State = Proven
	if earliest := time.Now().Add(applyTime).UTC(); j.Deadline.Before(earliest) {
		j.Deadline = earliest
	}
	return j.write(ctx, w.Client, w.name())
}

// giveUp brings the consumers back after a failure, also when the context has ended.
func (w World) giveUp(ctx context.Context, m Move, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), returnTime)
	defer cancel()
	back := w.abort(ctx)
	reason := cause.Error()
	if back != nil {
		reason += fmt.Sprintf("; and the consumers are not all back: %v: the watchdog goes on with it", back)
	}
	return &Refusal{
		Reason: fmt.Sprintf("the objects of %s are not moved to %s, and the alias stays: %s", m.From, m.To, reason),
		Err:    errors.Join(cause, back),
	}
}

// stay is the part of an upgrade that moves no alias: what an earlier one has left behind is put in order.
func (w World) stay(ctx context.Context, s hooks.Situation, j *Journal, known *record.Record, alias string) (string, error) {
	if j != nil && !j.applied(alias) && s.Current.Active != j.To {
		if err := w.abort(ctx); err != nil {
			return "", err
		}
	}
	if known != nil && known.State == record.Proven && s.Next.Active == known.From {
		if err := record.Supersede(ctx, w.Client, w.name()); err != nil {
			return "", err
		}
		return fmt.Sprintf("PASS: the alias stays on %s; the record of the move to %s counts no more", known.From, known.To), nil
	}
	late, err := w.retire(ctx, s, known)
	if err != nil {
		return "", err
	}
	return "PASS: the alias stays where it is: no objects are moved" + late, nil
}

// store opens a store and says whose it is.
func (w World) store(ctx context.Context, provider string) (mirror.Store, error) {
	store, err := w.Open(ctx, provider)
	if err != nil {
		return nil, fmt.Errorf("open the store of %s: %w", provider, err)
	}
	return store, nil
}

// both opens the stores of a move.
func (w World) both(ctx context.Context, from, to string) (src, dst mirror.Store, err error) {
	if src, err = w.store(ctx, from); err == nil {
		dst, err = w.store(ctx, to)
	}
	return src, dst, err
}
