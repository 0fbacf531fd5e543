package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/helmcli"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/render"
)

// postRenderOptions are the flags of the door that Helm comes through.
type postRenderOptions struct {
	renderOptions
	helm4 bool
	// before is the file that says what comes before the rendering; the wrapper commands write it.
	before string
}

func (o *postRenderOptions) addFlags(cmd *cobra.Command) {
	o.renderOptions.addFlags(cmd)
	cmd.Flags().BoolVar(&o.helm4, "helm4", false, "the caller is Helm 4: errors go where it shows them")
}

func newPostRender(streams cli.Streams) *cobra.Command {
	opts := &postRenderOptions{}
	cmd := &cobra.Command{
		Use:   "post-render",
		Short: "Add Ferry's objects to the manifests on standard input",
		Long: `Add Ferry's objects to the manifests on standard input and write all of them to standard output.

This is what a post-renderer of Helm does. Helm 4 calls it through the plugin ferry-post-renderer.
The configuration is the file given by --config, or the ConfigMap that the ferry library chart renders.`,
		Example: `  helm upgrade lake ./chart --post-renderer ferry --post-renderer-args --config=ferry.yaml
  helm upgrade lake ./chart --post-renderer ferry-post-renderer --post-renderer-args --config=ferry.yaml   # Helm 4
  helm template lake ./chart | ferry post-render --config ferry.yaml`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return opts.fail(streams, cli.Usage.Errorf("ferry post-render takes no arguments, got %q", args[0]).
					WithHint("ferry post-render --help"))
			}
			return runPostRender(cmd.Context(), streams, opts)
		},
	}
	opts.addFlags(cmd)
	cmd.Flags().StringVar(&opts.before, "before", "", "what comes before the rendering: for the commands that run Helm")
	if err := cmd.Flags().MarkHidden("before"); err != nil {
		panic(err) // there is no such flag
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		return opts.fail(streams, cli.Usage.Wrap(err).WithHint("ferry post-render --help"))
	})
	return cmd
}

// runPostRender takes the manifests on standard input through [render.Run].
func runPostRender(ctx context.Context, streams cli.Streams, opts *postRenderOptions) error {
	if streams.InIsTerminal {
		return cli.Usage.Errorf("manifests are expected on standard input").
			WithHint("helm template RELEASE CHART | ferry post-render")
	}
	data, err := cli.ReadAll(ctx, streams.In)
	if err != nil {
		return opts.fail(streams, fmt.Errorf("read manifests: %w", err))
	}
	if opts.before != "" {
		before, err := helmcli.ReadBefore(opts.before)
		if err == nil {
			data, err = passBefore(ctx, streams, before, data)
		}
		if err != nil {
			return opts.fail(streams, err)
		}
		if before.Keep != "" {
			return nil
		}
		if before.Apart {
			opts.hooks = hooksFlag(render.HooksApart)
		}
	}
	door, err := opts.door(data)
	if err != nil {
		return opts.fail(streams, err)
	}
	opts.helm4 = door == render.Helm4
	cfg, err := opts.compile(door)
	if err != nil {
		return opts.fail(streams, err)
	}
	var out bytes.Buffer
	results, err := render.Run(ctx, bytes.NewReader(data), &out, cfg)
	if err != nil {
		return opts.fail(streams, err)
	}
	tell(streams.Err, results, render.Warning)
	if _, err := out.WriteTo(streams.Out); err != nil {
		return fmt.Errorf("write manifests: %w", err)
	}
	return nil
}

// fail returns err, or under Helm 4, which shows neither stderr nor more than the fact that a
// post-renderer failed, writes it in place of manifests; see [cli.Helm4Error].
func (o *postRenderOptions) fail(streams cli.Streams, err error) error {
	if !o.helm4 {
		return err
	}
	return cli.Helm4Error(io.MultiWriter(streams.Out, streams.Err), err)
}

// door tells who is calling. The flag says it; what only one caller writes into its stream has the
// last word, since a stream that is taken for another one loses its hooks or breaks the release.
// Helm 4 comes without the flag when a plugin other than Ferry's runs ferry.
func (o *postRenderOptions) door(data []byte) (render.Door, error) {
	annotated := bytes.Contains(data, []byte(manifest.FilenameAnnotation))
	switch {
	case o.helm4 && !annotated && bytes.Contains(data, []byte("\n# Source: ")):
		o.helm4 = false
		return 0, cli.Usage.Errorf("--helm4: these manifests do not come from Helm 4").
			WithHint("leave --helm4 out: under Helm 3 and in pipes ferry is the post-renderer")
	case o.helm4:
		return render.Helm4, nil
	case !annotated && !bytes.Contains(data, []byte("ResourceList")):
		return render.Helm3, nil
	}
	stream, err := manifest.Parse(data)
	if err != nil {
		return 0, err
	}
	objects := stream.Objects()
	foreign := func(o *manifest.Object) bool { return o.Annotations()[manifest.FilenameAnnotation] == "" }
	switch {
	case len(objects) == 1 && objects[0].Kind == "ResourceList":
		return 0, cli.Failure.Errorf("standard input is a ResourceList, which is for KRM functions").
			WithHint("the function is `ferry fn`")
	case len(objects) > 0 && !slices.ContainsFunc(objects, foreign):
		return render.Helm4, nil
	}
	return render.Helm3, nil
}
