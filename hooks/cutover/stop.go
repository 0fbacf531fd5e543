package cutover

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// maxNamed is how many objects a message spells out.
const maxNamed = 5

// stop stops the consumers, each of which is in the journal as it was before, and waits until nothing
// of them runs.
func (w World) stop(ctx context.Context, j *Journal, consumers []Consumer) error {
	if err := w.begin(ctx, StepJournal); err != nil {
		return err
	}
	for _, c := range consumers {
		now, err := w.live(ctx, c.Kind, c.Name)
		if err != nil {
			return err
		}
		if now != nil {
			j.add(*now)
		}
	}
	if err := j.write(ctx, w.Client, w.name()); err != nil {
		return err
	}
	if err := w.begin(ctx, StepStop); err != nil {
		return err
	}
	for _, s := range j.Stopped {
		if err := w.stopOne(ctx, s); err != nil {
			return err
		}
	}
	if err := w.begin(ctx, StepWait); err != nil {
		return err
	}
	return w.awaitStopped(ctx, consumers)
}

func (w World) stopOne(ctx context.Context, s Stopped) error {
	now, err := w.live(ctx, s.Kind, s.Name)
	switch {
	case err != nil:
		return err
	case now == nil || now.UID != s.UID:
		return refuse("%s was made anew while it was being stopped: run the upgrade again", s.Title())
	case s.Kind == kindCronJob && !now.Suspend:
		w.Log.Info("suspending", "kind", s.Kind, "name", s.Name)
		return w.suspend(ctx, s.Name, true)
	case s.Kind != kindCronJob && now.Replicas != 0:
		w.Log.Info("stopping", "kind", s.Kind, "name", s.Name, "replicas", now.Replicas)
		return w.scale(ctx, s.Kind, s.Name, now.Replicas, 0)
	}
	return nil
}

// awaitStopped waits until no pod of a consumer runs any more. Which ones do not end is in the error, as
// the last look that was answered showed them.
func (w World) awaitStopped(ctx context.Context, consumers []Consumer) error {
	var running []string
	for _, c := range consumers {
		running = append(running, c.Title())
	}
	asked := time.Time{}
	for {
		now, err := w.running(ctx, consumers)
		switch {
		case err != nil:
			return notStopped(ctx, running, err)
		case len(now) == 0:
			return nil
		}
		running = now
		if time.Since(asked) > 10*time.Second {
			asked = time.Now()
			w.Log.Info("waiting for consumers to stop", "running", name(running))
		}
		if err := w.pause(ctx); err != nil {
			return notStopped(ctx, running, err)
		}
	}
}

// notStopped says why the wait for consumers ended. A request that the deadline has cut off fails with
// an error of its own.
func notStopped(ctx context.Context, running []string, err error) error {
	if errors.Is(context.Cause(ctx), ErrDeadline) {
		return refuse("these consumers did not stop in time: %s: stop them by hand, or give them longer with spec.migration.deadline",
			name(running))
	}
	return fmt.Errorf("wait for %s to stop: %w", name(running), err)
}

// name lists the first few of many.
func name(all []string) string {
	if more := len(all) - maxNamed; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(all[:maxNamed], ", "), more)
	}
	return strings.Join(all, ", ")
}
