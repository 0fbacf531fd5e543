package cutover

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/revision"
)

// Watch waits until the consumers that a cutover has stopped are back, and brings them back itself once
// the deadline has passed.
func (w World) Watch(ctx context.Context) (string, error) {
	for {
		j, err := ReadJournal(ctx, w.Client, w.name())
		switch {
		case err != nil:
			return "", err
		case j == nil:
			return "DONE: no consumer is stopped", nil
		case time.Now().After(j.Deadline):
			return w.rescue(ctx, j)
		}
		if err := w.pause(ctx); err != nil {
			return "", fmt.Errorf("wait for the deadline of the cutover: %w", err)
		}
	}
}

// rescue brings the consumers back after the deadline. Where the alias has moved, or the revision is
// deployed, they go on with the new store, and what is left to do stays in the journal.
func (w World) rescue(ctx context.Context, j *Journal) (string, error) {
	alias, err := w.selected(ctx)
	if err != nil {
		return "", err
	}
	applied := alias == j.To
	if !applied {
		if applied, err = deployed(ctx, w.Client, j); err != nil {
			return "", err
		}
	}
	if !applied {
		if err := w.abort(ctx); err != nil {
			return "", err
		}
		return fmt.Sprintf("DONE: revision %d was not applied in time: the consumers are back on %s", j.Revision, j.From), nil
	}
	if err := w.bringBack(ctx, j); err != nil {
		return "", err
	}
	return fmt.Sprintf("DONE: the consumers are back on %s; nothing has looked yet for what was written to %s late", j.To, j.From), nil
}

// deployed tells whether the revision of a journal is in force.
func deployed(ctx context.Context, client kube.Client, j *Journal) (bool, error) {
	r, err := revision.Get(ctx, client, j.Release, j.Revision)
	if errors.Is(err, revision.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return r.Status == "deployed", nil
}
