package render

import (
	"fmt"
)

// providerLabel says on the alias which provider it selects. On the ConfigMap with the configuration it names an
// external one.
const providerLabel = "helm-ferry.dev/provider"

// addAlias adds the Service that selects the active provider. An external store has no pods to
// select: consumers name its endpoint, see rewire.
func addAlias(s *state) error {
	active := s.Resolution.Active
	if active == nil {
		return nil
	}
	if active.External() || s.configMap.Labels()[providerLabel] != "" {
		s.edit(s.configMap, active.Name(), "it says which store consumers are pointed at, where no alias does", "metadata", "labels", providerLabel)
	}
	if active.External() {
		alias := s.cfg.Spec.ObjectStorage.Alias.Name
		s.warn("Service/"+alias, "", "is not rendered while %s is active; one of an earlier revision stays and leads to the old store: "+
			"`kubectl delete service %s` once nothing outside the release uses it", active.Title(), alias)
		return nil
	}
	if len(active.Selector) == 0 {
		return &Error{
			Object: active.Title(), Field: "spec.objectStorage.providers",
			Message: fmt.Sprintf("the pods of %s cannot be selected: their workload has neither a Service nor match labels", active.Name()),
			Remedy:  "give the row of the provider a selector",
		}
	}
	portName := "s3"
	if active.Scheme == "https" {
		portName = "https"
		s.warn(active.Title(), "", "%s serves TLS: its certificate must name the alias %s too", active.Name(), s.cfg.Spec.ObjectStorage.Alias.Name)
	}
	root, err := s.object("alias.yaml", map[string]any{
		"provider": active.Name(), "selector": active.Selector, "portName": portName, "targetPort": active.TargetPort,
	})
	if err != nil {
		return err
	}
	_, err = s.add(root, "spec.objectStorage.alias.name")
	return err
}

// aliasURL is how pods of the release reach the active store.
func (s *state) aliasURL() string {
	active := s.Resolution.Active
	if active.External() {
		return active.Endpoint
	}
	alias := s.cfg.Spec.ObjectStorage.Alias
	return fmt.Sprintf("%s://%s:%d", active.Scheme, alias.Name, alias.Port)
}
