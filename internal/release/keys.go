package release

import (
	"slices"

	"github.com/helm-ferry/ferry/internal/manifest"
)

// KeysOf returns the keys of a Secret that the environment of a workload takes and cannot do without:
// its pods do not start where one is missing.
func KeysOf(workload *manifest.Object, secret string) []string {
	template, _ := podTemplate(workload)
	var keys []string
	for _, list := range []string{"initContainers", "containers"} {
		for _, container := range manifest.Items(manifest.Lookup(template, "spec", list)) {
			for _, entry := range manifest.Items(manifest.Lookup(container, "env")) {
				ref := manifest.Lookup(entry, "valueFrom", "secretKeyRef")
				if manifest.Scalar(manifest.Lookup(ref, "name")) == secret && manifest.Scalar(manifest.Lookup(ref, "optional")) != "true" {
					keys = append(keys, manifest.Scalar(manifest.Lookup(ref, "key")))
				}
			}
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
