package hooks

import (
	"slices"
	"strconv"
	"strings"
)

// Live is what the cluster has in the namespace of a release.
type Live struct {
	// Namespace is the one that was looked at.
	Namespace string
	Claims    []LiveClaim
	Sets      []LiveSet
	// Selected is the provider that consumers are to use by what is applied, "" if nothing tells: see [Selected].
	Selected string
}

// LiveClaim is a PersistentVolumeClaim that exists.
type LiveClaim struct {
	Name, UID   string
	Labels      map[string]string
	Annotations map[string]string
	// Phase is Pending, Bound or Lost.
	Phase string
	// Size is what it has, or what it asks for before it has anything.
	Size string
	// Volume is its PersistentVolume, "" before it is bound.
	Volume string
	// Reclaim is what becomes of the volume with the claim: Delete or Retain; "" if nobody may ask.
	Reclaim string
	// Owners are garbage-collected with the claim behind them.
	Owners []Owner
	// Going tells that the claim is being deleted, and waits for its pods to end.
	Going bool
}

// Owner is an ownerReference.
type Owner struct{ Kind, Name, UID string }

// LiveSet is a StatefulSet that exists.
type LiveSet struct {
	Name, UID string
	// WhenDeleted and WhenScaled are its retention policy: Retain or Delete.
	WhenDeleted, WhenScaled string
	Replicas                int
}

// holds tells whether there can be data in the claim: not before it was bound, nor once its volume
// is gone.
func (c *LiveClaim) holds() bool { return c.Phase == "Bound" }

// Annotations by which Helm and Argo CD leave an object alone that is not in the manifest any more.
const (
	policyAnnotation  = "helm.sh/resource-policy"
	optionsAnnotation = "argocd.argoproj.io/sync-options"
	noPruning         = "Prune=false"
)

// kept tells whether whoever applies the manifest to come leaves the claim alone when it is not in it.
func (c *LiveClaim) kept(prunes bool) bool {
	if prunes {
		return slices.Contains(words(c.Annotations[optionsAnnotation]), noPruning)
	}
	return c.Annotations[policyAnnotation] == "keep"
}

// keeping is the annotation that has the claim kept.
func (c *LiveClaim) keeping(prunes bool) (annotation, value string) {
	if prunes {
		return optionsAnnotation, strings.Join(append(words(c.Annotations[optionsAnnotation]), noPruning), ",")
	}
	return policyAnnotation, "keep"
}

// claim returns the live claim of a name, nil if it does not exist or nobody asked.
func (l *Live) claim(name string) *LiveClaim {
	if l == nil {
		return nil
	}
	if i := slices.IndexFunc(l.Claims, func(c LiveClaim) bool { return c.Name == name }); i >= 0 {
		return &l.Claims[i]
	}
	return nil
}

// set returns the live StatefulSet of a name, nil if it does not exist or nobody asked.
func (l *Live) set(name string) *LiveSet {
	if l == nil {
		return nil
	}
	if i := slices.IndexFunc(l.Sets, func(s LiveSet) bool { return s.Name == name }); i >= 0 {
		return &l.Sets[i]
	}
	return nil
}

// ownedBy tells whether the claim goes with the object of a UID.
func (c *LiveClaim) ownedBy(uid string) bool {
	return slices.ContainsFunc(c.Owners, func(owner Owner) bool { return owner.UID == uid })
}

// ordinalOf is the number at the end of a templated claim's name.
func ordinalOf(claim string) int {
	n, err := strconv.Atoi(claim[strings.LastIndexByte(claim, '-')+1:])
	if err != nil {
		return -1
	}
	return n
}
