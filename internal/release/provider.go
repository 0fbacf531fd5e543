package release

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/provider"
)

// External is the provider that spec.objectStorage.endpoint enables.
const External = "external"

// Provider is an object store that the release has or points at.
type Provider struct {
	Row provider.Row
	// Workloads run the store; none when it is external or belongs to another release.
	Workloads []*manifest.Object
	// Parts are its other workloads, which do not serve S3: a console, SeaweedFS's volume servers.
	Parts []*manifest.Object
	// Services select the pods of the store.
	Services []Service
	// Service is the one of them to use for S3, nil if there is none.
	Service *Service
	// Selector selects the pods that serve S3, nil for an external store.
	Selector map[string]string
	// TargetPort is the number or name of the container port that serves S3.
	TargetPort string
	// Scheme is http or https.
	Scheme string
	// Endpoint is the URL of an external store.
	Endpoint string
	// Credentials are those that the store was given.
	Credentials Credentials
}

// Name is the name of the registry row.
func (p *Provider) Name() string { return p.Row.Name }

// External tells whether the store is reached by an endpoint alone.
func (p *Provider) External() bool { return p.Endpoint != "" }

// Title names the provider and its first workload for people.
func (p *Provider) Title() string {
	switch {
	case len(p.Workloads) > 0:
		return fmt.Sprintf("%s (%s)", p.Name(), p.Workloads[0].Title())
	case p.External():
		return fmt.Sprintf("%s (%s)", p.Name(), p.Endpoint)
	}
	return p.Name() + " (a store of another release)"
}

// URL returns the address of the store for pods of the release, "" when it has no Service.
func (p *Provider) URL() string {
	switch {
	case p.External():
		return p.Endpoint
	case p.Service == nil:
		return ""
	}
	return fmt.Sprintf("%s://%s:%d", p.Scheme, p.Service.Name, p.Service.Port)
}

// providers finds the stores of a release, in the order of the documents, then those of another
// release, then the external one.
func providers(objects []*manifest.Object, registry provider.Registry, storage config.ObjectStorage) []*Provider {
	var found []*Provider
	for _, o := range objects {
		template, _ := podTemplate(o)
		if template == nil {
			continue
		}
		pod := podOf(o, template)
		row, ok := registry.Match(pod)
		if !ok {
			continue
		}
		candidate := workloadProvider(objects, o, registry, row)
		if same := sameStore(found, candidate); same != nil {
			same.Workloads = append(same.Workloads, o)
			continue
		}
		found = append(found, candidate)
	}
	for _, row := range registry.Rows() {
		if len(row.Selector) > 0 {
			found = append(found, elsewhere(objects, row))
		}
	}
	addParts(found, objects, registry)
	if storage.Endpoint != "" {
		found = append(found, &Provider{Row: externalRow(registry), Endpoint: strings.TrimRight(storage.Endpoint, "/")})
	}
	return found
}

// elsewhere is a store of another release, reached by the selector of its row.
func elsewhere(objects []*manifest.Object, row provider.Row) *Provider {
	p := &Provider{
		Row: row, Selector: row.Selector, TargetPort: itoa(row.Port), Scheme: schemeOf(row, nil),
		Services: services(objects, row.Selector, provider.Port{Number: row.Port}),
	}
	p.Service = best(p.Services)
	return p
}

// markShared marks the Services that select pods of a workload other than those of the row: an
// address behind which two applications stand is no store's.
func markShared(list []Service, objects []*manifest.Object, registry provider.Registry, name string) {
	for _, o := range objects {
		template, _ := podTemplate(o)
		if template == nil {
			continue
		}
		pod := podOf(o, template)
		if row, ok := registry.PartOf(pod); ok && row.Name == name {
			continue
		}
		for i := range list {
			list[i].Shared = list[i].Shared || selects(list[i].Selector, pod.Labels)
		}
	}
}

// addParts gives each store the workloads that belong to it and do not serve S3.
func addParts(found []*Provider, objects []*manifest.Object, registry provider.Registry) {
	for _, o := range objects {
		template, _ := podTemplate(o)
		if template == nil || ownerOf(found, o) != nil {
			continue
		}
		row, ok := registry.PartOf(podOf(o, template))
		for _, p := range found {
			if ok && p.Name() == row.Name {
				p.Parts = append(p.Parts, o)
				break
			}
		}
	}
}

// ownerOf returns the store that a workload belongs to, or nil.
func ownerOf(providers []*Provider, o *manifest.Object) *Provider {
	for _, p := range providers {
		if slices.Contains(p.Workloads, o) || slices.Contains(p.Parts, o) {
			return p
		}
	}
	return nil
}

// externalRow is the last external row, so that a user's own row gives the endpoint its name.
func externalRow(registry provider.Registry) provider.Row {
	row, _ := registry.Lookup(External)
	for _, candidate := range registry.Rows() {
		if candidate.External {
			row = candidate
		}
	}
	return row
}

func workloadProvider(objects []*manifest.Object, o *manifest.Object, registry provider.Registry, row provider.Row) *Provider {
	template, _ := podTemplate(o)
	pod := podOf(o, template)
	container, _ := row.Container(pod)
	port := row.S3Port(container)
	p := &Provider{
		Row: row, Workloads: []*manifest.Object{o}, TargetPort: itoa(port.Number),
		Services: services(objects, pod.Labels, port),
	}
	markShared(p.Services, objects, registry, row.Name)
	p.Service = best(p.Services)
	p.Scheme = schemeOf(row, p.Service)
	if probesTLS(containerNamed(manifest.Lookup(template, "spec"), container.Name)) {
		p.Scheme = "https"
	}
	if p.Service != nil {
		p.Selector, p.TargetPort = p.Service.Selector, p.Service.TargetPort
	} else {
		p.Selector = manifest.StringMap(o.Node("spec", "selector", "matchLabels"))
	}
	p.Credentials = credentialsOf(objects, template, container.Name, row.Credentials)
	return p
}

// sameStore returns the provider that a workload is one more part of: pools of one store share
// their S3 Service.
func sameStore(found []*Provider, candidate *Provider) *Provider {
	for _, p := range found {
		if p.Name() == candidate.Name() && p.Service != nil && candidate.Service != nil && p.Service.Object == candidate.Service.Object {
			return p
		}
	}
	return nil
}

func schemeOf(row provider.Row, service *Service) string {
	if row.Scheme == "https" || (service != nil && strings.Contains(service.PortName, "https")) {
		return "https"
	}
	return "http"
}

// probesTLS tells whether the kubelet asks a container for its health over TLS.
func probesTLS(container *yaml.Node) bool {
	for _, probe := range []string{"readinessProbe", "livenessProbe", "startupProbe"} {
		if manifest.Scalar(manifest.Lookup(container, probe, "httpGet", "scheme")) == "HTTPS" {
			return true
		}
	}
	return false
}

func itoa(n int32) string { return strconv.Itoa(int(n)) }
