package render

import (
	"slices"

	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/release"
)

// nameLabel holds the metadata.name of the configuration that an object was added for.
const nameLabel = "helm-ferry.dev/name"

// dropLeftovers takes out what an earlier rendering added for the same release and this one does
// not: the Job of a migration that is over would copy old objects over new ones. The hooks by which
// the library chart moves objects are the chart's: it renders them anew each time.
func dropLeftovers(s *state) error {
	s.Stream.Documents = slices.DeleteFunc(s.Stream.Documents, func(document *manifest.Document) bool {
		objects := document.Objects()
		if len(objects) != 1 || document.Added() || s.wanted[document] || !s.addedEarlier(objects[0]) || s.movesOfChart(objects[0]) {
			return false
		}
		s.info(titleOf(objects[0]), "", "is left over from an earlier configuration and is taken out")
		return true
	})
	return nil
}

func (s *state) addedEarlier(o *manifest.Object) bool {
	name := o.Labels()[nameLabel]
	return release.Ours(o) && name != "" && (name == s.cfg.Metadata.Name || name == s.former) && o != s.configMap
}

// movesOfChart tells whether an object is one of the library chart's hooks of a cutover.
func (s *state) movesOfChart(o *manifest.Object) bool {
	return s.chartMoves() && o.Hook() && o.Labels()["app.kubernetes.io/component"] == "migration"
}
