package copying

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/mirror"
)

// Act is what a job does with its two stores.
type Act int

// The acts.
const (
	Copies   Act = iota // as mirror.Run
	Compares            // as mirror.Verify
	Restores            // as mirror.Restore
)

// Job is one run of the engine.
type Job struct {
	Name    string // for people: "mirror offsite"
	Act     Act
	Options mirror.Options
	// SourceKeys and DestinationKeys say for people where the credentials come from.
	SourceKeys, DestinationKeys string
	// Deadline ends the run and is named when it did; 0: none.
	Deadline config.Duration
	// At is the moment that a restore goes back to, zero being the last complete run; Overwrite lets
	// it write over what is newer.
	At        time.Time
	Overwrite bool
	// Allow is how somebody lets one run remove and replace more.
	Allow string
	// Adopt is how somebody gives a destination another source.
	Adopt string
	// Watch begins to show the progress that a meter counts, and returns how to end that. Nil shows
	// a line in the log every ten seconds.
	Watch func(*Meter) (stop func())
	// Patience is how long an ended run may take to clean up, and by default 8 seconds: well below
	// the 30 seconds that Kubernetes gives a pod.
	Patience time.Duration
}

const (
	defaultPatience = 8 * time.Second
	defaultInterval = 10 * time.Second
)

// ErrDeadline is the cause of a context that ends because the deadline of a job has passed.
var ErrDeadline = errors.New("the deadline has passed")

// Run does a job and shows its progress. When ctx ends, the run gets a moment to clean up; a request
// that does not end by then is left behind.
func Run(ctx context.Context, log *slog.Logger, j Job, source mirror.Reader, destination mirror.Store) (mirror.Report, error) {
	type result struct {
		report mirror.Report
		err    error
	}
	meter := newMeter(log)
	if j.Watch == nil {
		j.Watch = func(m *Meter) func() { return m.Lines(defaultInterval) }
	}
	defer j.Watch(meter)()
	also := j.Options.Progress
	j.Options.Progress = func(e mirror.Event) {
		meter.event(e)
		if also != nil {
			also(e)
		}
	}
	source = metered{Reader: source, meter: meter}
	done := make(chan result, 1)
	go func() {
		var r result
		switch j.Act {
		case Compares:
			r.report, r.err = mirror.Verify(ctx, source, destination, j.Options)
		case Restores:
			r.report, r.err = mirror.Restore(ctx, source, destination, j.At, j.Overwrite, j.Options)
		case Copies:
			r.report, r.err = mirror.Run(ctx, source, destination, j.Options)
		}
		done <- r
	}()
	select {
	case r := <-done:
		return r.report, r.err
	case <-ctx.Done():
	}
	if grace := j.Options.Grace; grace > 0 {
		log.Warn("interrupted: what is under way is finished; interrupt again to stop at once", "within", grace)
	}
	patience := cmp.Or(j.Patience, defaultPatience)
	select {
	case r := <-done:
		return r.report, r.err
	case <-time.After(patience):
		return mirror.Report{Source: source.Location(), Destination: destination.Location(), Interrupted: true},
			fmt.Errorf("interrupted, and a request did not end within %s: %w", patience, context.Cause(ctx))
	}
}
