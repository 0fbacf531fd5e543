package hooks

import "fmt"

// explain says in a sentence what a fate means for a claim, and what to do.
func (s Situation) explain(claim subject, result ClaimPlan, plan Plan) (danger, remedy string) {
	enable := "go on rendering it"
	if result.Provider != "" {
		enable = fmt.Sprintf("set %s.enabled=true", result.Provider)
	}
	owner := claim.Object.Title()
	switch result.Fate {
	case Deleted:
		danger = "the chart stops rendering the claim, so that Helm deletes it"
		remedy = enable + ", or annotate the live claim with helm.sh/resource-policy: keep"
		if s.Prunes {
			danger = "the manifest stops having the claim, so that Argo CD prunes it"
			remedy = enable + ", or annotate the live claim with argocd.argoproj.io/sync-options: Prune=false"
		}
	case GarbageCollected:
		danger = fmt.Sprintf("%s goes, and its retention policy deletes the claim", owner)
		remedy = enable + ", or set persistentVolumeClaimRetentionPolicy.whenDeleted: Retain of " + owner + " first"
		if object(s.Next.Release, "StatefulSet", claim.Object.Name) != nil {
			danger = fmt.Sprintf("%s is scaled down, and its retention policy deletes the claim", owner)
			remedy = "set persistentVolumeClaimRetentionPolicy.whenScaled: Retain of " + owner + " in the chart's values first"
		}
	case Stranded:
		danger = "something new and empty takes its place"
		remedy = "keep persistence, and the names of the StatefulSet, of its templates and of its claims, as they are"
	case Recreated:
		danger, remedy = "the claim is a Helm hook, so that Helm deletes it and makes it again", "remove the annotation helm.sh/hook from the claim"
	case Orphaned:
		danger, remedy = fmt.Sprintf("%s goes, and the claim stays behind", owner), s.moveFirst(enable, result, plan)
	case Kept:
		if result.Provider != "" {
			danger, remedy = "the claim stays, and nothing of the release uses it", s.moveFirst(enable, result, plan)
		}
	default:
	}
	if danger != "" && result.Volume != "" && result.Reclaim == "Delete" {
		danger += fmt.Sprintf("; its volume %s goes with it (reclaim policy Delete)", result.Volume)
	}
	return danger, remedy
}

// moveFirst is the remedy for a claim that stays behind with data: those of a store are moved by a
// command.
func (s Situation) moveFirst(enable string, result ClaimPlan, plan Plan) string {
	if result.Provider == "" {
		return enable + ", or move its data first"
	}
	return enable + ", or migrate first: " + s.migrate(result.Provider, plan)
}

// migrate is the command that moves the objects of a provider to the one that comes after it.
func (s Situation) migrate(from string, plan Plan) string {
	release, to := "RELEASE", "PROVIDER"
	if s.Release != "" {
		release = s.Release
	}
	switch {
	case plan.To != "" && plan.To != from:
		to = plan.To
	case plan.From != "" && plan.From != from:
		to = plan.From
	}
	return fmt.Sprintf("helm ferry migrate %s CHART --from %s --to %s", release, from, to)
}
