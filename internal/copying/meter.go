package copying

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/helm-ferry/ferry/mirror"
)

// Meter counts what a run has done.
type Meter struct {
	log *slog.Logger

	mu       sync.Mutex
	screen   *Screen // nil where nobody watches
	bucket   string
	phase    string
	task     task  // the part of the bucket
	objects  int64 // dealt with, of all buckets
	bytes    int64
	copied   int64 // bytes
	reported int64 // of copied, at the last line
	read     int64 // bytes of the source
	failed   int64
}

func newMeter(log *slog.Logger) *Meter { return &Meter{log: log} }

// event takes note of one step.
func (m *Meter) event(e mirror.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch e.Kind {
	case mirror.EventBucket:
		m.bucket, m.phase, m.task = e.Bucket, "listing", task{open: m.task.open}
		m.log.Info("bucket", "name", e.Bucket)
		return
	case mirror.EventAbilities:
		if _, tried := e.Abilities.Destination[mirror.AbilityConditions]; tried {
			m.abilities(*e.Abilities)
		}
		return
	case mirror.EventPhase:
		if m.phase = string(e.Phase); e.Objects > 0 {
			m.task.told(e.Objects, e.Bytes)
		}
		return
	case mirror.EventFailed:
		m.failed++
		if e.Key == "" {
			return
		}
	case mirror.EventCopied:
		m.copied += e.Bytes
	case mirror.EventPlanned:
		m.phase = "planning"
	default: // one more that is dealt with
	}
	m.objects += max(e.Objects, 1)
	m.bytes += e.Bytes
	m.task.objects += max(e.Objects, 1)
	m.task.bytes += e.Bytes
}

// abilities says what the two stores can do, in one line.
func (m *Meter) abilities(found mirror.StoreAbilities) {
	source, destination := cmp.Or(found.Source.String(), "unknown"), cmp.Or(found.Destination.String(), "unknown")
	if m.screen == nil {
		m.log.Info("abilities", "source", source, "destination", destination)
		return
	}
	fmt.Fprintf(m.screen, "abilities of the source: %s; of the destination: %s\n", source, destination)
}

// add counts bytes of the source while an object is read.
func (m *Meter) add(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.read += n
	m.task.open += n
}

// closed takes the bytes of an object that is not read any more off what is open.
func (m *Meter) closed(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.task.open -= n
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
	words := []any{
		"bucket", m.bucket, "phase", m.phase, "objects", m.objects, "bytes", size(m.bytes),
		"copied", size(m.copied), "rate", size(rate) + "/s", "failed", m.failed,
	}
	if m.task.known() {
		words = append(words, "done", fmt.Sprintf("%d%%", m.task.percent()))
	}
	if left, ok := m.task.left(time.Now()); ok {
		words = append(words, "left", left)
	}
	m.log.Info("progress", words...)
}

const (
	frame  = 200 * time.Millisecond // between two states of a screen
	frames = 16                     // over which the rate is taken
)

// Draw keeps the last line of a screen current until stop is called, which takes the line away.
func (m *Meter) Draw(screen *Screen) (stop func()) {
	m.mu.Lock()
	m.screen = screen
	m.mu.Unlock()
	var reads []int64
	end := every(frame, func() {
		m.mu.Lock()
		reads = append(reads, m.read)
		if len(reads) > frames {
			reads = reads[1:]
		}
		text := m.status(reads)
		m.mu.Unlock()
		screen.Status(text)
	})
	return func() {
		end()
		screen.Status("")
	}
}

// status is the state of the run in one line, what matters most in front: the line is cut to the
// screen. The reads are how many bytes had been read at the last
// frames.
func (m *Meter) status(reads []int64) string {
	if m.bucket == "" {
		return "listing buckets"
	}
	text := m.bucket + ": " + m.phase + m.task.bar()
	if left, ok := m.task.left(time.Now()); ok {
		text += fmt.Sprintf(", %s left", left)
	}
	if m.failed > 0 {
		text += fmt.Sprintf(", %s failed", humanize.Comma(m.failed))
	}
	text += ", " + m.task.counts()
	if first, last := reads[0], reads[len(reads)-1]; last > first {
		seconds := (frame * time.Duration(len(reads)-1)).Seconds()
		text += fmt.Sprintf(", %s/s", size(int64(float64(last-first)/seconds)))
	}
	return text
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

// metered is a source whose bytes a meter counts while they are read: an object may take long.
type metered struct {
	mirror.Reader
	meter *Meter
}

// Get implements mirror.Reader.
func (m metered) Get(ctx context.Context, bucket, key string, sel mirror.Selection) (mirror.Object, io.ReadCloser, error) {
	obj, body, err := m.Reader.Get(ctx, bucket, key, sel)
	if body != nil {
		body = &meteredBody{ReadCloser: body, meter: m.meter}
	}
	return obj, body, err
}

type meteredBody struct {
	io.ReadCloser
	meter *Meter
	read  int64
}

// Read implements io.Reader.
func (b *meteredBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	b.meter.add(int64(n))
	return n, err
}

// Close implements io.Closer.
func (b *meteredBody) Close() error {
	b.meter.closed(b.read)
	b.read = 0
	return b.ReadCloser.Close()
}
