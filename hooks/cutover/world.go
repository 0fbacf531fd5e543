package cutover

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/mirror"
)

// World is what a cutover works on.
type World struct {
	Client kube.Client
	// Config is that of the manifest to come.
	Config *config.Config
	Log    *slog.Logger
	// Open opens the store of a provider.
	Open func(ctx context.Context, provider string) (mirror.Store, error)
	// OpenAs opens the store of a provider with other keys; nil: those of consumers are not tried.
	OpenAs func(ctx context.Context, provider string, keys Keys) (mirror.Store, error)
	// Through opens the store that the alias leads to with the keys of a provider, on connections of its own. The
	// answer is nil where nobody can tell; nil: that is not looked at.
	Through func(ctx context.Context, provider string) (mirror.Store, error)
	// Origin says where the buckets of a store come from; nil: from its location.
	Origin func(location string) func(bucket string) mirror.Origin
	// Before, if set, is told what comes next.
	Before func(Step)
	// Interval is how often the cluster is asked while something is waited for.
	Interval time.Duration
}

// Step is a part of a cutover.
type Step string

// The steps, in their order.
const (
	StepPreflight Step = "preflight"
	StepWatchdog  Step = "watchdog"
	StepJournal   Step = "journal"
	StepStop      Step = "stop"
	StepWait      Step = "wait"
	StepCopy      Step = "copy"
	StepVerify    Step = "verify"
	StepCheck     Step = "check"
	StepRecord    Step = "record"
	StepFollow    Step = "follow"
	StepReturn    Step = "return"
	StepLate      Step = "late"
	StepForget    Step = "forget"
)

// begin says what comes next, unless the context has ended.
func (w World) begin(ctx context.Context, step Step) error {
	if w.Before != nil {
		w.Before(step)
	}
	if err := context.Cause(ctx); err != nil {
		return fmt.Errorf("before step %s: %w", step, err)
	}
	w.Log.Info("cutover", "step", step)
	return nil
}

// name is metadata.name of the configuration, with which the names of Ferry's objects begin.
func (w World) name() string { return w.Config.Metadata.Name }

// defaultInterval is how often the API server is asked while something is waited for.
const defaultInterval = 2 * time.Second

// pause waits for the next look.
func (w World) pause(ctx context.Context) error {
	interval := w.Interval
	if interval <= 0 {
		interval = defaultInterval
	}
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(interval):
		return nil
	}
}

// Refusal says why an upgrade must not go on.
type Refusal struct { //nolint:errname // it is an answer, not a fault, and callers ask for it by this word
	// Reason is one sentence, with the remedy.
	Reason string
	// Err is what it rests on, if anything failed.
	Err error
}

// Error gives the reason.
func (r *Refusal) Error() string { return r.Reason }

// Unwrap returns the cause.
func (r *Refusal) Unwrap() error { return r.Err }

func refuse(format string, args ...any) error { return &Refusal{Reason: fmt.Sprintf(format, args...)} }
