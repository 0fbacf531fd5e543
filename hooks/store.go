package hooks

import (
	"slices"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/release"
)

// from is the provider that consumers talk to now: what the cluster says, else what the manifest in
// force does.
func (s Situation) from() string {
	switch {
	case s.Current.Unmarked():
		return s.Current.Active
	case s.Live != nil && s.Live.Selected != "":
		return s.Live.Selected
	case s.Current.Alias() != "":
		return s.Current.Alias()
	case s.Current.external():
		return s.Current.Active
	}
	return s.onlyProvider()
}

// to is the provider that consumers will talk to.
func (s Situation) to() string {
	if alias := s.Next.Alias(); alias != "" {
		return alias
	}
	return s.Next.Active
}

// onlyProvider is the store that a manifest without an alias uses, as far as it shows: one of its own before one
// that only the configuration knows.
func (s Situation) onlyProvider() string {
	if s.Current.empty() {
		return ""
	}
	r, previous := s.Current.Release, s.Config.Spec.ObjectStorage.PreviousProvider
	within := slices.DeleteFunc(slices.Clone(r.Providers), (*release.Provider).External)
	switch {
	case len(within) == 1:
		return within[0].Name()
	case len(r.Providers) == 1:
		return r.Providers[0].Name()
	case r.Provider(previous) != nil:
		return previous
	}
	return ""
}

// leaves tells whether the store of a claim goes while the claim stays.
func (s Situation) leaves(claim ClaimPlan) bool {
	return claim.Provider != "" && (claim.Fate == Orphaned || claim.Fate == Kept) && s.Next.Release.Provider(claim.Provider) == nil
}

// mayLeave tells whether a store may go. One that consumers talk to may when the configuration says
// that the data have moved, and something proves it; the one that they talked to before may when
// something proves it; one that they never talked to may.
func (s Situation) mayLeave(provider string, plan Plan) bool {
	switch provider {
	case plan.From:
		return acknowledged(plan, s.Config) && s.proven(plan)
	case s.Config.Spec.ObjectStorage.PreviousProvider:
		return s.Live == nil || !s.Config.Spec.PreUpgradeChecks.RequireProof || plan.From == "" ||
			s.Record.Proves(provider, plan.From, s.Live.Selected, s.Revision)
	}
	return true
}

// acknowledged tells whether the configuration says that the data have moved to another provider.
func acknowledged(plan Plan, cfg *config.Config) bool {
	storage := cfg.Spec.ObjectStorage
	return plan.To != "" && plan.To != plan.From && (storage.CutoverAcknowledged || storage.ActiveProvider == plan.To)
}

// proven tells whether the objects are, or will be before the manifest is applied, where the alias
// moves to. Manifests alone prove nothing, and refute nothing.
func (s Situation) proven(plan Plan) bool {
	return s.Live == nil || !s.Config.Spec.PreUpgradeChecks.RequireProof ||
		s.Record.Proves(plan.From, plan.To, s.Live.Selected, s.Revision) || s.movesBefore(plan)
}

// movesBefore tells whether the cutover of the revision to come moves the objects before the
// manifest is applied.
func (s Situation) movesBefore(plan Plan) bool {
	migration := s.Config.Spec.Migration
	pair := migration.From == plan.From && migration.To == plan.To || migration.From == plan.To && migration.To == plan.From
	return migration.Enabled && !migration.DryRun && pair && s.Next.cutsOver()
}

// unproven tells whether the alias moves to a store that nothing proves to have the objects.
func (s Situation) unproven(plan Plan) bool {
	return plan.moves() && !s.proven(plan)
}
