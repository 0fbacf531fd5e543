package cutover

import (
	"context"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/record"
)

// Move is the change of store that an upgrade makes.
type Move struct {
	// Alias is the Service that consumers talk to.
	Alias string `json:"alias"`
	// From and To are names of providers.
	From string `json:"from"`
	To   string `json:"to"`
	// Revision is the one that selects To.
	Revision int `json:"revision"`
	// Release is its name.
	Release string `json:"release"`
}

// moveOf tells where the objects move in this situation. Which store is in use the cluster says, as long as the
// manifest in force has left it there: one with a store outside of the release, rendered without the label
// that says so, has not.
func moveOf(s hooks.Situation, selected string) (Move, bool) {
	m := Move{Alias: s.Config.Spec.ObjectStorage.Alias.Name, From: selected, To: s.Next.Active, Revision: s.Revision, Release: s.Release}
	if m.From == "" || s.Current.Unmarked() {
		m.From = s.Current.Active
	}
	return m, m.From != "" && m.To != "" && m.From != m.To
}

// selected is the provider that consumers are to use by what is applied, "" if nothing tells.
func (w World) selected(ctx context.Context) (string, error) {
	return hooks.Selected(ctx, w.Client, w.Config)
}

// returns tells whether the record is of the opposite move: the store that the objects move to now
// held them before.
func (m Move) returns(r *record.Record) bool {
	return r != nil && r.From == m.To && r.To == m.From
}
