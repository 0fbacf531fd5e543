package release

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/manifest"
)

// Claim is a PersistentVolumeClaim that a release makes.
type Claim struct {
	Name string
	// Object is the claim itself, or the StatefulSet whose template makes it.
	Object *manifest.Object
	// Template is the name of the volumeClaimTemplate, "" for a claim that is rendered.
	Template string
	// Provider is the store whose data the claim holds, nil if it is not a store's.
	Provider *Provider
	// Labels of the claim.
	Labels map[string]string
	// Size is the requested storage, as written.
	Size string
}

// Title names the claim for people.
func (c Claim) Title() string {
	if c.Template == "" {
		return "PersistentVolumeClaim/" + c.Name
	}
	return fmt.Sprintf("PersistentVolumeClaim/%s (of %s)", c.Name, c.Object.Title())
}

// claims lists the claims in the order of the documents. The names of templated claims follow the
// StatefulSet controller: <template>-<set>-<ordinal>.
func claims(objects []*manifest.Object, providers []*Provider) []Claim {
	var found []Claim
	for _, o := range objects {
		switch {
		case o.Is("", "PersistentVolumeClaim"):
			found = append(found, Claim{
				Name: o.Name, Object: o, Provider: mounting(providers, o.Name), Labels: o.Labels(), Size: size(o.Root()),
			})
		case o.Is("apps", "StatefulSet"):
			found = append(found, templated(o, providers)...)
		}
	}
	return found
}

func templated(set *manifest.Object, providers []*Provider) []Claim {
	first, count := Ordinals(set)
	owner := ownerOf(providers, set)
	var found []Claim
	for _, template := range manifest.Items(set.Node("spec", "volumeClaimTemplates")) {
		for i := range count {
			found = append(found, ofTemplate(set, template, owner, first+i))
		}
	}
	return found
}

// Ordinals are the number of the first replica of a StatefulSet, and how many there are.
func Ordinals(set *manifest.Object) (first, count int) {
	return ordinal(set.Node("spec", "ordinals", "start"), 0), ordinal(set.Node("spec", "replicas"), 1)
}

func ofTemplate(set *manifest.Object, template *yaml.Node, owner *Provider, ordinal int) Claim {
	name := manifest.Scalar(manifest.Lookup(template, "metadata", "name"))
	return Claim{
		Name: fmt.Sprintf("%s-%s-%d", name, set.Name, ordinal), Object: set, Template: name, Provider: owner,
		Labels: claimLabels(set, template), Size: size(template),
	}
}

// Templated returns the claim of a name that a StatefulSet of the release makes, or would make if it
// had more replicas.
func (r *Release) Templated(name string) (Claim, bool) {
	prefix, number, _ := cutLast(name, "-")
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || strconv.Itoa(n) != number {
		return Claim{}, false
	}
	for _, set := range r.Objects {
		if !set.Is("apps", "StatefulSet") {
			continue
		}
		for _, template := range manifest.Items(set.Node("spec", "volumeClaimTemplates")) {
			if prefix == manifest.Scalar(manifest.Lookup(template, "metadata", "name"))+"-"+set.Name {
				return ofTemplate(set, template, ownerOf(r.Providers, set), n), true
			}
		}
	}
	return Claim{}, false
}

func cutLast(text, separator string) (before, after string, found bool) {
	i := strings.LastIndex(text, separator)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(separator):], true
}

// Mounts tells whether a workload of the release mounts a claim by its name.
func (r *Release) Mounts(claim string) bool {
	return slices.ContainsFunc(r.Objects, func(o *manifest.Object) bool { return mounts(o, claim) })
}

// MountsClaims tells whether a workload mounts any claim by its name.
func MountsClaims(workload *manifest.Object) bool {
	template, _ := podTemplate(workload)
	return slices.ContainsFunc(manifest.Items(manifest.Lookup(template, "spec", "volumes")), func(volume *yaml.Node) bool {
		return manifest.Lookup(volume, "persistentVolumeClaim") != nil
	})
}

func mounts(workload *manifest.Object, claim string) bool {
	template, _ := podTemplate(workload)
	for _, volume := range manifest.Items(manifest.Lookup(template, "spec", "volumes")) {
		if manifest.Scalar(manifest.Lookup(volume, "persistentVolumeClaim", "claimName")) == claim {
			return true
		}
	}
	return false
}

// claimLabels are those that the controller puts on a claim: the template's, and over them the
// set's match labels.
func claimLabels(set *manifest.Object, template *yaml.Node) map[string]string {
	labels := manifest.StringMap(manifest.Lookup(template, "metadata", "labels"))
	if labels == nil {
		labels = map[string]string{}
	}
	maps.Copy(labels, manifest.StringMap(set.Node("spec", "selector", "matchLabels")))
	return labels
}

func size(claim *yaml.Node) string {
	return manifest.Scalar(manifest.Lookup(claim, "spec", "resources", "requests", "storage"))
}

// maxReplicas bounds the claims that one template is followed to: a set of more is a slip.
const maxReplicas = 10_000

func ordinal(node *yaml.Node, fallback int) int {
	n, err := strconv.Atoi(manifest.Scalar(node))
	if err != nil || n < 0 {
		return fallback
	}
	return min(n, maxReplicas)
}

// mounting returns the provider whose workloads mount a claim, or nil.
func mounting(providers []*Provider, claim string) *Provider {
	for _, p := range providers {
		for _, workload := range slices.Concat(p.Workloads, p.Parts) {
			if mounts(workload, claim) {
				return p
			}
		}
	}
	return nil
}
