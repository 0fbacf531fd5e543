package render

import (
	"fmt"
	"slices"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/release"
)

// checkSnapshots resolves the claims of each snapshot schedule. The binary for hooks takes no
// snapshots yet: a schedule that would not run is an error, since somebody relies on it.
func checkSnapshots(s *state) error {
	schedules := s.cfg.Spec.Snapshots
	for i, schedule := range schedules {
		if _, err := s.claimsOf(fmt.Sprintf("spec.snapshots[%d].claims", i), schedule.Claims); err != nil {
			return err
		}
	}
	if len(schedules) == 0 {
		return nil
	}
	return &Error{
		Field: "spec.snapshots[0]", Message: fmt.Sprintf("snapshot schedule %q cannot run: this version of ferry-hook takes no snapshots", schedules[0].Name),
		Remedy: "remove spec.snapshots until it does; nothing would be backed up by it",
	}
}

// claimsOf returns the claims that a selection means; none is an error.
func (s *state) claimsOf(field string, selection config.Claims) ([]release.Claim, error) {
	var found []release.Claim
	for _, claim := range s.Release.Claims {
		if s.selected(selection, claim) {
			found = append(found, claim)
		}
	}
	for i, name := range selection.Names {
		if !slices.ContainsFunc(found, func(c release.Claim) bool { return c.Name == name }) {
			return nil, s.noClaim(fmt.Sprintf("%s.names[%d]", field, i), fmt.Sprintf("%q is not a claim of the release", name))
		}
	}
	if len(found) == 0 {
		return nil, s.noClaim(field, "matches no claim of the release")
	}
	return found, nil
}

func (s *state) noClaim(field, message string) error {
	names := make([]string, len(s.Release.Claims))
	for i, claim := range s.Release.Claims {
		names[i] = claim.Name
	}
	remedy := "the release makes no claims"
	if len(names) > 0 {
		remedy = fmt.Sprintf("choose among %q", names)
	}
	return &Error{Field: field, Message: message, Remedy: remedy}
}

func (s *state) selected(selection config.Claims, claim release.Claim) bool {
	switch {
	case len(selection.Names) > 0:
		return slices.Contains(selection.Names, claim.Name)
	case len(selection.Selector) > 0:
		for key, value := range selection.Selector {
			if claim.Labels[key] != value {
				return false
			}
		}
		return true
	case claim.Provider == nil:
		return false
	case selection.Provider == "active":
		return claim.Provider == s.Resolution.Active
	}
	return claim.Provider.Name() == selection.Provider
}
