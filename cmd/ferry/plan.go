package main

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/render"
)

// planOptions are the flags of ferry plan.
type planOptions struct {
	renderOptions
	current, next string
	helm4         bool
	format        cli.Format
}

func newPlan(streams cli.Streams) *cobra.Command {
	opts := &planOptions{}
	cmd := &cobra.Command{
		Use:   "plan -f NEXT [--current CURRENT]",
		Short: "Say what an upgrade adds, where the alias goes and what becomes of every claim",
		Long: `Say what an upgrade adds, where the alias goes and what becomes of every claim.

The manifest in force and the one to come are files, as "helm get manifest" and "helm template" write
them. The one to come is rendered by Ferry first. Nothing is changed, and no cluster is asked: a loss
that only the live objects show is not seen, and no plan proves that a store holds a copy of another.`,
		Example: `  helm get manifest lake > current.yaml
  helm template lake ./chart -f values.yaml > next.yaml
  ferry plan --current current.yaml -f next.yaml --config ferry.yaml`,
		RunE: func(cmd *cobra.Command, _ []string) error { return runPlan(cmd.Context(), streams, opts) },
	}
	opts.addFlags(cmd)
	cmd.Flags().StringVarP(&opts.next, "filename", "f", "", "`file` with the manifest to come, - for standard input")
	cmd.Flags().StringVar(&opts.current, "current", "", "`file` with the manifest in force; none means a first installation")
	cmd.Flags().BoolVar(&opts.helm4, "helm4", false, "the upgrade will be Helm 4's, which carries hooks that a post-renderer adds")
	cli.AddFormatFlag(cmd, &opts.format)
	return cmd
}

func runPlan(ctx context.Context, streams cli.Streams, opts *planOptions) error {
	if opts.next == "" {
		return cli.Usage.Errorf("-f is missing: name the file with the manifest to come").
			WithHint("helm template RELEASE CHART > next.yaml && ferry plan --current current.yaml -f next.yaml")
	}
	door := render.Helm3
	if opts.helm4 {
		door = render.Helm4
	}
	cfg, err := opts.compile(door)
	if err != nil {
		return err
	}
	data, err := readFile(streams.In, opts.next)
	if err != nil {
		return err
	}
	rendering, err := render.Render(ctx, data, cfg)
	if err != nil {
		return fmt.Errorf("%s: %w", opts.next, err)
	}
	current, err := opts.inForce(streams.In, rendering)
	if err != nil {
		return err
	}
	next := hooks.Manifest{Stream: rendering.Stream, Release: rendering.Release, Active: activeName(rendering)}
	result := newPlanResult(rendering, hooks.Judge(hooks.Situation{Current: current, Next: next, Config: rendering.Config}))
	if err := cli.Print(streams.Out, opts.format, result); err != nil {
		return err
	}
	tell(streams.Err, rendering.Results, render.Warning)
	if result.Refused {
		return cli.Refused.Errorf("%s", result.Verdict)
	}
	fmt.Fprintf(streams.Err, "ferry: %s\n", result.Verdict)
	return nil
}

// inForce reads the manifest in force.
func (o *planOptions) inForce(in io.Reader, rendering *render.Rendering) (hooks.Manifest, error) {
	var data []byte
	if o.current != "" {
		var err error
		if data, err = readFile(in, o.current); err != nil {
			return hooks.Manifest{}, err
		}
	}
	current, err := hooks.Load(string(data), rendering.Config)
	if err != nil {
		return hooks.Manifest{}, fmt.Errorf("%s: %w", o.current, err)
	}
	return current, nil
}

// activeName is the provider that the manifest to come selects, "" for none.
func activeName(rendering *render.Rendering) string {
	if rendering.Resolution.Active == nil {
		return ""
	}
	return rendering.Resolution.Active.Name()
}

// planResult is what ferry plan prints.
type planResult struct {
	hooks.Plan
	// Added are the objects that Ferry adds, as Kind/name.
	Added []string `json:"added"`
	// Changed are the edits of the chart's own objects.
	Changed []render.Change `json:"changed"`
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
	for _, object := range r.Added {
		add("object", object, "added", "")
	}
	for _, change := range r.Changed {
		add("field", change.Object.Title(), "changed", change.Field+": "+change.Why)
	}
	return table
}
