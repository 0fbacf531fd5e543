package cutover

import (
	"context"
	"errors"
	"fmt"

	"github.com/helm-ferry/ferry/hooks/record"
)

// bringBack gives every consumer of the journal back what it had, where the cluster still shows what
// stopping it has set. Whoever has changed one since, Helm, a person or an autoscaler, has the say.
func (w World) bringBack(ctx context.Context, j *Journal) error {
	var faults []error
	for _, s := range j.Stopped {
		if err := w.bringOneBack(ctx, s); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

func (w World) bringOneBack(ctx context.Context, s Stopped) error {
	now, err := w.live(ctx, s.Kind, s.Name)
	switch {
	case err != nil:
		return err
	case now == nil || now.UID != s.UID:
		return nil
	case s.Kind == kindCronJob && now.Suspend && !s.Suspend:
		w.Log.Info("resuming", "kind", s.Kind, "name", s.Name)
		return w.suspend(ctx, s.Name, false)
	case s.Kind != kindCronJob && now.Replicas == 0 && s.Replicas != 0:
		w.Log.Info("bringing back", "kind", s.Kind, "name", s.Name, "replicas", s.Replicas)
		return w.scale(ctx, s.Kind, s.Name, 0, s.Replicas)
	}
	return nil
}

// abort ends a cutover whose manifest was not applied: consumers come back, what was proven counts no
// more, and the journal goes. The objects at the target stay.
func (w World) abort(ctx context.Context) error {
	j, err := ReadJournal(ctx, w.Client, w.name())
	if err != nil || j == nil {
		return err
	}
	if w.Before != nil {
		w.Before(StepReturn)
	}
	if err := w.bringBack(ctx, j); err != nil {
		return err
	}
	r, err := record.Read(ctx, w.Client, w.name())
	if err != nil {
		return err
	}
	if r != nil && r.From == j.From && r.To == j.To && r.Revision == j.Revision {
		if err := record.Supersede(ctx, w.Client, w.name()); err != nil {
			return err
		}
	}
	return forget(ctx, w.Client, w.name())
}

// Abort undoes a cutover that is half done: consumers come back and the alias stays. What was copied
// stays at the target. Once the alias has moved there is nothing to undo but by another cutover.
func (w World) Abort(ctx context.Context) (string, error) {
	j, err := ReadJournal(ctx, w.Client, w.name())
	if err != nil {
		return "", err
	}
	if j == nil {
		return "DONE: no cutover is under way", nil
	}
	alias, err := w.selected(ctx)
	if err != nil {
		return "", err
	}
	if alias == j.To {
		return "", refuse("the alias selects %s already: go back by an upgrade that selects %s", j.To, j.From)
	}
	if err := w.abort(ctx); err != nil {
		return "", err
	}
	return fmt.Sprintf("DONE: the consumers are back on %s; what was copied to %s stays there", j.From, j.To), nil
}
