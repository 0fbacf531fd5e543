package hooks

import (
	"strings"

	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/release"
)

// Fate is what an upgrade does to a claim.
type Fate string

// The fates of a claim.
const (
	Unchanged        Fate = "unchanged"         // both manifests make it
	Kept             Fate = "kept"              // it stays, and nothing of the release uses it
	Orphaned         Fate = "orphaned"          // its StatefulSet goes, it stays behind
	Deleted          Fate = "deleted"           // the chart stops rendering it
	GarbageCollected Fate = "garbage-collected" // the retention policy of its StatefulSet deletes it
	Stranded         Fate = "stranded"          // a new, empty claim takes its place
	Recreated        Fate = "recreated"         // it is a hook: Helm deletes it and makes it again
)

// loses tells whether data are gone, or out of reach of what used them.
func (f Fate) loses() bool {
	switch f {
	case Deleted, GarbageCollected, Stranded, Recreated:
		return true
	default:
		return false
	}
}

// fateOf compares one claim of the manifest in force with the manifest to come.
func fateOf(claim release.Claim, next Manifest) Fate {
	if hookClaim(next.Stream, claim.Name) {
		return Recreated
	}
	if claim.Template == "" {
		return fateOfRendered(claim, next)
	}
	return fateOfTemplated(claim, next)
}

func fateOfRendered(claim release.Claim, next Manifest) Fate {
	switch {
	case has(next.Release, claim.Name):
		return Unchanged
	// Helm looks at the live object, which has what the manifest in force says
	case claim.Object.Annotations()["helm.sh/resource-policy"] != "keep":
		return Deleted
	case replaced(claim, next.Release):
		return Stranded
	}
	return Kept
}

func fateOfTemplated(claim release.Claim, next Manifest) Fate {
	if has(next.Release, claim.Name) {
		return Unchanged
	}
	set := object(next.Release, "StatefulSet", claim.Object.Name)
	switch {
	case set == nil && policy(claim.Object, "whenDeleted") == "Delete":
		return GarbageCollected
	case set != nil && policy(set, "whenScaled") == "Delete" && hasTemplate(set, claim.Template):
		return GarbageCollected
	case set != nil && hasTemplate(set, claim.Template):
		return Kept // fewer replicas
	case replaced(claim, next.Release):
		return Stranded
	case set != nil:
		return Kept
	}
	return Orphaned
}

func policy(set *manifest.Object, when string) string {
	return set.String("spec", "persistentVolumeClaimRetentionPolicy", when)
}

func hasTemplate(set *manifest.Object, name string) bool {
	for _, template := range manifest.Items(set.Node("spec", "volumeClaimTemplates")) {
		if manifest.Scalar(manifest.Lookup(template, "metadata", "name")) == name {
			return true
		}
	}
	return false
}

// replaced tells whether the release goes on with what the claim was for, and with another claim.
// For a store that is the store itself; for anything else, a workload of the same labels.
func replaced(claim release.Claim, next *release.Release) bool {
	if claim.Provider != nil {
		successor := next.Provider(claim.Provider.Name())
		return successor != nil && len(successor.Workloads) > 0
	}
	for _, other := range next.Claims {
		if other.Name != claim.Name && other.Provider == nil && sameApplication(claim, other) {
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

func hookClaim(stream *manifest.Stream, name string) bool {
	for _, o := range stream.Objects() {
		if recreates(o) && o.Name == name {
			return true
		}
	}
	return false
}

// recreates tells whether an object is a claim that is a hook of upgrades or rollbacks: by default
// Helm deletes such an object before it makes it again.
func recreates(o *manifest.Object) bool {
	events := o.Annotations()["helm.sh/hook"]
	return o.Is("", "PersistentVolumeClaim") && (strings.Contains(events, "-upgrade") || strings.Contains(events, "-rollback"))
}
