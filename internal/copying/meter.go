package copying

import (
	"log/slog"
	"sync"
	"time"

	"github.com/helm-ferry/ferry/mirror"
)

// Meter counts what a run has done.
type Meter struct {
	log *slog.Logger

	mu       sync.Mutex
	bucket   string
	objects  int64 // dealt with
	bytes    int64
	copied   int64 // bytes
	reported int64 // of copied, at the last line
	failed   int64
}

func newMeter(log *slog.Logger) *Meter { return &Meter{log: log} }

// event takes note of one step.
func (m *Meter) event(e mirror.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch e.Kind {
	case mirror.EventBucket:
		m.bucket = e.Bucket
		m.log.Info("bucket", "name", e.Bucket)
		return
	case mirror.EventFailed:
		m.failed++
	case mirror.EventCopied:
		m.copied += e.Bytes
	default: // one more that is dealt with
	}
	m.objects++
	m.bytes += e.Bytes
}

// Lines writes a line per interval into the log until stop is called.
func (m *Meter) Lines(interval time.Duration) (stop func()) {
	return every(interval, func() { m.line(interval) })
}

func (m *Meter) line(interval time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	rate := int64(float64(m.copied-m.reported) / interval.Seconds())
	m.reported = m.copied
	m.log.Info("progress", "bucket", m.bucket, "objects", m.objects, "bytes", size(m.bytes),
		"copied", size(m.copied), "rate", size(rate)+"/s", "failed", m.failed)
}

// every calls tick at an interval until stop is called.
func every(interval time.Duration, tick func()) (stop func()) {
	ticker, done := time.NewTicker(interval), make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		for {
			select {
			case <-ticker.C:
				tick()
			case <-done:
				return
			}
		}
	})
	return func() {
		ticker.Stop()
		close(done)
		running.Wait()
	}
}
