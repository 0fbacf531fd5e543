package hooks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
	"k8s.io/apimachinery/pkg/api/resource"
)

// conclude writes the verdict. An entry of allowLoss that names no claim is refused: it was meant
// for an object that is gone, and would let another one go; a rollback has the entries of its day, and
// at a first installation nothing can be gone.
// So is a change of store in the upgrade that brings the alias back: where Helm merges what is live,
// the alias of an earlier revision keeps its selector, and the two together select nothing.
func (s Situation) conclude(plan *Plan, losses losses) {
	refused := slices.DeleteFunc(slices.Clone(plan.Claims), func(claim ClaimPlan) bool { return !claim.Refused })
	reason := ""
	switch {
	case s.Unknown:
		plan.Verdict = "PASS: not judged: Helm keeps no record here of a release that it is at work on"
		return
	case len(refused) > 0:
		reason = fmt.Sprintf("%s would %s: %s", s.subject(), sentence(refused), refused[0].Remedy)
	case s.stale(losses) != "":
		reason = s.stale(losses)
	case s.Current.Alias() == "" && !s.Current.external() && plan.moves() && (s.Live == nil || s.Live.Selected == ""):
		reason = fmt.Sprintf("the manifest in force has no alias, and this upgrade would bring it in and move it from %s to %s: "+
			"upgrade once with %s selected, then move", plan.From, plan.To, plan.From)
	case s.unproven(*plan):
		reason = fmt.Sprintf("%s would move the alias from %s to %s, and no record proves that the objects are there: migrate first: %s",
			s.subject(), plan.From, plan.To, s.migrate(plan.From, *plan))
	default:
		plan.Verdict = s.pass(*plan)
		return
	}
	if s.Doubt != "" {
		reason += "; " + s.Doubt
	}
	plan.Refused, plan.Verdict = true, "REFUSED: "+reason
}

// subject names what is judged.
func (s Situation) subject() string {
	what := "upgrade"
	if s.Rollback {
		what = "rollback"
	}
	if s.Revision == 0 {
		return "the " + what
	}
	return fmt.Sprintf("%s to revision %d", what, s.Revision)
}

func (s Situation) pass(plan Plan) string {
	verdict := fmt.Sprintf("PASS: no claim of %d is lost", len(plan.Claims))
	if s.Live == nil && plan.moves() {
		verdict += fmt.Sprintf("; not proven: that the objects of %s are on %s", plan.From, plan.To)
	}
	if left := plan.left(); len(left) > 0 {
		verdict += "; left behind: " + strings.Join(left, ", ")
	}
	if going := s.going(plan); len(going) > 0 {
		verdict += "; being deleted already, as soon as their pods end: " + strings.Join(going, ", ")
	}
	return verdict
}

// going names the claims that somebody has deleted before, and that only their pods hold.
func (s Situation) going(plan Plan) []string {
	var names []string
	for _, claim := range plan.Claims {
		if live := s.Live.claim(claim.Claim); live != nil && live.Going {
			names = append(names, claim.Claim)
		}
	}
	return names
}

// stale says which entry of allowLoss is meant for another object than there is, "" if none is.
func (s Situation) stale(losses losses) string {
	if s.Rollback || s.Current.empty() {
		return ""
	}
	known := map[string]string{}
	for _, claim := range s.subjects() {
		known[claim.Name] = ""
		if claim.live != nil {
			known[claim.Name] = claim.live.UID
		}
	}
	for _, claim := range slices.Sorted(maps.Keys(losses)) {
		uid, exists := known[claim]
		switch {
		case !exists:
			return fmt.Sprintf("spec.preUpgradeChecks.allowLoss names %s, which the release does not have: remove the entry", claim)
		case uid != "" && uid != losses[claim].UID:
			return fmt.Sprintf("spec.preUpgradeChecks.allowLoss names %s with the uid %s, and the live claim has %s: "+
				"it is another claim; remove the entry, or write the uid of this one if it may be lost", claim, losses[claim].UID, uid)
		}
	}
	return ""
}

// left names the claims that stay without a user, or are given up by the configuration.
func (p *Plan) left() []string {
	var names []string
	for _, claim := range p.Claims {
		switch {
		case claim.Fate == Orphaned || claim.Fate == Kept:
			names = append(names, claim.Claim)
		case claim.Fate.loses() && claim.Empty:
			names = append(names, claim.Claim+" (empty)")
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

// sentence counts the refused claims by fate and store: "orphan 4 claims of minio (120 GiB) and …".
func sentence(refused []ClaimPlan) string {
	var parts []string
	for _, fate := range []Fate{Deleted, GarbageCollected, Recreated, Stranded, Orphaned, Kept} {
		claims := slices.DeleteFunc(slices.Clone(refused), func(claim ClaimPlan) bool { return claim.Fate != fate })
		if len(claims) == 0 {
			continue
		}
		owner := ""
		if claims[0].Provider != "" {
			owner = " of " + claims[0].Provider
		}
		parts = append(parts, fmt.Sprintf("%s %d claim%s%s (%s)", verbs[fate], len(claims), plural(len(claims)), owner, details(claims)))
	}
	return strings.Join(parts, " and ")
}

// namesShown is how many names a verdict spells out: it is one line, and the table has them all.
const namesShown = 3

// details are the names of a few claims, and the size of all.
func details(claims []ClaimPlan) string {
	var names []string
	for i, claim := range claims {
		if i == namesShown {
			names = append(names, fmt.Sprintf("%d more", len(claims)-namesShown))
			break
		}
		names = append(names, claim.Claim)
	}
	text := strings.Join(names, ", ")
	if len(claims) > namesShown && claims[0].Provider != "" {
		text = ""
	}
	size := total(claims)
	if text == "" || size == "" {
		return text + size
	}
	return text + "; " + size
}

// total adds the sizes of claims up, "" if one is not known.
func total(claims []ClaimPlan) string {
	var sum int64
	for _, claim := range claims {
		size, err := resource.ParseQuantity(claim.Size)
		if err != nil {
			return ""
		}
		sum += size.Value()
	}
	return humanize.IBytes(uint64(max(sum, 0)))
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}
