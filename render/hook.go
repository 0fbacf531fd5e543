package render

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/manifest"
)

// hook says when an object that is a hook is made, in which order, and how long it stays.
type hook struct {
	// events are Helm's, pre-upgrade,pre-rollback for example.
	events string
	// weight orders the hooks of an event.
	weight int
	// stays: the object outlives its event, and goes when the next one begins.
	stays bool
	// phase is Argo CD's word for the events: PreSync or PostSync.
	phase string
}

// weightAnnotation orders hooks.
const weightAnnotation = "helm.sh/hook-weight"

// addHook adds an object as a hook, spelled as the options say. It leaves the object out where the
// library chart renders it.
func (s *state) addHook(root *yaml.Node, h hook, field string) error {
	if s.libraryChart {
		return nil
	}
	s.spell(root, h)
	if s.options.Hooks != HooksApart {
		_, err := s.add(root, field)
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

// spell writes the annotations of a hook.
func (s *state) spell(root *yaml.Node, h hook) {
	annotations := [][2]string{{"helm.sh/hook", h.events}, {weightAnnotation, strconv.Itoa(h.weight)}}
	prefix, policies := "helm.sh/hook-delete-policy", [2]string{"before-hook-creation", ",hook-succeeded"}
	if s.options.Hooks == HooksArgoCD {
		annotations = [][2]string{{"argocd.argoproj.io/hook", h.phase}, {"argocd.argoproj.io/sync-wave", strconv.Itoa(h.weight)}}
		prefix, policies = "argocd.argoproj.io/hook-delete-policy", [2]string{"BeforeHookCreation", ",HookSucceeded"}
	}
	policy := policies[0]
	if !h.stays {
		policy += policies[1]
	}
	annotations = append(annotations, [2]string{prefix, policy})
	if manifest.Scalar(manifest.Lookup(root, "kind")) == "Job" && s.options.Hooks != HooksArgoCD {
		annotations = append(annotations, [2]string{"helm.sh/hook-output-log-policy", "hook-succeeded,hook-failed"})
	}
	for _, annotation := range annotations {
		setString(root, annotation[1], "metadata", "annotations", annotation[0])
	}
}

func weightOf(document *manifest.Document) int {
	weight, _ := strconv.Atoi(document.Objects()[0].Annotations()[weightAnnotation])
	return weight
}
