package cutover

import (
	"context"
	"fmt"
	"time"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/record"
	"github.com/helm-ferry/ferry/mirror"
)

// Record proves a move whose objects were brought over by other means, and writes the record that the revision
// of the move is asked for: the two stores are compared, nothing is copied, and nobody is stopped. The target keeps which keys
// were proven, in Ferry's own bucket. What the consumers of the manifest in force write would be in no record, so that none of them may run. The verdict is
// one line; the error is a [*Refusal] where there is nothing to prove, or it is not so.
func (w World) Record(ctx context.Context, s hooks.Situation, m Move) (verdict string, err error) {
	m.Alias = w.Config.Spec.ObjectStorage.Alias.Name
	selected, err := w.mayRecord(ctx, s, m)
	if err != nil {
		return "", err
	}
	consumers := consumersOf(s)
	before, err := w.activity(ctx, consumers)
	if err != nil {
		return "", err
	}
	if w.Config.Spec.Migration.Quiesce && len(before.running) > 0 {
		return "", refuse("consumers run, and what they write from now on would be in no record: %s: "+
			"scale them to 0, suspend CronJobs, and leave them so until the upgrade", name(before.running))
	}
	started := time.Now().UTC()
	t := transfer{Move: m}
	if t.src, t.dst, err = w.both(ctx, m.From, m.To); err != nil {
		return "", err
	}
	if t.buckets, err = Buckets(ctx, t.src, w.Config.Spec.ObjectStorage.DefaultBuckets); err != nil {
		return "", err
	}
	keys, err := roomFor(ctx, t)
	if err != nil {
		return "", err
	}
	p, _, _, err := w.compare(ctx, t, behind{}, keys)
	if err != nil {
		return "", err
	}
	if err := w.unchanged(ctx, &Journal{Move: m, Selected: selected}, consumers, before); err != nil {
		return "", err
	}
	if err := keys.keep(ctx, mirror.StateIn(t.dst, mirror.DefaultStateBucket, ""), p.reportDigest); err != nil {
		return "", err
	}
	r := record.Record{
		Alias: m.Alias, From: m.From, To: m.To, Revision: m.Revision, SourceDigest: p.sourceDigest, ReportDigest: p.reportDigest,
		StartedAt: started, ProvenAt: time.Now().UTC(), State: record.Proven, Marks: p.marks, Behind: p.behind,
	}
	if err := record.Write(ctx, w.Client, w.name(), r); err != nil {
		return "", err
	}
	return fmt.Sprintf("PROVEN: every object of %s is on %s: ConfigMap/%s says so to revision %d of %s, the next one",
		m.From, m.To, record.Name(w.name()), m.Revision, m.Release), nil
}

// roomFor makes keysets with room for what the source has.
func roomFor(ctx context.Context, t transfer) (*keysets, error) {
	k := &keysets{sets: map[string]keyset{}}
	for _, bucket := range t.buckets {
		n := int64(0)
		for _, err := range listing(ctx, t.src, bucket) {
			if err != nil {
				return nil, err
			}
			n++
		}
		k.sets[bucket] = newKeyset(n)
	}
	return k, nil
}

// mayRecord refuses a proof that no upgrade would ask for, or that another one is under way for. It returns which
// store the cluster says that consumers use.
func (w World) mayRecord(ctx context.Context, s hooks.Situation, m Move) (selected string, err error) {
	if selected, err = w.selected(ctx); err != nil {
		return "", err
	}
	used := selected
	if s.Current.Unmarked() || used == "" {
		used = s.Current.Active
	}
	if used != m.From {
		return "", refuse("consumers use %q, not %s: a record is of a move from the store that they use", used, m.From)
	}
	journal, err := ReadJournal(ctx, w.Client, w.name())
	if err != nil {
		return "", err
	}
	if journal != nil {
		return "", refuse("a cutover from %s to %s is half done: finish it or abort it first", journal.From, journal.To)
	}
	return selected, nil
}
