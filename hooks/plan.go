package hooks

import (
	"fmt"

	"github.com/helm-ferry/ferry/internal/config"
)

// Plan is what an upgrade would do to the claims of a release.
type Plan struct {
	// From and To name the providers that the alias selects before and after, "" for none.
	From string `json:"from"`
	To   string `json:"to"`
	// Claims are those of the manifest in force, in its order: where the cluster was asked, those
	// that exist.
	Claims []ClaimPlan `json:"claims"`
	// New are the claims that only the manifest to come makes.
	New []string `json:"new,omitempty"`
	// Arms are what the guard does for claims at risk before it refuses.
	Arms []Arm `json:"arms,omitempty"`
	// Refused tells that the guard refuses the upgrade.
	Refused bool `json:"refused"`
	// Verdict is one line: REFUSED or PASS, and why.
	Verdict string `json:"verdict"`
}

// moves tells whether consumers will use another store than now, as far as either is known.
func (p Plan) moves() bool { return p.From != "" && p.To != "" && p.From != p.To }

// ClaimPlan is the fate of one claim.
type ClaimPlan struct {
	Claim    string `json:"claim"`
	Owner    string `json:"owner"`
	Provider string `json:"provider,omitempty"`
	Size     string `json:"size,omitempty"`
	// UID is what allowLoss names beside the claim.
	UID string `json:"uid,omitempty"`
	// Volume is the PersistentVolume, Reclaim what becomes of it with the claim.
	Volume  string `json:"volume,omitempty"`
	Reclaim string `json:"reclaim,omitempty"`
	Fate    Fate   `json:"fate"`
	// Empty tells that the claim was never bound, or has lost its volume: there is nothing to lose.
	Empty bool `json:"empty,omitempty"`
	// Refused tells that the guard refuses this fate.
	Refused bool `json:"refused,omitempty"`
	// Allowed tells that allowLoss names the claim.
	Allowed bool `json:"allowed,omitempty"`
	// Danger says in one sentence what would happen, "" if the claim is safe.
	Danger string `json:"danger,omitempty"`
	// Remedy says what to do about it.
	Remedy string `json:"remedy,omitempty"`
}

// Judge gives every claim its fate and says whether the upgrade may go on.
func Judge(s Situation) Plan {
	plan := Plan{From: s.from(), To: s.to()}
	losses := allowances(s.Config)
	for _, claim := range s.subjects() {
		plan.Claims = append(plan.Claims, s.judge(claim, plan, losses))
	}
	for _, claim := range s.Next.Release.Claims {
		if !has(s.Current.Release, claim.Name) && s.Live.claim(claim.Name) == nil {
			plan.New = append(plan.New, claim.Name)
		}
	}
	plan.Arms = s.arms(plan)
	s.conclude(&plan, losses)
	return plan
}

func (s Situation) judge(claim subject, plan Plan, losses losses) ClaimPlan {
	result := ClaimPlan{
		Claim: claim.Name, Owner: claim.Object.Title(), Provider: name(claim.Provider), Size: claim.Size,
		Fate: s.fateOf(claim), Allowed: losses.allow(claim),
	}
	if live := claim.live; live != nil {
		result.UID, result.Size, result.Volume, result.Reclaim = live.UID, live.Size, live.Volume, live.Reclaim
		result.Empty = !live.holds()
	}
	result.Danger, result.Remedy = s.explain(claim, result, plan)
	switch {
	case result.Empty, result.Allowed:
	case result.Fate.loses():
		result.Refused = true
	case s.leaves(result):
		result.Refused = !s.mayLeave(result.Provider, plan)
		if !result.Refused && s.Live == nil {
			result.Remedy = fmt.Sprintf("manifests do not prove that its objects are on %s: compare the two stores first", plan.To)
		}
	}
	return result
}

// losses are the entries of allowLoss by claim.
type losses map[string]config.AllowLoss

func allowances(cfg *config.Config) losses {
	entries := losses{}
	for _, entry := range cfg.Spec.PreUpgradeChecks.AllowLoss {
		entries[entry.Claim] = entry
	}
	return entries
}

// allow tells whether an entry gives up the claim: this one, not another of its name.
func (l losses) allow(claim subject) bool {
	entry, named := l[claim.Name]
	return named && (claim.live == nil || claim.live.UID == entry.UID)
}
