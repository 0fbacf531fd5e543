package hooks

import (
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/release"
)

// replaced tells whether the release goes on with what the claim was for, and with another claim.
// For a store that is the store itself; for anything else, a new claim of the same labels.
func (s Situation) replaced(claim release.Claim) bool {
	if claim.Provider != nil {
		successor := s.Next.Release.Provider(claim.Provider.Name())
		return successor != nil && len(successor.Workloads) > 0
	}
	for _, other := range s.Next.Release.Claims {
		if !has(s.Current.Release, other.Name) && other.Provider == nil && sameApplication(claim, other) {
			return true
		}
	}
	return false
}

// sameApplication compares the labels by which charts name an application and its component.
func sameApplication(a, b release.Claim) bool {
	named := false
	for _, label := range []string{"app", "app.kubernetes.io/name", "app.kubernetes.io/component"} {
		if a.Labels[label] != b.Labels[label] {
			return false
		}
		named = named || a.Labels[label] != ""
	}
	return named
}

func hasTemplate(set *manifest.Object, name string) bool {
	for _, template := range manifest.Items(set.Node("spec", "volumeClaimTemplates")) {
		if manifest.Scalar(manifest.Lookup(template, "metadata", "name")) == name {
			return true
		}
	}
	return false
}

func has(r *release.Release, claim string) bool {
	for _, other := range r.Claims {
		if other.Name == claim {
			return true
		}
	}
	return false
}

func object(r *release.Release, kind, name string) *manifest.Object {
	for _, o := range r.Objects {
		if o.Kind == kind && o.Name == name {
			return o
		}
	}
	return nil
}

func name(p *release.Provider) string {
	if p == nil {
		return ""
	}
	return p.Name()
}
