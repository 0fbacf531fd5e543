package cutover

import (
	"log/slog"
	"slices"
	"sync"

	"github.com/helm-ferry/ferry/internal/copying"
	"github.com/helm-ferry/ferry/internal/provider"
	"github.com/helm-ferry/ferry/mirror"
)

// features are what a store may be unable to hold, by the names that differences give them.
var features = map[string]string{
	"tags":          provider.Tags,
	mirror.LockMode: provider.Lock, mirror.LockUntil: provider.Lock, mirror.LockHold: provider.Lock, mirror.SettingLock: provider.Lock,
	mirror.SettingVersioning: provider.Versions, mirror.SettingEncryption: provider.Encryption, mirror.SettingCORS: provider.CORS,
	mirror.SettingTagging: provider.BucketTags, mirror.SettingPolicy: provider.Policy, mirror.SettingLifecycle: provider.Lifecycle,
	mirror.SettingNotification: provider.Notification,
}

// Tolerance counts the accepted differences of a run, bucket by bucket.
type Tolerance struct {
	accept []string
	// spared are objects that the target alone has, and keeps.
	spared behind

	mu     sync.Mutex
	counts map[string]int64
	// refused are objects that the target cannot hold beside others: those that a copy names, and of a
	// comparison those that the copy before it has named.
	refused behind
	// kept are those of spared that were seen.
	kept behind
}

// Tolerate begins to count the differences of a run that spec.migration.accept names.
func Tolerate(accept []string) *Tolerance { return &Tolerance{accept: accept} }

// accepted tells whether a difference is one that the configuration accepts: all that differs is. t.mu is
// locked.
func (t *Tolerance) accepted(bucket string, d mirror.Difference) bool {
	switch {
	case d.Kind == mirror.DiffMissing && t.refused.has(bucket, d.Key):
		return slices.Contains(t.accept, provider.NestedKeys)
	case d.Kind == mirror.DiffExtra && t.spared.has(bucket, d.Key):
		return true
	}
	return len(d.Names) > 0 && !slices.ContainsFunc(d.Names, func(name string) bool {
		feature, known := features[name]
		return !known || !slices.Contains(t.accept, feature)
	})
}

// See is told what a run does.
func (t *Tolerance) See(e mirror.Event) {
	if e.Kind != mirror.EventDiffers {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	d := e.Difference
	if slices.Contains(d.Names, mirror.NestedKeys) {
		t.refused.add(e.Bucket, d.Key)
	}
	if !t.accepted(e.Bucket, d) {
		return
	}
	if d.Kind == mirror.DiffExtra {
		t.kept.add(e.Bucket, d.Key)
	}
	if t.counts == nil {
		t.counts = map[string]int64{}
	}
	t.counts[e.Bucket]++
}

// without takes the accepted differences out of a report.
func (t *Tolerance) without(report mirror.Report) mirror.Report {
	t.mu.Lock()
	defer t.mu.Unlock()
	report.Buckets = slices.Clone(report.Buckets)
	for i := range report.Buckets {
		b := &report.Buckets[i]
		b.Differences.Total -= t.counts[b.Bucket]
		b.Differences.First = slices.DeleteFunc(slices.Clone(b.Differences.First), func(d mirror.Difference) bool { return t.accepted(b.Bucket, d) })
	}
	return report
}

// Judge sums a run up. What the configuration accepts is said, and is no difference.
func (t *Tolerance) Judge(log *slog.Logger, j copying.Job, report mirror.Report, err error) (mirror.Report, copying.Verdict) {
	cleaned := t.without(report)
	left := int64(0)
	for bucket, count := range t.counts {
		count -= int64(len(t.kept[bucket])) // nothing is left behind that was there before
		if left += count; count > 0 {
			log.Warn("left behind, as spec.migration.accept says", "bucket", bucket, "differences", count)
		}
	}
	verdict := copying.Judge(j, cleaned, err)
	if verdict.Done() && left > 0 {
		verdict.Text += "; what spec.migration.accept names is left behind"
	}
	return cleaned, verdict
}
