package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/render"
)

func newFn(streams cli.Streams) *cobra.Command {
	opts := &renderOptions{}
	cmd := &cobra.Command{
		Use:   "fn",
		Short: "Add Ferry's objects as a KRM function, for kustomize and kpt",
		Long: `Add Ferry's objects to the ResourceList on standard input and write it to standard output.

The functionConfig of the list is the configuration. An error stands in the results of the list too.`,
		Example: "  kustomize build --enable-alpha-plugins --enable-exec .",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runFn(cmd.Context(), streams, opts)
		},
	}
	opts.addFlags(cmd)
	return cmd
}

// runFn renders a ResourceList. After an error the list is written as it came, with the error in
// its results, which is where a KRM orchestrator looks.
func runFn(ctx context.Context, streams cli.Streams, opts *renderOptions) error {
	if streams.InIsTerminal {
		return cli.Usage.Errorf("a ResourceList is expected on standard input").
			WithHint("kustomize build --enable-alpha-plugins --enable-exec . runs functions")
	}
	data, err := cli.ReadAll(ctx, streams.In)
	if err != nil {
		return fmt.Errorf("read the ResourceList: %w", err)
	}
	list, err := manifest.ParseResourceList(data)
	if err != nil {
		return cli.WithHint(err, "`ferry post-render` takes plain manifests")
	}
	text, results, err := renderList(ctx, data, opts)
	if err != nil {
		list.Results = errorResults(err)
		_, lost := streams.Out.Write(list.Bytes())
		return errors.Join(err, lost)
	}
	tell(streams.Err, results, render.Warning)
	if _, err := streams.Out.Write(text); err != nil {
		return fmt.Errorf("write the ResourceList: %w", err)
	}
	return nil
}

func renderList(ctx context.Context, data []byte, opts *renderOptions) ([]byte, render.Results, error) {
	cfg, err := opts.compile(render.KRM)
	if err != nil {
		return nil, nil, err
	}
	rendering, err := render.Render(ctx, data, cfg)
	if err != nil {
		return nil, nil, err
	}
	return rendering.Bytes(), rendering.Results, nil
}

// errorResults gives an error the shape of findings: one for each fault of a configuration, with
// the field as data where it is known.
func errorResults(err error) []manifest.Result {
	if faults, ok := errors.AsType[config.Errors](err); ok {
		results := make([]manifest.Result, len(faults))
		for i, fault := range faults {
			results[i] = errorResult(fault, fault.Field)
		}
		return results
	}
	field := ""
	if fault, ok := errors.AsType[*render.Error](err); ok {
		field = fault.Field
	}
	return []manifest.Result{errorResult(err, field)}
}

func errorResult(err error, field string) manifest.Result {
	result := manifest.Result{Severity: "error", Message: err.Error()}
	if hint := cli.HintOf(err); hint != "" {
		result.Message += "; " + hint
	}
	if field != "" {
		result.Field = &manifest.Field{Path: field}
	}
	return result
}
