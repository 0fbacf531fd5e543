package render

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/release"
)

// hook says when an object that is a hook is made, in which order, and how long it stays.
type hook struct {
	// events are Helm's, pre-upgrade,pre-rollback for example.
	events string
	// weight orders the hooks of an event.
	weight int
	// stays: Helm leaves the object where it is until the next event begins.
	stays bool
	// beside: it is added although the library chart renders hooks.
	beside bool
	// phase is Argo CD's word for the events: PreSync or PostSync.
	phase string
}

// weightAnnotation orders hooks.
const weightAnnotation = "helm.sh/hook-weight"

// addHook adds an object as a hook, spelled as the options say. Where the library chart renders it,
// the chart's stays: it may do less. Argo CD needs another one than Helm.
func (s *state) addHook(root *yaml.Node, h hook) error {
	if s.libraryChart && s.options.Hooks != HooksArgoCD && !h.beside {
		s.keepHook(manifest.Scalar(manifest.Lookup(root, "kind")), manifest.Scalar(manifest.Lookup(root, "metadata", "name")))
		return nil
	}
	s.spell(root, h)
	if s.options.Hooks != HooksApart {
		_, err := s.add(root, "metadata.name")
		return err
	}
	document, err := manifest.NewDocument(encode(root))
	if err != nil {
		return fmt.Errorf("template: %w", err)
	}
	s.Hooks = append(s.Hooks, document)
	slices.SortStableFunc(s.Hooks, func(a, b *manifest.Document) int { return cmp.Compare(weightOf(a), weightOf(b)) })
	return nil
}

// keepHook finds the library chart's hook in the stream, where Helm 4 shows it. Its configuration
// follows what wins over the chart's.
func (s *state) keepHook(kind, name string) {
	for _, o := range s.Stream.Objects() {
		if o.Kind != kind || o.Name != name || !o.Hook() || !release.Ours(o) {
			continue
		}
		s.wanted[o.Document()] = true
		if kind == "ConfigMap" && o.String("data", configKey) != string(s.text) {
			s.edit(o, string(s.text), "the file wins over the chart", "data", configKey)
		}
	}
}

// spell writes the annotations of a hook. Argo CD keeps what a hook leaves until the next sync: it
// could take the account away from a Job that is still to come.
func (s *state) spell(root *yaml.Node, h hook) {
	annotations := [][2]string{
		{"argocd.argoproj.io/hook", h.phase}, {"argocd.argoproj.io/sync-wave", strconv.Itoa(h.weight)},
		{"argocd.argoproj.io/hook-delete-policy", "BeforeHookCreation"},
	}
	if s.options.Hooks != HooksArgoCD {
		policy := "before-hook-creation,hook-succeeded"
		if h.stays {
			policy = "before-hook-creation"
		}
		annotations = [][2]string{{"helm.sh/hook", h.events}, {weightAnnotation, strconv.Itoa(h.weight)}, {"helm.sh/hook-delete-policy", policy}}
		if manifest.Scalar(manifest.Lookup(root, "kind")) == "Job" {
			annotations = append(annotations, [2]string{"helm.sh/hook-output-log-policy", "hook-succeeded,hook-failed"})
		}
	}
	for _, annotation := range annotations {
		setString(root, annotation[1], "metadata", "annotations", annotation[0])
	}
}

func weightOf(document *manifest.Document) int {
	weight, _ := strconv.Atoi(document.Objects()[0].Annotations()[weightAnnotation])
	return weight
}
