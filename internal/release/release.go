package release

import (
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/provider"
)

// Release is what [Inspect] finds.
type Release struct {
	// Objects are those of the release: without hooks and without what Ferry added.
	Objects []*manifest.Object
	// Providers are the enabled stores.
	Providers []*Provider
	// Claims are those that the manifests make, directly or by a volumeClaimTemplate.
	Claims []Claim
	// Consumers are the workloads that use a store.
	Consumers []*Consumer

	data map[dataKey][]*manifest.Object
}

// Inspect looks for providers, claims and consumers in the documents of a stream. The error is
// about rows of the configuration.
func Inspect(stream *manifest.Stream, cfg *config.Config) (*Release, error) {
	registry, err := provider.Default().With(cfg.Spec.ObjectStorage.Providers)
	if err != nil {
		return nil, err
	}
	r := &Release{}
	for _, o := range stream.Objects() {
		if !o.Hook() && !Ours(o) {
			r.Objects = append(r.Objects, o)
		}
	}
	r.Providers = providers(r.Objects, registry, cfg.Spec.ObjectStorage)
	r.Claims = claims(r.Objects, r.Providers)
	r.data = dataObjects(r.Objects)
	r.Consumers = consumers(r, cfg)
	return r, nil
}

// Provider returns the enabled provider of a name, or nil.
func (r *Release) Provider(name string) *Provider {
	for _, p := range r.Providers {
		if p.Name() == name {
			return p
		}
	}
	return nil
}
