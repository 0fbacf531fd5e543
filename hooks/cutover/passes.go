package cutover

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/helm-ferry/ferry/hooks/record"
	"github.com/helm-ferry/ferry/internal/copying"
	"github.com/helm-ferry/ferry/internal/provider"
	"github.com/helm-ferry/ferry/mirror"
)

// trashTime is how long the target keeps what the second pass replaces and removes.
const trashTime = 30 * 24 * time.Hour

// Buckets are those of a store, and beside them the default ones, without Ferry's own.
func Buckets(ctx context.Context, store mirror.Reader, defaults []string) ([]string, error) {
	existing, err := store.Buckets(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the buckets of %s: %w", store.Location(), err)
	}
	all := slices.DeleteFunc(slices.Concat(existing, defaults), func(name string) bool { return name == mirror.DefaultStateBucket })
	slices.Sort(all)
	return slices.Compact(all), nil
}

// transfer is a move with both its stores open.
type transfer struct {
	Move

	src, dst mirror.Store
	buckets  []string
	// adopt: the target held the objects before, it is no stranger's.
	adopt bool
	// held are the buckets that both stores had when the objects were moved the other way.
	held []string
	// spared are objects that are on the target alone, since the source could never hold them.
	spared behind
	// left are the marks of the target's buckets, if the release has left that store just before and nothing of
	// Ferry's has written there since.
	left map[string]record.Mark
}

// job is the second pass, or with act Compares what proves it.
func (w World) job(t transfer, act copying.Act) (copying.Job, *Tolerance) {
	accept := w.Config.Spec.Migration.Accept
	tolerance := &Tolerance{accept: accept, spared: t.spared}
	j := copying.Job{
		Name: fmt.Sprintf("cutover from %s to %s", t.From, t.To), Act: act,
		SourceKeys: "the Secret of " + t.From, DestinationKeys: "the Secret of " + t.To,
		Deadline: w.Config.Spec.Migration.Deadline,
		Adopt:    "empty the bucket at the target, or choose another target",
		Options: mirror.Options{
			Buckets: t.buckets, CreateBuckets: true, AllowMissing: true, Settings: true, StateBucket: mirror.DefaultStateBucket,
			Versions: !slices.Contains(accept, provider.Versions), Progress: tolerance.See,
			LeaveNested: slices.Contains(accept, provider.NestedKeys), Spare: t.spared.holds,
		},
	}
	if act == copying.Copies {
		j.Options.Remove = mirror.Remove{Enabled: true, MaxPercent: 100, Emptied: true, Trash: trashTime}
		j.Options.State = mirror.StateIn(t.dst, mirror.DefaultStateBucket, "")
		j.Options.Adopt = t.adopt
		j.Options.Origin = func(bucket string) mirror.Origin { return mirror.Origin{Store: t.src.Location(), Bucket: bucket} }
		if w.Origin != nil {
			j.Options.Origin = w.Origin(t.src.Location())
		}
	}
	return j, tolerance
}

// proof is what a comparison without a difference has shown.
type proof struct {
	sourceDigest, reportDigest string
	marks                      record.Marks
	behind                     record.Behind
}

// move makes the target equal to the source and proves it. A change of tags moves no time: where the
// comparison finds that nothing else differs, the pass is made once more with an eye on them.
func (w World) move(ctx context.Context, t transfer) (proof, error) {
	retry, p, err := w.pass(ctx, t, false)
	if retry {
		_, p, err = w.pass(ctx, t, true)
	}
	return p, err
}

// pass copies and compares. It tells whether another one that looks at metadata may help.
func (w World) pass(ctx context.Context, t transfer, metadata bool) (retry bool, p proof, err error) {
	if err := w.begin(ctx, StepCopy); err != nil {
		return false, proof{}, err
	}
	copies, copied := w.job(t, copying.Copies)
	copies.Options.Metadata = metadata
	if !metadata { // otherwise what goes to the trash is the pass before
		copies.Options.Progress = w.lateInTrash(t, copies.Options.Progress)
	}
	report, err := copying.Run(ctx, w.Log, copies, t.src, t.dst)
	keys := newKeysets(report)
	if _, verdict := copied.Judge(w.Log, copies, report, err); !verdict.Done() {
		return false, proof{}, &Refusal{Reason: "the second pass is not complete: " + verdict.Text + t.nested(copied.refused), Err: err}
	}
	if err := w.begin(ctx, StepVerify); err != nil {
		return false, proof{}, err
	}
	p, left, report, err := w.compare(ctx, t, copied.refused, keys)
	if refusal, unequal := errors.AsType[*Refusal](err); unequal {
		refusal.Reason = "the stores are not equal after the second pass: " + refusal.Reason
		return !metadata && onlyMetadata(report), proof{}, refusal
	}
	if err != nil {
		return false, proof{}, err
	}
	if err := keys.keep(ctx, copies.Options.State, p.reportDigest); err != nil {
		return false, proof{}, err
	}
	return false, p, left.keep(ctx, copies.Options.State, p.reportDigest)
}

// compare proves that the target holds what the source does, but for what it refused and what is spared; this is
// what is left behind. A difference is a [*Refusal].
func (w World) compare(ctx context.Context, t transfer, refused behind, keys *keysets) (p proof, left behind, report mirror.Report, err error) {
	compares, tolerance := w.job(t, copying.Compares)
	tolerance.refused = refused
	var source, target record.Marker
	report, err = copying.Run(ctx, w.Log, compares, marked{t.src, &source, keys}, writable{t.dst, &target})
	report, verdict := tolerance.Judge(w.Log, compares, report, err)
	if !verdict.Done() {
		return proof{}, behind{}, report, &Refusal{Reason: verdict.Text, Err: err}
	}
	w.Log.Info("cutover", "verified", verdict.Text)
	if p, err = newProof(report, record.Marks{Source: source.Marks(), Destination: target.Marks()}); err != nil {
		return proof{}, behind{}, report, err
	}
	left = tolerance.refused
	p.behind.On = t.From
	if left.total() == 0 {
		left, p.behind.On = tolerance.kept, t.To
	}
	p.behind.Left = left.found().kept()
	return p, left, report, nil
}

// nested says which keys the target could not hold beside others, and what to do about it.
func (t transfer) nested(refused behind) string {
	if refused.total() == 0 {
		return ""
	}
	return fmt.Sprintf("; %s cannot hold an object beside others that lie in it as in a folder, and these are not there: %s: "+
		"name %s in spec.migration.accept if they may be left behind (up to %d), or rename them", t.To, refused.found(), provider.NestedKeys, maxBehind)
}

// onlyMetadata tells whether all differences are of metadata.
func onlyMetadata(report mirror.Report) bool {
	for _, b := range report.Buckets {
		other := func(d mirror.Difference) bool { return d.Kind != mirror.DiffMetadata }
		if b.Refused != "" || !b.Complete || slices.ContainsFunc(b.Differences.First, other) {
			return false
		}
	}
	return report.Complete
}

func newProof(report mirror.Report, marks record.Marks) (proof, error) {
	text, err := json.Marshal(report)
	if err != nil {
		return proof{}, fmt.Errorf("write the report: %w", err)
	}
	sum := sha256.Sum256(text)
	source := sha256.New()
	for _, b := range report.Buckets {
		fmt.Fprintf(source, "%q %s\n", b.Bucket, b.SourceDigest)
	}
	return proof{sourceDigest: hex.EncodeToString(source.Sum(nil)), reportDigest: hex.EncodeToString(sum[:]), marks: marks}, nil
}
