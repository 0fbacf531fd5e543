package render

// guardAnnotation on the ConfigMap says whether an upgrade of the release is guarded.
const guardAnnotation = "helm-ferry.dev/guard"

// States of the guard.
const (
	// GuardMissing: nothing judges an upgrade of the release before Helm applies it.
	GuardMissing = "missing"
	// GuardOff: spec.preUpgradeChecks.enabled is false, or hooks are switched off.
	GuardOff = "off"
)

// guard marks a release that nothing guards, so that it can be seen in the cluster. The binary for
// hooks has no guard yet, so that no object is added.
func guard(s *state) error {
	if s.options.Hooks == HooksHelm && !s.carriesHooks() {
		return &Error{Field: "--hooks helm", Message: s.noHooks(), Remedy: "include the library chart, or leave --hooks out"}
	}
	checks := s.cfg.Spec.PreUpgradeChecks
	s.Guard = GuardMissing
	switch {
	case checks.Required:
		return &Error{
			Field: "spec.preUpgradeChecks.required", Message: "is true and the guard cannot be added: " + s.noGuard(),
			Remedy: "set required: false, and compare the claims of both manifests with `ferry plan` before the upgrade",
		}
	case !checks.Enabled || s.options.Hooks == HooksNone:
		s.Guard = GuardOff
	default:
		s.warn("", "spec.preUpgradeChecks", "no guard is added: %s", s.noGuard())
	}
	s.edit(s.configMap, s.Guard, "the release is marked", "metadata", "annotations", guardAnnotation)
	return nil
}

// noGuard says in one sentence why the guard cannot stand.
func (s *state) noGuard() string {
	if !s.carriesHooks() {
		return s.noHooks()
	}
	return "this version of ferry-hook has no guard"
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

// carriesHooks tells whether hook objects can reach the cluster: through the door, or from the
// library chart.
func (s *state) carriesHooks() bool {
	switch {
	case s.libraryChart || s.options.Hooks == HooksArgoCD || s.options.Hooks == HooksApart:
		return true
	case s.options.Hooks == HooksNone:
		return false
	}
	return s.options.Door == Helm4
}
