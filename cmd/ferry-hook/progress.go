package main

import (
	"log/slog"
	"sync"
	"time"

	"github.com/helm-ferry/ferry/mirror"
)

// progress counts what a run has done and says so at an interval.
type progress struct {
	log *slog.Logger

	mu       sync.Mutex
	bucket   string
	objects  int64 // dealt with
	bytes    int64
	copied   int64 // bytes
	reported int64 // of copied, at the last line
	failed   int64
}

func newProgress(log *slog.Logger) *progress { return &progress{log: log} }

// event takes note of one step.
func (p *progress) event(e mirror.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e.Kind {
	case mirror.EventBucket:
		p.bucket = e.Bucket
		p.log.Info("bucket", "name", e.Bucket)
		return
	case mirror.EventFailed:
		p.failed++
	case mirror.EventCopied:
		p.copied += e.Bytes
	default: // one more that is dealt with
	}
	p.objects++
	p.bytes += e.Bytes
}

// every prints a line per interval until stop is called.
func (p *progress) every(interval time.Duration) (stop func()) {
	ticker, done := time.NewTicker(interval), make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		for {
			select {
			case <-ticker.C:
				p.line(interval)
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

func (p *progress) line(interval time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	rate := int64(float64(p.copied-p.reported) / interval.Seconds())
	p.reported = p.copied
	p.log.Info("progress", "bucket", p.bucket, "objects", p.objects, "bytes", size(p.bytes),
		"copied", size(p.copied), "rate", size(rate)+"/s", "failed", p.failed)
}
