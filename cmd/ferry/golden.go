package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/render"
)

// goldenOptions are the flags of ferry golden.
type goldenOptions struct {
	renderOptions
	release string
	values  []string
	update  bool
}

func newGolden(streams cli.Streams) *cobra.Command {
	opts := &goldenOptions{}
	cmd := &cobra.Command{
		Use:   "golden CHART",
		Short: "Compare what Helm and Ferry render of a chart with files that are committed",
		Long: `Compare what Helm and Ferry render of a chart with files that are committed.

Each CHART/ci/NAME-values.yaml, as chart-testing knows them, is rendered through Helm and Ferry and
compared with CHART/ci/golden/NAME.yaml. The values of Secrets are hidden in these files.
A difference is printed, and the exit code is 3. Write and compare with the same major version of
Helm: the two put blank lines elsewhere.`,
		Example: `  ferry golden ./chart --update    # write the files, then look at them and commit them
  ferry golden ./chart             # in CI`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return cli.Usage.Errorf("ferry golden takes the folder of one chart, got %d arguments", len(args)).WithHint("ferry golden ./chart")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return runGolden(cmd.Context(), streams, args[0], opts)
		},
	}
	opts.addFlags(cmd)
	cmd.Flags().StringVar(&opts.release, "release", "golden", "`name` of the release in the rendered files")
	cmd.Flags().StringSliceVarP(&opts.values, "values", "f", nil, "values `file` to render every case with, before its own")
	cmd.Flags().BoolVar(&opts.update, "update", false, "write the files instead of comparing with them")
	return cmd
}

func runGolden(ctx context.Context, streams cli.Streams, chart string, opts *goldenOptions) error {
	cfg, err := opts.compile(render.Helm3)
	if err != nil {
		return err
	}
	cases, err := filepath.Glob(filepath.Join(chart, "ci", "*-values.yaml"))
	if err != nil {
		return err
	}
	if len(cases) == 0 {
		return cli.WithHint(fmt.Errorf("%s has no cases", filepath.Join(chart, "ci")), "put the values of each case into ci/NAME-values.yaml")
	}
	differing := 0
	for _, values := range cases {
		same, err := opts.check(ctx, streams, chart, values, cfg)
		if err != nil {
			return fmt.Errorf("%s: %w", values, err)
		}
		if !same {
			differing++
		}
	}
	if differing > 0 {
		return cli.Differences.Errorf("%d of %d cases differ", differing, len(cases)).
			WithHint("ferry golden %s --update, then look at what changed before you commit it", chart)
	}
	said := "as committed"
	if opts.update {
		said = "written"
	}
	fmt.Fprintf(streams.Err, "ferry: %d cases are %s\n", len(cases), said)
	return nil
}

// check renders one case and compares it with its file, or writes the file.
func (o *goldenOptions) check(ctx context.Context, streams cli.Streams, chart, values string, cfg render.Config) (bool, error) {
	got, err := o.render(ctx, chart, values, cfg)
	if err != nil {
		return false, err
	}
	name := strings.TrimSuffix(filepath.Base(values), "-values.yaml")
	file := filepath.Join(chart, "ci", "golden", name+".yaml")
	if o.update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return false, err
		}
		return true, os.WriteFile(file, got, 0o644)
	}
	want, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if err == nil && bytes.Equal(want, got) {
		return true, nil
	}
	if _, err := streams.Out.Write(diff.Diff(file, want, name+" as rendered", got)); err != nil {
		return false, fmt.Errorf("print the difference: %w", err)
	}
	return false, nil
}

func (o *goldenOptions) render(ctx context.Context, chart, values string, cfg render.Config) ([]byte, error) {
	args := []string{o.release, chart}
	for _, file := range append(o.values, values) {
		args = append(args, "--values", file)
	}
	manifests, err := helmTemplate(ctx, args...)
	if err != nil {
		return nil, err
	}
	rendering, err := render.Render(ctx, manifests, cfg)
	if err != nil {
		return nil, err
	}
	return render.Mask(rendering.Bytes())
}
