package cutover

import (
	"context"
	"fmt"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/record"
)

// Confirm makes sure that the hook before it has proven what the manifest to come takes for granted: Helm 3
// takes a Job that vanishes for one that has succeeded. Where nothing is proven the consumers come back, and
// the error is a [*Refusal].
func (w World) Confirm(ctx context.Context, s hooks.Situation) (verdict string, err error) {
	if s.Unknown {
		return "PASS: Helm keeps no record here of a release that it is at work on: no objects are moved", nil
	}
	alias, err := w.selected(ctx)
	if err != nil {
		return "", err
	}
	m, moves := moveOf(s, alias)
	if !moves {
		return "PASS: no objects are moved", nil
	}
	r, err := record.Read(ctx, w.Client, w.name())
	if err != nil {
		return "", err
	}
	if !r.Proves(m.From, m.To, alias, m.Revision) {
		return "", w.giveUp(ctx, m, refuse("Job/%s has ended without a proof, or was deleted: run the upgrade again", JobName(w.name())))
	}
	return fmt.Sprintf("PASS: it is proven that every object of %s is on %s", m.From, m.To), nil
}
