package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/starter"
)

// initOptions are the flags of ferry init; the ones that Helm shares go to Helm as they are.
type initOptions struct {
	name, manifests string
	values, set     []string
	version, repo   string
}

func newInit(streams cli.Streams) *cobra.Command {
	opts := &initOptions{}
	cmd := &cobra.Command{
		Use:   "init [CHART] --name RELEASE",
		Short: "Write a configuration for a chart, with comments, to standard output",
		Long: `Write a configuration for a chart, with comments, to standard output.

The chart is rendered by Helm, and its stores, claims, buckets and consumers are looked for. What is
found stands in the document; everything else that could be set stands beside it as a comment.`,
		Example: `  ferry init ./chart --name lake -f values.yaml > ferry.yaml
  helm get manifest lake | ferry init --name lake --manifests - > ferry.yaml`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runInit(cmd.Context(), streams, args, opts) },
	}
	cmd.Flags().StringVar(&opts.name, "name", "", "`name` of the release: everything that Ferry adds begins with it")
	cmd.Flags().StringVar(&opts.manifests, "manifests", "", "`file` with rendered manifests in place of a chart, - for standard input")
	cmd.Flags().StringArrayVarP(&opts.values, "values", "f", nil, "values `file` for Helm")
	cmd.Flags().StringArrayVar(&opts.set, "set", nil, "`key=value` for Helm")
	cmd.Flags().StringVar(&opts.version, "version", "", "`version` of the chart for Helm")
	cmd.Flags().StringVar(&opts.repo, "repo", "", "`URL` of the chart's repository for Helm")
	return cmd
}

func runInit(ctx context.Context, streams cli.Streams, args []string, opts *initOptions) error {
	switch {
	case opts.name == "":
		return cli.Usage.Errorf("--name is missing: the name of the release is never guessed").WithHint("ferry init ./chart --name RELEASE")
	case len(args) == 1 && opts.manifests != "":
		return cli.Usage.Errorf("a chart and --manifests are given: choose one")
	}
	data, err := opts.read(ctx, streams, args)
	if err != nil {
		return err
	}
	stream, err := manifest.Parse(data)
	if err != nil {
		return err
	}
	document, err := starter.Document(opts.name, stream)
	if err != nil {
		return err
	}
	_, err = streams.Out.Write(document)
	return err
}

// read returns the manifests to look at, none if there is neither a chart nor a file.
func (o *initOptions) read(ctx context.Context, streams cli.Streams, args []string) ([]byte, error) {
	if o.manifests != "" {
		return readFile(streams.In, o.manifests)
	}
	if len(args) == 0 {
		fmt.Fprintln(streams.Err, "ferry: no chart is given: the document has defaults only")
		return nil, nil
	}
	command := []string{o.name, args[0]}
	for _, file := range o.values {
		command = append(command, "--values", file)
	}
	for _, pair := range o.set {
		command = append(command, "--set", pair)
	}
	if o.version != "" {
		command = append(command, "--version", o.version)
	}
	if o.repo != "" {
		command = append(command, "--repo", o.repo)
	}
	return helmTemplate(ctx, command...)
}
