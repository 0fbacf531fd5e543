package cutover

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/helm-ferry/ferry/hooks/record"
	"github.com/helm-ferry/ferry/internal/cli"
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

// job is the second pass of a move, or with act Compares what proves it.
func (w World) job(m Move, act copying.Act, buckets []string, dst mirror.Store, origin func(string) mirror.Origin, adopt bool) copying.Job {
	j := copying.Job{
		Name: fmt.Sprintf("cutover from %s to %s", m.From, m.To), Act: act,
		SourceKeys: "the Secret of " + m.From, DestinationKeys: "the Secret of " + m.To,
		Deadline: w.Config.Spec.Migration.Deadline,
		Adopt:    "empty the bucket at the target, or choose another target",
		Options: mirror.Options{
			Buckets: buckets, CreateBuckets: true, AllowMissing: true, Settings: true, StateBucket: mirror.DefaultStateBucket,
			Versions: !slices.Contains(w.Config.Spec.Migration.Accept, provider.Versions),
		},
	}
	if act == copying.Copies {
		j.Options.Remove = mirror.Remove{Enabled: true, MaxPercent: 100, Trash: trashTime}
		j.Options.State = mirror.StateIn(dst, mirror.DefaultStateBucket, "")
		j.Options.Origin, j.Options.Adopt = origin, adopt
	}
	return j
}

// proof is what a comparison without a difference has shown.
type proof struct {
	sourceDigest, reportDigest string
	marks                      record.Marks
}

// move makes the target equal to the source and proves it. A change of tags moves no time: where the
// comparison finds that nothing else differs, the pass is made once more with an eye on them.
func (w World) move(ctx context.Context, m Move, src, dst mirror.Store, adopt bool) (proof, error) {
	buckets, err := Buckets(ctx, src, w.Config.Spec.ObjectStorage.DefaultBuckets)
	if err != nil {
		return proof{}, err
	}
	origin := func(bucket string) mirror.Origin { return mirror.Origin{Store: src.Location(), Bucket: bucket} }
	if w.Origin != nil {
		origin = w.Origin(src.Location())
	}
	for _, metadata := range []bool{false, true} {
		if err := w.begin(ctx, StepCopy); err != nil {
			return proof{}, err
		}
		copies := w.job(m, copying.Copies, buckets, dst, origin, adopt)
		copies.Options.Metadata = metadata
		report, err := copying.Run(ctx, w.Log, copies, src, dst)
		if verdict := w.judge(copies, report, err); verdict.Kind != cli.Done {
			return proof{}, &Refusal{Reason: "the second pass is not complete: " + verdict.Text, Err: err}
		}
		if err := w.begin(ctx, StepVerify); err != nil {
			return proof{}, err
		}
		compares := w.job(m, copying.Compares, buckets, dst, origin, adopt)
		var source, target record.Marker
		report, err = copying.Run(ctx, w.Log, compares, marked{src, &source}, writable{dst, &target})
		verdict := w.judge(compares, report, err)
		if verdict.Kind == cli.Done {
			w.Log.Info("cutover", "verified", verdict.Text)
			return newProof(report, record.Marks{Source: source.Marks(), Destination: target.Marks()})
		}
		if metadata || !onlyMetadata(report) {
			return proof{}, &Refusal{Reason: "the stores are not equal after the second pass: " + verdict.Text, Err: err}
		}
	}
	return proof{}, nil // not reached: the second round returns
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
