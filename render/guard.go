package render

import (
	"fmt"
	"slices"

	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/release"
)

// guardAnnotation on the ConfigMap says whether an upgrade of the release is guarded.
const guardAnnotation = "helm-ferry.dev/guard"

// States of the guard.
const (
	// GuardHook: a hook judges an upgrade of the release before it is applied.
	GuardHook = "hook"
	// GuardClient: the caller runs the hooks, which Helm cannot.
	GuardClient = "client"
	// GuardMissing: nothing judges an upgrade of the release before Helm applies it.
	GuardMissing = "missing"
	// GuardOff: spec.preUpgradeChecks.enabled is false, or hooks are switched off.
	GuardOff = "off"
)

// guard adds the hook that judges upgrades, and marks the release, so that one that nothing guards
// can be seen in the cluster.
func guard(s *state) error {
	if s.options.Hooks == HooksHelm && !s.carriesHooks() {
		return &Error{Field: "--hooks helm", Message: s.noHooks(), Remedy: "include the library chart, or leave --hooks out"}
	}
	checks := s.cfg.Spec.PreUpgradeChecks
	switch {
	case checks.Required && !s.carriesHooks():
		return &Error{
			Field: "spec.preUpgradeChecks.required", Message: "is true and the guard cannot be added: " + s.noHooks(),
			Remedy: "set required: false, and compare the claims of both manifests with `ferry plan` before the upgrade",
		}
	case !checks.Enabled || s.options.Hooks == HooksNone:
		s.Guard = GuardOff
	case !s.carriesHooks():
		s.Guard = GuardMissing
		s.warn("", "spec.preUpgradeChecks", "no guard is added: %s", s.noHooks())
	default:
		s.Guard = GuardHook
		if s.options.Hooks == HooksApart && !s.libraryChart {
			s.Guard = GuardClient
		}
		if err := s.addGuard(); err != nil {
			return err
		}
	}
	s.edit(s.configMap, s.Guard, "the release is marked", "metadata", "annotations", guardAnnotation)
	return nil
}

// noGuard says in one sentence why no guard stands.
func (s *state) noGuard() string {
	if !s.cfg.Spec.PreUpgradeChecks.Enabled {
		return "spec.preUpgradeChecks.enabled is false"
	}
	return s.noHooks()
}

// addGuard adds the guard's hooks: the objects that its Job needs come first, since hooks are made in
// the order of their weights.
func (s *state) addGuard() error {
	tracked := s.options.Hooks == HooksArgoCD
	account := shorten(s.cfg.Metadata.Name+"-guard", maxName)
	values := map[string]any{
		"account": account, "component": "guard", "text": string(s.text), "manifest": "", "tracked": tracked,
		"configMap": account, "token": true, "env": nil, "args": []string{"guard", "--config=/etc/ferry/" + configKey},
	}
	if tracked {
		values["manifest"] = s.claimsManifest()
		values["args"] = []string{"guard", "--config=/etc/ferry/" + configKey, "--manifest=/etc/ferry/manifest.yaml"}
	}
	for _, object := range []struct {
		template string
		weight   int
	}{
		{"serviceaccount.yaml", -20}, {"guard-role.yaml", -19}, {"rolebinding.yaml", -18}, {"hook-config.yaml", -15},
	} {
		root, err := s.object(object.template, values)
		if err != nil {
			return err
		}
		if err := s.addHook(root, hook{events: beforeEvents, phase: "PreSync", weight: object.weight}); err != nil {
			return err
		}
	}
	job, err := s.job("guard.yaml", values, "spec", "template")
	if err != nil {
		return err
	}
	return s.addHook(job, hook{events: beforeEvents, phase: "PreSync", weight: -10})
}

// beforeEvents are those at which Helm has applied nothing yet.
const beforeEvents = "pre-upgrade,pre-rollback"

// claimsManifest is the part of the manifest that the guard compares where it finds no record of it:
// claims, what makes and mounts them, what may be a store, and the alias. What may be secret is not in
// it: no Secret, and no environment of a pod.
func (s *state) claimsManifest() string {
	stores := map[*manifest.Object]bool{}
	for _, p := range s.Release.Providers {
		for _, workload := range slices.Concat(p.Workloads, p.Parts) {
			stores[workload] = true
		}
	}
	text := []byte("# claims, what makes and mounts them, stores and the alias\n")
	for _, o := range s.Stream.Objects() {
		alias := o.Is("", "Service") && o.Name == s.cfg.Spec.ObjectStorage.Alias.Name
		if o.Is("", "PersistentVolumeClaim") || o.Is("apps", "StatefulSet") || alias || stores[o] || release.MountsClaims(o) {
			text = fmt.Appendf(text, "---\n%s", encode(plain(without(resolved(o.Root()), "env", "envFrom"))))
		}
	}
	return string(text)
}

// noHooks says in one sentence why hook objects cannot reach the cluster.
func (s *state) noHooks() string {
	if s.options.Hooks == HooksNone {
		return "--hooks none switches hooks off"
	}
	if s.options.Door == KRM {
		return "nothing runs Helm hooks behind a KRM function"
	}
	return "Helm 3 runs no hooks that a post-renderer adds; hooks must come from the chart, which includes the ferry library chart for that"
}

// carriesHooks tells whether hook objects can reach the cluster: through the door, from the library
// chart, or by a caller who runs them.
func (s *state) carriesHooks() bool {
	switch {
	case s.libraryChart || s.options.Hooks == HooksArgoCD || s.options.Hooks == HooksApart:
		return true
	case s.options.Hooks == HooksNone:
		return false
	}
	return s.options.Door == Helm4
}
