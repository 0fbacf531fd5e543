package cutover

import (
	"cmp"
	"slices"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/internal/release"
)

// Consumer is a workload that uses the store.
type Consumer struct {
	Kind, Name string
	// Namespace is "" where the manifest names none.
	Namespace string
}

// Title names the consumer for people.
func (c Consumer) Title() string { return c.Kind + "/" + c.Name }

// consumersOf are those of the manifest in force and of the one to come, each once. A store and
// what Ferry added are none, and whatever the configuration excludes.
func consumersOf(s hooks.Situation) []Consumer {
	var found []Consumer
	for _, m := range []hooks.Manifest{s.Current, s.Next} {
		if m.Release == nil {
			continue
		}
		for _, c := range m.Release.Consumers {
			found = append(found, newConsumer(c))
		}
	}
	slices.SortFunc(found, func(a, b Consumer) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Namespace, b.Namespace))
	})
	return slices.Compact(found)
}

func newConsumer(c *release.Consumer) Consumer {
	return Consumer{Kind: c.Workload.Kind, Name: c.Workload.Name, Namespace: c.Workload.Namespace}
}
