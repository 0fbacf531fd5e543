package cutover

import (
	"context"
	"fmt"

	discovery "k8s.io/api/discovery/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/internal/release"
)

// checkAddress looks at the endpoints of the alias, which must lead somewhere now, and of the target,
// which must have a ready pod before the alias moves there; and at the alias in the manifest to come, with
// which it moves.
func (w World) checkAddress(ctx context.Context, s hooks.Situation, m Move) ([]Problem, error) {
	problems := ofAlias(s, m)
	for _, side := range []struct {
		provider *release.Provider
		service  string
	}{{s.Current.Release.Provider(m.From), m.Alias}, {s.Next.Release.Provider(m.To), ""}} {
		p := side.provider
		if p == nil || p.External() {
			continue
		}
		service := side.service
		if service == "" && p.Service != nil {
			service = p.Service.Name
		}
		if service == "" {
			continue
		}
		ready, err := w.ready(ctx, service)
		if err != nil {
			return nil, err
		}
		if ready == 0 {
			problems = append(problems, Problem{
				"Service/" + service, "has no ready endpoint",
				fmt.Sprintf("see that the pods of %s run, are ready, and have the labels of its selector", p.Name()),
			})
		}
	}
	return problems, nil
}

// ofAlias is the problem with a manifest that leaves the alias where it is: consumers would come back on
// the old store, and what they write there from then on no pass would see.
func ofAlias(s hooks.Situation, m Move) []Problem {
	if p := s.Next.Release.Provider(m.To); p != nil && p.External() || s.Next.Alias() == m.To {
		return nil
	}
	return []Problem{{
		"Service/" + m.Alias, "does not select " + m.To + " in the manifest to come, so that consumers would stay on " + m.From,
		"render this upgrade by Ferry too, or have the chart render what `ferry render --only-added` writes for it",
	}}
}

// ready counts the ready endpoints of a Service.
func (w World) ready(ctx context.Context, service string) (int, error) {
	slices, err := w.Client.DiscoveryV1().EndpointSlices(w.Client.Namespace).List(ctx, meta.ListOptions{
		LabelSelector: discovery.LabelServiceName + "=" + service, Limit: pageSize,
	})
	if err != nil {
		return 0, fmt.Errorf("list the EndpointSlices of Service/%s in %s: %w", service, w.Client.Namespace, err)
	}
	count := 0
	for _, slice := range slices.Items {
		for _, endpoint := range slice.Endpoints {
			if endpoint.Conditions.Ready == nil || *endpoint.Conditions.Ready {
				count += len(endpoint.Addresses)
			}
		}
	}
	return count, nil
}
