package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/render"
)

// fileOptions are the flags of `ferry render`.
type fileOptions struct {
	renderOptions
	file           string
	onlyAdded      bool
	patches        bool
	includeSecrets bool
}

func newRender(streams cli.Streams) *cobra.Command {
	opts := &fileOptions{}
	cmd := &cobra.Command{
		Use:   "render -f FILE",
		Short: "Add Ferry's objects to manifests in a file",
		Long: `Add Ferry's objects to the manifests in a file and write all of them to standard output.

With --only-added, write the added objects alone, to be committed where a tool such as Flux applies
them; with --patches, write what changes in the chart's own objects as postRenderers of a HelmRelease.
Neither writes a Secret unless --include-secrets is given.`,
		Example: `  helm template lake ./chart > lake.yaml
  ferry render -f lake.yaml --config ferry.yaml --only-added > ferry-objects.yaml
  ferry render -f lake.yaml --config ferry.yaml --patches >> release.yaml`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runRender(cmd.Context(), streams, opts)
		},
	}
	opts.addFlags(cmd)
	cmd.Flags().StringVarP(&opts.file, "filename", "f", "", "`file` with manifests, - for standard input")
	cmd.Flags().BoolVar(&opts.onlyAdded, "only-added", false, "write the added objects alone")
	cmd.Flags().BoolVar(&opts.patches, "patches", false, "write the changes of existing objects, as postRenderers of a Flux HelmRelease")
	cmd.Flags().BoolVar(&opts.includeSecrets, "include-secrets", false, "let --only-added and --patches write Secrets in plain text")
	cmd.MarkFlagsMutuallyExclusive("only-added", "patches")
	if err := cmd.MarkFlagRequired("filename"); err != nil {
		panic(err) // the flag does not exist
	}
	return cmd
}

// runRender renders a file and writes the part of the outcome that was asked for.
func runRender(ctx context.Context, streams cli.Streams, opts *fileOptions) error {
	data, err := opts.read(streams.In)
	if err != nil {
		return err
	}
	cfg, err := opts.compile(render.Helm3)
	if err != nil {
		return err
	}
	rendering, err := render.Render(ctx, data, cfg)
	if err != nil {
		return err
	}
	text, err := opts.part(rendering)
	if err != nil {
		return err
	}
	tell(streams.Err, rendering.Results, render.Warning, render.Info)
	if n := len(rendering.Changes); opts.onlyAdded && n > 0 {
		fmt.Fprintf(streams.Err, "ferry: note: %d changes of the chart's own objects are not among the added ones; "+
			"the same command with --patches in place of --only-added writes them\n", n)
	}
	if _, err := streams.Out.Write(text); err != nil {
		return fmt.Errorf("write manifests: %w", err)
	}
	return nil
}

func (o *fileOptions) read(stdin io.Reader) ([]byte, error) {
	data, err := readFile(stdin, o.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, cli.WithHint(fmt.Errorf("read manifests: %w", err), "`helm template RELEASE CHART > %s` writes the manifests of a chart", o.file)
	}
	if err != nil {
		return nil, fmt.Errorf("read manifests: %w", err)
	}
	return data, nil
}

// part returns the text that the flags ask for; never nothing at all, which a tool that reads it
// could take for a release without objects.
func (o *fileOptions) part(rendering *render.Rendering) ([]byte, error) {
	switch {
	case o.onlyAdded:
		added := &manifest.Stream{Documents: rendering.Added()}
		if err := o.refuseSecrets(added.Objects()); err != nil {
			return nil, err
		}
		if len(added.Documents) == 0 {
			return []byte("# ferry: nothing to add\n"), nil
		}
		return added.Bytes(), nil
	case o.patches:
		changes, err := changedObjects(rendering.Stream)
		if err != nil {
			return nil, err
		}
		if err := o.refuseSecrets(changedTo(changes)); err != nil {
			return nil, err
		}
		return patchesOf(changes)
	default:
		return rendering.Bytes(), nil
	}
}

// refuseSecrets keeps credentials out of files that are meant to be committed.
func (o *fileOptions) refuseSecrets(objects []*manifest.Object) error {
	for _, object := range objects {
		if object.Is("", "Secret") && !o.includeSecrets {
			return cli.Refused.Errorf("%s would be written in plain text", object.Title()).
				WithHint("make the Secret by other means and name it in spec.objectStorage.credentials.existingSecret, or pass --include-secrets")
		}
	}
	return nil
}
