package main

import (
	"cmp"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/cutover"
	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/render"
)

// planResult is what ferry plan prints.
type planResult struct {
	hooks.Plan
	// Added are the objects that Ferry adds, as Kind/name.
	Added []string `json:"added"`
	// Changed are the edits of the chart's own objects.
	Changed []render.Change `json:"changed"`
	// SelfHealing is what GitOps tools do about consumers that are stopped.
	SelfHealing cutover.Healing `json:"selfHealing,omitzero"`
}

func newPlanResult(rendering *render.Rendering, plan hooks.Plan) planResult {
	result := planResult{Plan: plan, Added: []string{}, Changed: rendering.Changes}
	for _, document := range rendering.Added() {
		for _, object := range document.Objects() {
			result.Added = append(result.Added, object.Title())
		}
	}
	return result
}

// Table lists the alias, the claims and the changes, one a row.
func (r planResult) Table() cli.Table {
	table := cli.Table{Header: []string{"WHAT", "OBJECT", "FATE", "WHY"}}
	add := func(cells ...string) { table.Rows = append(table.Rows, cells) }
	from, to := cmp.Or(r.From, "none"), cmp.Or(r.To, "none")
	if from == to {
		add("alias", to, "unchanged", "")
	} else {
		add("alias", from+" → "+to, "moves", "")
	}
	for _, claim := range r.Claims {
		fate := string(claim.Fate)
		if claim.Refused {
			fate += " (refused)"
		}
		add("claim", claim.Claim, fate, claim.Danger)
	}
	for _, claim := range r.New {
		add("claim", claim, "new", "")
	}
	for _, p := range r.SelfHealing.Certain {
		add("self-heal", p.Object, "refused", p.What+": "+p.Remedy)
	}
	for _, p := range r.SelfHealing.Possible {
		add("self-heal", p.Object, "possible", p.What+": "+p.Remedy)
	}
	for _, object := range r.Added {
		add("object", object, "added", "")
	}
	for _, change := range r.Changed {
		add("field", change.Object.Title(), "changed", change.Field+": "+change.Why)
	}
	return table
}
