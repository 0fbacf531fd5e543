package hooks

import (
	"fmt"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/release"
)

// Manifest is what one revision of a release renders.
type Manifest struct {
	Stream  *manifest.Stream
	Release *release.Release
}

// Plan is what an upgrade would do to the claims of a release.
type Plan struct {
	// From and To name the providers that the alias selects before and after, "" for none.
	From string `json:"from"`
	To   string `json:"to"`
	// Claims are those of the manifest in force, in its order.
	Claims []ClaimPlan `json:"claims"`
	// New are the claims that only the manifest to come makes.
	New []string `json:"new,omitempty"`
	// Refused tells that the guard refuses the upgrade.
	Refused bool `json:"refused"`
	// Verdict is one line: REFUSED or PASS, and why.
	Verdict string `json:"verdict"`
}

// ClaimPlan is the fate of one claim.
type ClaimPlan struct {
	Claim    string `json:"claim"`
	Owner    string `json:"owner"`
	Provider string `json:"provider,omitempty"`
	Size     string `json:"size,omitempty"`
	Fate     Fate   `json:"fate"`
	// Refused tells that the guard refuses this fate.
	Refused bool `json:"refused,omitempty"`
	// Allowed tells that allowLoss names the claim.
	Allowed bool `json:"allowed,omitempty"`
	// Danger says in one sentence what would happen, "" if the claim is safe.
	Danger string `json:"danger,omitempty"`
	// Remedy says what to do about it.
	Remedy string `json:"remedy,omitempty"`
}

// Judge compares two manifests under the configuration of the one to come.
func Judge(current, next Manifest, resolution release.Resolution, cfg *config.Config) Plan {
	plan := Plan{From: aliasProvider(current.Stream), To: name(resolution.Active)}
	if plan.From == "" {
		plan.From = onlyProvider(current.Release, cfg)
	}
	stale := allowed(cfg)
	for _, claim := range current.Release.Claims {
		delete(stale, claim.Name)
		plan.Claims = append(plan.Claims, judgeClaim(claim, next, plan, cfg))
	}
	if len(current.Release.Objects) > 0 {
		plan.Claims = append(plan.Claims, hookClaims(current, next, cfg)...)
	}
	for _, claim := range next.Release.Claims {
		if !has(current.Release, claim.Name) {
			plan.New = append(plan.New, claim.Name)
		}
	}
	plan.conclude(stale, aliasProvider(current.Stream) == "")
	return plan
}

func judgeClaim(claim release.Claim, next Manifest, plan Plan, cfg *config.Config) ClaimPlan {
	result := ClaimPlan{
		Claim: claim.Name, Owner: claim.Object.Title(), Provider: name(claim.Provider), Size: claim.Size,
		Fate: fateOf(claim, next), Allowed: allowed(cfg)[claim.Name],
	}
	result.Danger, result.Remedy = explain(claim, result.Fate, result.Provider)
	switch {
	case result.Fate.loses():
		result.Refused = !result.Allowed
	case (result.Fate == Orphaned || result.Fate == Kept && next.Release.Provider(result.Provider) == nil) &&
		result.Provider != "" && result.Provider == plan.From:
		result.Refused = !result.Allowed && !acknowledged(plan, cfg)
		if !result.Refused && !result.Allowed {
			result.Remedy = fmt.Sprintf("manifests do not prove that its objects are on %s: compare the two stores first", plan.To)
		}
	}
	return result
}

// hookClaims are claims of the manifest to come that Helm deletes and makes again with every upgrade.
// "helm get manifest" does not show them for the manifest in force.
func hookClaims(current, next Manifest, cfg *config.Config) []ClaimPlan {
	var found []ClaimPlan
	for _, o := range next.Stream.Objects() {
		if !recreates(o) || has(current.Release, o.Name) {
			continue
		}
		claim := ClaimPlan{Claim: o.Name, Owner: o.Title(), Fate: Recreated, Allowed: allowed(cfg)[o.Name]}
		claim.Refused = !claim.Allowed
		claim.Danger, claim.Remedy = explain(release.Claim{Name: o.Name, Object: o}, Recreated, "")
		found = append(found, claim)
	}
	return found
}

// onlyProvider is the store that a manifest without an alias uses, as far as it shows.
func onlyProvider(r *release.Release, cfg *config.Config) string {
	if len(r.Providers) == 1 {
		return r.Providers[0].Name()
	}
	if r.Provider(cfg.Spec.ObjectStorage.PreviousProvider) != nil {
		return cfg.Spec.ObjectStorage.PreviousProvider
	}
	return ""
}

// acknowledged tells whether the configuration says that the data have moved to another provider.
func acknowledged(plan Plan, cfg *config.Config) bool {
	storage := cfg.Spec.ObjectStorage
	return plan.To != "" && plan.To != plan.From && (storage.CutoverAcknowledged || storage.ActiveProvider == plan.To)
}

func allowed(cfg *config.Config) map[string]bool {
	names := map[string]bool{}
	for _, entry := range cfg.Spec.PreUpgradeChecks.AllowLoss {
		names[entry.Claim] = true
	}
	return names
}

// aliasProvider reads from the alias Service which provider a manifest selects.
func aliasProvider(stream *manifest.Stream) string {
	for _, o := range stream.Objects() {
		if o.Is("", "Service") && release.Ours(o) && o.Labels()["app.kubernetes.io/component"] == "alias" {
			return o.Labels()["helm-ferry.dev/provider"]
		}
	}
	return ""
}

func name(p *release.Provider) string {
	if p == nil {
		return ""
	}
	return p.Name()
}

// explain says in a sentence what a fate means for a claim, and what to do.
func explain(claim release.Claim, fate Fate, provider string) (danger, remedy string) {
	enable := "go on rendering it"
	if provider != "" {
		enable = fmt.Sprintf("set %s.enabled=true", provider)
	}
	switch fate {
	case Deleted:
		return "the chart stops rendering the claim, so that Helm deletes it", enable + ", or annotate the live claim with helm.sh/resource-policy: keep"
	case GarbageCollected:
		return fmt.Sprintf("the retention policy of %s deletes the claim", claim.Object.Title()), "set persistentVolumeClaimRetentionPolicy to Retain first"
	case Stranded:
		return "a new, empty claim takes its place", "keep the names of the StatefulSet, of its templates and of its claims as they are"
	case Recreated:
		return "the claim is a Helm hook, so that Helm deletes it and makes it again", "remove the annotation helm.sh/hook from the claim"
	case Orphaned:
		return fmt.Sprintf("%s goes, and the claim stays behind", claim.Object.Title()), enable + ", or migrate its data first"
	case Kept:
		if provider == "" {
			return "", ""
		}
		return "the claim stays, and nothing of the release uses it", enable + ", or migrate its data first"
	default:
		return "", ""
	}
}
