package render

// filter is one step of a rendering. Filters run in a fixed order, each on what the ones before
// it left in the state.
type filter struct {
	name  string
	apply func(*state) error
}

// filters in their order; docs/how-it-works.md follows a manifest through them. What detect finds
// is in the state before the first of them runs.
var filters = [...]filter{
	{"resolve", resolve},
	{"config", addConfig},
	{"alias", addAlias},
	{"credentials", addCredentials},
	{"rewire", rewire},
	{"keep", keep},
	{"guard", guard},
	{"migration", addMigration},
	{"mirrors", addMirrors},
	{"snapshots", checkSnapshots},
	{"leftovers", dropLeftovers},
}

// resolve chooses the active provider.
func resolve(s *state) error {
	resolution, err := s.Release.Resolve(s.cfg.Spec.ObjectStorage)
	if err != nil {
		return err
	}
	s.Resolution = resolution
	if resolution.Active != nil {
		s.info("", "spec.objectStorage", "the active provider is %s: %s", resolution.Active.Title(), resolution.Reason)
	}
	return nil
}
