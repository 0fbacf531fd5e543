package hooks

import (
	"slices"
	"strings"

	"github.com/helm-ferry/ferry/internal/manifest"
)

// recreates tells whether an object is a claim that is a hook of an upgrade, or of a rollback: by
// default Helm deletes such an object before it makes it again.
func recreates(o *manifest.Object, rollback bool) bool {
	if !o.Is("", "PersistentVolumeClaim") {
		return false
	}
	events := []string{"pre-upgrade", "post-upgrade"}
	if rollback {
		events = []string{"pre-rollback", "post-rollback"}
	}
	policies := words(o.Annotations()["helm.sh/hook-delete-policy"])
	deleted := len(policies) == 0 || slices.Contains(policies, "before-hook-creation") || slices.Contains(policies, "hook-succeeded")
	return deleted && hookOf(o, events...)
}

// hookOf tells whether an object is a hook of one of some events.
func hookOf(o *manifest.Object, events ...string) bool {
	return slices.ContainsFunc(words(o.Annotations()["helm.sh/hook"]), func(event string) bool { return slices.Contains(events, event) })
}

// words splits the value of an annotation at its commas.
func words(list string) []string {
	return slices.DeleteFunc(strings.Split(strings.ReplaceAll(list, " ", ""), ","), func(word string) bool { return word == "" })
}
