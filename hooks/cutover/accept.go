package cutover

import (
	"slices"
	"sync"

	"github.com/helm-ferry/ferry/internal/cli"
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

// accepted tells whether a difference is one that the configuration accepts: all that differs is.
func accepted(d mirror.Difference, accept []string) bool {
	return len(d.Names) > 0 && !slices.ContainsFunc(d.Names, func(name string) bool {
		feature, known := features[name]
		return !known || !slices.Contains(accept, feature)
	})
}

// tolerance counts the accepted differences of a run, bucket by bucket.
type tolerance struct {
	accept []string

	mu     sync.Mutex
	counts map[string]int64
}

// see is told what a run does.
func (t *tolerance) see(e mirror.Event) {
	if e.Kind != mirror.EventDiffers || !accepted(e.Difference, t.accept) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = map[string]int64{}
	}
	t.counts[e.Bucket]++
}

// without takes the accepted differences out of a report.
func (t *tolerance) without(report mirror.Report) mirror.Report {
	t.mu.Lock()
	defer t.mu.Unlock()
	report.Buckets = slices.Clone(report.Buckets)
	for i := range report.Buckets {
		b := &report.Buckets[i]
		b.Differences.Total -= t.counts[b.Bucket]
		b.Differences.First = slices.DeleteFunc(slices.Clone(b.Differences.First), func(d mirror.Difference) bool { return accepted(d, t.accept) })
	}
	return report
}

// judge sums a pass up. What the configuration accepts is said, and is no difference.
func (w World) judge(j copying.Job, t *tolerance, report mirror.Report, err error) (mirror.Report, copying.Verdict) {
	cleaned := t.without(report)
	for bucket, count := range t.counts {
		w.Log.Warn("left behind, as spec.migration.accept says", "bucket", bucket, "differences", count)
	}
	verdict := copying.Judge(j, cleaned, err)
	if verdict.Kind == cli.Done && len(t.counts) > 0 {
		verdict.Text += "; what spec.migration.accept names is left behind"
	}
	return cleaned, verdict
}
