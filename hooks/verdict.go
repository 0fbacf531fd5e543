package hooks

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// conclude writes the verdict. An entry of allowLoss that names no claim is refused: it was meant
// for an object that is gone, and would let another one go.
func (p *Plan) conclude(stale map[string]bool) {
	var refused []ClaimPlan
	for _, claim := range p.Claims {
		if claim.Refused {
			refused = append(refused, claim)
		}
	}
	switch {
	case len(refused) > 0:
		p.Refused = true
		p.Verdict = "REFUSED: the upgrade would " + sentence(refused) + ": " + refused[0].Remedy
	case len(stale) > 0:
		p.Refused = true
		names := slices.Sorted(maps.Keys(stale))
		p.Verdict = fmt.Sprintf("REFUSED: spec.preUpgradeChecks.allowLoss names %s, which the release does not have: remove the entry",
			strings.Join(names, ", "))
	default:
		p.Verdict = fmt.Sprintf("PASS: no claim of %d is lost", len(p.Claims))
		if left := p.left(); len(left) > 0 {
			p.Verdict += "; left behind: " + strings.Join(left, ", ")
		}
	}
}

// left names the claims that stay without a user, or are given up by the configuration.
func (p *Plan) left() []string {
	var names []string
	for _, claim := range p.Claims {
		switch {
		case claim.Fate == Orphaned && claim.Provider != "" && claim.Provider == p.From:
			names = append(names, fmt.Sprintf("%s (not proven: that its objects are on %s)", claim.Claim, p.To))
		case claim.Fate == Orphaned || claim.Fate == Kept:
			names = append(names, claim.Claim)
		case claim.Fate.loses():
			names = append(names, claim.Claim+" (loss allowed)")
		}
	}
	return names
}

// verbs say what an upgrade does to claims of a fate.
var verbs = map[Fate]string{
	Deleted: "delete", GarbageCollected: "garbage-collect", Stranded: "strand", Recreated: "recreate", Orphaned: "orphan",
}

// sentence counts the refused claims by fate: "delete 1 claim of minio (data-0, 10Gi) and …".
func sentence(refused []ClaimPlan) string {
	var parts []string
	for _, fate := range []Fate{Deleted, GarbageCollected, Recreated, Stranded, Orphaned} {
		var names []string
		owner := ""
		for _, claim := range refused {
			if claim.Fate != fate {
				continue
			}
			label := claim.Claim
			if claim.Size != "" {
				label += " " + claim.Size
			}
			names = append(names, label)
			if claim.Provider != "" {
				owner = " of " + claim.Provider
			}
		}
		if len(names) > 0 {
			parts = append(parts, fmt.Sprintf("%s %d claim%s%s (%s)", verbs[fate], len(names), plural(len(names)), owner, strings.Join(names, ", ")))
		}
	}
	return strings.Join(parts, " and ")
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}
