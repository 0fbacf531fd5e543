package hooks

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// conclude writes the verdict. An entry of allowLoss that names no claim is refused: it was meant
// for an object that is gone, and would let another one go. So is a change of store in the upgrade
// that brings the alias back: where Helm merges what is live, the alias of an earlier revision keeps
// its selector, and the two together select nothing.
func (p *Plan) conclude(stale map[string]bool, withoutAlias bool) {
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
	case withoutAlias && p.From != "" && p.To != "" && p.To != p.From:
		p.Refused = true
		p.Verdict = fmt.Sprintf("REFUSED: the manifest in force has no alias, and this upgrade would bring it in and move it from %s to %s: "+
			"upgrade once with %s selected, then move", p.From, p.To, p.From)
	default:
		p.Verdict = fmt.Sprintf("PASS: no claim of %d is lost", len(p.Claims))
		if p.From != "" && p.To != "" && p.From != p.To {
			p.Verdict += fmt.Sprintf("; not proven: that the objects of %s are on %s", p.From, p.To)
		}
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
	Deleted: "delete", GarbageCollected: "garbage-collect", Stranded: "strand", Recreated: "recreate", Orphaned: "orphan", Kept: "leave behind",
}

// sentence counts the refused claims by fate: "delete 1 claim of minio (data-0, 10Gi) and …".
func sentence(refused []ClaimPlan) string {
	var parts []string
	for _, fate := range []Fate{Deleted, GarbageCollected, Recreated, Stranded, Orphaned, Kept} {
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
