package cutover

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/record"
)

// providerLabel on the alias Service says which provider it selects.
const providerLabel = "helm-ferry.dev/provider"

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

// moveOf tells where the objects move in this situation. Which store is in use the live alias says;
// one that an external store has left behind in the cluster says nothing.
func moveOf(s hooks.Situation, alias string) (Move, bool) {
	m := Move{Alias: s.Config.Spec.ObjectStorage.Alias.Name, From: alias, To: s.Next.Active, Revision: s.Revision, Release: s.Release}
	if p := s.Current.Release.Provider(s.Current.Active); m.From == "" || p != nil && p.External() {
		m.From = s.Current.Active
	}
	return m, m.From != "" && m.To != "" && m.From != m.To
}

// selected is the provider that the live alias selects, "" if there is no alias of Ferry's.
func (w World) selected(ctx context.Context) (string, error) {
	name := w.Config.Spec.ObjectStorage.Alias.Name
	service, err := w.Client.CoreV1().Services(w.Client.Namespace).Get(ctx, name, meta.GetOptions{})
	if apierrors.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("get Service/%s in %s: %w", name, w.Client.Namespace, err)
	}
	return service.Labels[providerLabel], nil
}

// returns tells whether the record is of the opposite move: the store that the objects move to now
// held them before.
func (m Move) returns(r *record.Record) bool {
	return r != nil && r.From == m.To && r.To == m.From
}
