package revision

import (
	"slices"
	"time"
)

// Revision is one revision of a release.
type Revision struct {
	Release   string
	Namespace string
	Number    int
	// Status is Helm's word: deployed, superseded, failed, pending-upgrade, …
	Status string
	// Manifest is what Helm applied, or is about to apply, hooks aside.
	Manifest string
	Hooks    []Hook
	// ApplyMethod is "ssa" where Helm 4 applies on the server's side; "csa" or empty otherwise.
	ApplyMethod string
	// Written is when the record was last written, by the clock of the API server; zero for a revision that
	// comes from no record.
	Written time.Time
}

// Hook is a hook of a revision.
type Hook struct {
	Name, Kind, Path, Manifest string
	// Events are pre-upgrade, post-rollback, …
	Events []string
	Weight int
}

func (r *Revision) hasHook(kind, name string) bool {
	return slices.ContainsFunc(r.Hooks, func(hook Hook) bool { return hook.Kind == kind && hook.Name == name })
}

// History is where a release stands.
type History struct {
	// InForce is the revision that Helm compares the one to come with; nil before the first one.
	InForce *Revision
	// ToCome is the revision that Helm is at work on; nil when it is at work on none.
	ToCome *Revision
	// Newest is the highest number of a revision, whatever became of it; 0 before the first one.
	Newest int
}
