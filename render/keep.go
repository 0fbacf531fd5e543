package render

import (
	"slices"
	"strings"

	"github.com/helm-ferry/ferry/internal/manifest"
)

const (
	keepAnnotation   = "helm.sh/resource-policy"
	argoAnnotation   = "argocd.argoproj.io/sync-options"
	optOutAnnotation = "helm-ferry.dev/keep"
)

// keep has claims outlive what makes them: rendered claims are kept by Helm and by Argo CD, and
// StatefulSets leave their claims behind. An object opts out by an annotation.
func keep(s *state) error {
	for _, o := range s.Release.Objects {
		if o.Annotations()[optOutAnnotation] == "false" {
			s.info(titleOf(o), "metadata.annotations", "%s is false: the claims are not protected", optOutAnnotation)
			continue
		}
		switch {
		case o.Is("", "PersistentVolumeClaim"):
			s.keepClaim(o)
		case o.Is("apps", "StatefulSet") && len(manifest.Items(o.Node("spec", "volumeClaimTemplates"))) > 0:
			s.retain(o, "whenDeleted")
			s.retain(o, "whenScaled")
		}
	}
	return nil
}

// retain has a StatefulSet leave its claims behind. Where the chart says otherwise in so many words,
// its author hears of it.
func (s *state) retain(o *manifest.Object, when string) {
	path := []string{"spec", "persistentVolumeClaimRetentionPolicy", when}
	if o.String(path...) == "Delete" {
		s.warn(titleOf(o), strings.Join(path, "."), "is Delete and becomes Retain; annotate the StatefulSet with %s: \"false\" to leave it", optOutAnnotation)
	}
	s.edit(o, "Retain", "the claims outlive the StatefulSet", path...)
}

func (s *state) keepClaim(o *manifest.Object) {
	s.edit(o, "keep", "Helm does not delete the claim", "metadata", "annotations", keepAnnotation)
	var options []string
	for option := range strings.SplitSeq(o.Annotations()[argoAnnotation], ",") {
		option = strings.TrimSpace(option)
		name, _, _ := strings.Cut(option, "=")
		if option != "" && name != "Prune" && name != "Delete" {
			options = append(options, option)
		}
	}
	options = slices.Concat(options, []string{"Prune=false", "Delete=false"})
	s.edit(o, strings.Join(options, ","), "Argo CD neither prunes nor deletes the claim", "metadata", "annotations", argoAnnotation)
}
