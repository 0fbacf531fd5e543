package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/cutover"
	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/helmcli"
	"github.com/helm-ferry/ferry/render"
)

// planOptions are the flags of ferry plan.
type planOptions struct {
	renderOptions
	current, next string
	helm4         bool
	format        cli.Format
}

// planOwn are Ferry's own flags among those of Helm, true if they take a value.
var planOwn = map[string]bool{"config": true, "output": true, "current": true, "hooks": true, "helm4": false}

func newPlan(streams cli.Streams) *cobra.Command {
	opts := &planOptions{}
	cmd := &cobra.Command{
		Use:   "plan RELEASE CHART [helm flags] | -f NEXT [--current CURRENT]",
		Short: "Say what an upgrade adds, where the alias goes and what becomes of every claim",
		Long: `Say what an upgrade adds, where the alias goes and what becomes of every claim.

With RELEASE and CHART the line is that of "helm upgrade". The installed Helm renders the revision to
come by a dry run on the server, and the claims of the release are looked at in the cluster. Nothing
is changed. The exit code is 4 when the guard would refuse the upgrade, or when Argo CD or Flux would start
consumers again that the upgrade stops. -o is Ferry's here.

With -f the manifest in force and the one to come are files, as "helm get manifest" and "helm template"
write them. The one to come is rendered by Ferry first. No cluster is asked: a loss that only the live
objects show is not seen, and no plan proves that a store holds a copy of another.`,
		Example: `  ferry plan lake ./chart -f values.yaml --config ferry.yaml
  helm ferry plan lake oci://registry.example/charts/lake --version 2.1.0 -o json
  helm get manifest lake > current.yaml
  helm template lake ./chart -f values.yaml > next.yaml
  ferry plan --current current.yaml -f next.yaml --config ferry.yaml`,
	}
	opts.addFlags(cmd)
	cmd.Flags().StringVarP(&opts.next, "filename", "f", "", "`file` with the manifest to come, - for standard input; beside RELEASE and CHART: one with values")
	cmd.Flags().StringVar(&opts.current, "current", "", "`file` with the manifest in force; none means a first installation")
	cmd.Flags().BoolVar(&opts.helm4, "helm4", false, "the upgrade will be Helm 4's, which carries hooks that a post-renderer adds")
	cli.AddFormatFlag(cmd, &opts.format)
	return newHelmCommand(cmd, func(ctx context.Context, args []string) error {
		line := helmcli.Parse(args, planOwn)
		if len(line.Words) > 0 {
			return runPlan(ctx, &helmLine{streams: streams, Line: line})
		}
		cmd.DisableFlagParsing = false
		if err := cmd.ParseFlags(args); err != nil {
			return cli.Usage.Wrap(err).WithHint("ferry plan --help")
		}
		return runPlanFiles(ctx, streams, opts)
	})
}

// runPlan judges the upgrade of a release in a cluster.
func runPlan(ctx context.Context, h *helmLine) (err error) {
	if len(h.Words) != 2 {
		return errWords("ferry plan RELEASE CHART [helm flags]", h.Words)
	}
	for _, flag := range []string{"current", "hooks", "helm4"} {
		if h.Has(flag) {
			return cli.Usage.Errorf("--%s goes with -f, not with RELEASE and CHART", flag).WithHint("ferry plan --help")
		}
	}
	format := cli.TableFormat
	if h.Has("output") {
		if err := format.Set(h.Value("output")); err != nil {
			return cli.Usage.Errorf("--output: %w", err)
		}
	}
	if err := h.open(ctx, planOwn); err != nil {
		return err
	}
	wiring, err := h.wire()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, wiring.Close()) }()
	n, err := h.render(ctx, wiring)
	if err != nil {
		return err
	}
	plan, err := hooks.Ask(ctx, h.client, n.situation)
	if err != nil {
		return err
	}
	healing, err := h.healing(ctx, n.situation, plan)
	if err != nil {
		return err
	}
	return printPlan(h.streams, format, n.Rendering, plan, healing)
}

// healing is what GitOps tools do about the consumers, if the upgrade stops them.
func (h *helmLine) healing(ctx context.Context, s hooks.Situation, plan hooks.Plan) (cutover.Healing, error) {
	if plan.From == "" || plan.To == "" || plan.From == plan.To || !s.Config.Spec.Migration.Enabled || s.Config.Spec.Migration.DryRun {
		return cutover.Healing{}, nil
	}
	return cutover.Heals(ctx, h.client, s)
}

// runPlanFiles judges an upgrade by two manifests.
func runPlanFiles(ctx context.Context, streams cli.Streams, opts *planOptions) error {
	if opts.next == "" {
		return cli.Usage.Errorf("-f is missing: name the file with the manifest to come").
			WithHint("helm template RELEASE CHART > next.yaml && ferry plan --current current.yaml -f next.yaml; or ferry plan RELEASE CHART")
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
	return printPlan(streams, opts.format, rendering, hooks.Judge(hooks.Situation{Current: current, Next: next, Config: rendering.Config}), cutover.Healing{})
}

// printPlan prints a plan; the error is the refusal.
func printPlan(streams cli.Streams, format cli.Format, rendering *render.Rendering, plan hooks.Plan, healing cutover.Healing) error {
	result := newPlanResult(rendering, plan)
	result.SelfHealing = healing
	if err := cli.Print(streams.Out, format, result); err != nil {
		return err
	}
	tell(streams.Err, rendering.Results, render.Warning)
	for _, claim := range plan.Claims {
		if claim.Refused {
			fmt.Fprintf(streams.Err, "ferry: %s: %s: %s\n", claim.Claim, claim.Danger, claim.Remedy)
		}
	}
	for _, possible := range healing.Possible {
		fmt.Fprintf(streams.Err, "ferry: warning: %s\n", possible)
	}
	if result.Refused {
		return cli.Refused.Errorf("%s", result.Verdict)
	}
	fmt.Fprintf(streams.Err, "ferry: %s\n", result.Verdict)
	return errHealing(healing)
}

// errHealing is the refusal of a cutover whose consumers would be started again.
func errHealing(healing cutover.Healing) error {
	if len(healing.Certain) == 0 {
		return nil
	}
	texts := make([]string, len(healing.Certain))
	for i, p := range healing.Certain {
		texts[i] = p.String()
	}
	return cli.Refused.Errorf("the cutover would be refused: %s", strings.Join(texts, "; "))
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
