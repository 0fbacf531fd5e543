package hooks

import (
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/release"
)

// Fate is what an upgrade does to a claim.
type Fate string

// The fates of a claim.
const (
	Unchanged        Fate = "unchanged"         // both manifests make it
	InUse            Fate = "in use"            // the manifest to come does not make it, and goes on using it
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

// fateOf compares one claim with the manifest to come.
func (s Situation) fateOf(claim subject) Fate {
	next := s.Next
	switch {
	case claim.hook != nil || s.hookClaim(claim.Name):
		return Recreated
	case s.collected(claim):
		return GarbageCollected
	case claim.Template == "":
		return s.fateOfRendered(claim)
	}
	set := object(next.Release, "StatefulSet", claim.Object.Name)
	switch {
	case has(next.Release, claim.Name) && !s.scaledAway(claim, set):
		return Unchanged
	case set != nil && hasTemplate(set, claim.Template):
		return s.fateOfScaled(claim, set)
	case next.Release.Mounts(claim.Name):
		return InUse
	case s.replaced(claim.Claim):
		return Stranded
	case set != nil:
		return Kept
	}
	return Orphaned
}

func (s Situation) fateOfRendered(claim subject) Fate {
	kept := claim.Object.Annotations()["helm.sh/resource-policy"] == "keep"
	if claim.live != nil {
		kept = claim.live.kept(s.Prunes) // it is the live object that is asked, not the manifest
	}
	switch {
	case has(s.Next.Release, claim.Name):
		return Unchanged
	case !kept:
		return Deleted
	case s.Next.Release.Mounts(claim.Name):
		return InUse
	case s.replaced(claim.Claim):
		return Stranded
	}
	return Kept
}

// fateOfScaled is that of a claim whose StatefulSet and template stay.
func (s Situation) fateOfScaled(claim subject, set *manifest.Object) Fate {
	switch {
	case !s.scaledAway(claim, set):
		return Unchanged
	case s.whenScaled(claim.Object, set) == "Delete":
		return GarbageCollected
	}
	return Kept // fewer replicas
}

// collected tells whether the claim goes with an object that leaves the manifest: its StatefulSet,
// where that says so, or what owns it already.
func (s Situation) collected(claim subject) bool {
	if claim.live != nil {
		for _, owner := range claim.live.Owners {
			if object(s.Current.Release, owner.Kind, owner.Name) != nil && object(s.Next.Release, owner.Kind, owner.Name) == nil {
				return true
			}
		}
	}
	if claim.Template == "" || object(s.Next.Release, "StatefulSet", claim.Object.Name) != nil {
		return false
	}
	if live := s.Live.set(claim.Object.Name); live != nil {
		return live.WhenDeleted == "Delete"
	}
	return claim.live == nil && policy(claim.Object, "whenDeleted") == "Delete"
}

// whenScaled is the policy that is in force while the StatefulSet is scaled down: what the manifest
// to come says; else the default, where the manifest in force said something; else what is live.
func (s Situation) whenScaled(current, next *manifest.Object) string {
	if said := policy(next, "whenScaled"); said != "" {
		return said
	}
	if live := s.Live.set(next.Name); live != nil && policy(current, "whenScaled") == "" {
		return live.WhenScaled
	}
	return "Retain"
}

// scaledAway tells whether a StatefulSet has fewer replicas than the ordinal of a claim needs. One
// that leaves replicas to somebody else has as many as are live.
func (s Situation) scaledAway(claim subject, set *manifest.Object) bool {
	if set == nil {
		return false
	}
	first, count := release.Ordinals(set)
	if live := s.Live.set(set.Name); live != nil && set.Node("spec", "replicas") == nil && claim.Object.Node("spec", "replicas") == nil {
		count = live.Replicas
	}
	n := ordinalOf(claim.Name)
	return n < first || n >= first+count
}

func policy(set *manifest.Object, when string) string {
	return set.String("spec", "persistentVolumeClaimRetentionPolicy", when)
}

func (s Situation) hookClaim(name string) bool {
	for _, o := range s.Next.Stream.Objects() {
		if recreates(o, s.Rollback) && o.Name == name {
			return true
		}
	}
	return false
}
