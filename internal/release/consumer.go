package release

import (
	"fmt"
	"slices"
	"strings"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/manifest"
)

// Consumer is a workload that uses a store.
type Consumer struct {
	Workload *manifest.Object
	// References are the places where it names the alias or a provider's Service, its ConfigMaps
	// and Secrets included.
	References []Reference
	// Reasons say for people why it counts as a consumer.
	Reasons []string
}

// consumers lists the workloads that name the alias, a provider's Service or the credentials
// Secret, and those that the configuration adds; without those that it excludes.
func consumers(r *Release, cfg *config.Config) []*Consumer {
	migration, secret, alias := cfg.Spec.Migration, cfg.CredentialsSecret(), cfg.Spec.ObjectStorage.Alias.Name
	var found []*Consumer
	for _, o := range r.Objects {
		template, _ := podTemplate(o)
		if template == nil || ownerOf(r.Providers, o) != nil || named(migration.Exclude, o) {
			continue
		}
		c := &Consumer{Workload: o}
		spec := manifest.Lookup(template, "spec")
		if slices.Contains(secretsOf(spec), secret) {
			c.Reasons = append(c.Reasons, "uses Secret/"+secret)
		}
		for _, t := range slices.Concat(workloadTexts(o), r.mounted("ConfigMap", configMapsOf(spec)), r.mounted("Secret", secretsOf(spec))) {
			for _, reference := range t.references(alias, r.Providers) {
				c.References = append(c.References, reference)
				c.Reasons = append(c.Reasons, fmt.Sprintf("%s %s names Service/%s", t.object.Title(), t.field, reference.Service))
			}
		}
		if named(migration.Consumers, o) {
			c.Reasons = append(c.Reasons, "spec.migration.consumers names it")
		}
		if len(c.Reasons) > 0 {
			found = append(found, c)
		}
	}
	return found
}

// UsedByStore tells whether a workload of a store takes a ConfigMap or Secret.
func (r *Release) UsedByStore(o *manifest.Object) bool {
	if !o.Is("", "ConfigMap", "Secret") {
		return false
	}
	names := configMapsOf
	if o.Kind == "Secret" {
		names = secretsOf
	}
	for _, p := range r.Providers {
		for _, workload := range slices.Concat(p.Workloads, p.Parts) {
			template, _ := podTemplate(workload)
			if slices.Contains(names(manifest.Lookup(template, "spec")), o.Name) {
				return true
			}
		}
	}
	return false
}

// Uses tells whether a workload of the release reads a Secret.
func (r *Release) Uses(secret string) bool {
	return slices.ContainsFunc(r.Objects, func(o *manifest.Object) bool {
		template, _ := podTemplate(o)
		return template != nil && slices.Contains(secretsOf(manifest.Lookup(template, "spec")), secret)
	})
}

// mounted returns the texts of the ConfigMaps or Secrets of the given names.
func (r *Release) mounted(kind string, names []string) []text {
	var texts []text
	for _, name := range names {
		for _, o := range r.data[dataKey{kind, name}] {
			texts = append(texts, dataTexts(o)...)
		}
	}
	return texts
}

// dataKey names a ConfigMap or Secret.
type dataKey struct{ kind, name string }

// dataObjects indexes the ConfigMaps and Secrets by kind and name.
func dataObjects(objects []*manifest.Object) map[dataKey][]*manifest.Object {
	index := map[dataKey][]*manifest.Object{}
	for _, o := range objects {
		if o.Is("", "ConfigMap", "Secret") {
			key := dataKey{o.Kind, o.Name}
			index[key] = append(index[key], o)
		}
	}
	return index
}

// named tells whether a list of kind/name entries has an object; kinds are compared as kubectl
// does, without regard to case.
func named(list []string, o *manifest.Object) bool {
	return slices.ContainsFunc(list, func(entry string) bool {
		kind, name, found := strings.Cut(entry, "/")
		return found && strings.EqualFold(kind, o.Kind) && name == o.Name
	})
}
