package release

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

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
	first, count := ordinal(set.Node("spec", "ordinals", "start"), 0), ordinal(set.Node("spec", "replicas"), 1)
	owner := ownerOf(providers, set)
	var found []Claim
	for _, template := range manifest.Items(set.Node("spec", "volumeClaimTemplates")) {
		name := manifest.Scalar(manifest.Lookup(template, "metadata", "name"))
		for i := range count {
			found = append(found, Claim{
				Name: fmt.Sprintf("%s-%s-%d", name, set.Name, first+i), Object: set, Template: name, Provider: owner,
				Labels: claimLabels(set, template), Size: size(template),
			})
		}
	}
	return found
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
			template, _ := podTemplate(workload)
			for _, volume := range manifest.Items(manifest.Lookup(template, "spec", "volumes")) {
				if manifest.Scalar(manifest.Lookup(volume, "persistentVolumeClaim", "claimName")) == claim {
					return p
				}
			}
		}
	}
	return nil
}
