package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/helmcli"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/render"
)

// helmLine is the line of a command that runs the user's own Helm.
type helmLine struct {
	helmcli.Line

	streams cli.Streams
	options renderOptions
	helm    helmcli.Helm
	client  kube.Client
}

// newHelmCommand prepares a command that takes Helm's flags beside its own: cobra leaves the line
// alone.
func newHelmCommand(cmd *cobra.Command, run func(ctx context.Context, args []string) error) *cobra.Command {
	cmd.DisableFlagParsing = true
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if helmcli.Parse(args, nil).Has("help") {
			return cmd.Help()
		}
		return run(cmd.Context(), args)
	}
	return cmd
}

// errWords says which words a command takes.
func errWords(usage string, words []string) error {
	return cli.Usage.Errorf("%d words are there that are no flags: %q", len(words), words).
		WithHint("%s; the value of a flag that Ferry does not know is written with =", usage)
}

// open finds Helm and the cluster. The line has none of Ferry's own flags then.
func (h *helmLine) open(ctx context.Context, own map[string]bool) error {
	h.options.config = h.Value("config")
	for name := range own {
		h.Line = h.Without(name)
	}
	var err error
	if h.helm, err = findHelm(ctx); err != nil {
		return err
	}
	if err := h.helm.Need(h.Line); err != nil {
		return cli.Failure.Wrap(err)
	}
	h.client, err = kube.Open(h.Access(os.Getenv))
	return err
}

// findHelm is the Helm that calls Ferry as a plugin, else the one on PATH.
func findHelm(ctx context.Context) (helmcli.Helm, error) {
	path := os.Getenv("HELM_BIN")
	if path == "" {
		path = "helm"
	}
	helm, err := helmcli.Find(ctx, path)
	if errors.Is(err, helmcli.ErrNotFound) {
		return helm, cli.WithHint(err, "install Helm 3 or 4, or name it: HELM_BIN=/path/to/helm")
	}
	return helm, err
}

// door is how manifests come from this Helm, and how its hooks are spelled: Helm 3 runs none that a
// post-renderer adds, so that they are kept apart.
func (h *helmLine) door() render.Config {
	if h.helm.Major == 4 {
		return render.Config{Door: render.Helm4}
	}
	return render.Config{Door: render.Helm3, Hooks: render.HooksApart}
}

// compile reads the configuration.
func (h *helmLine) compile() (render.Config, error) {
	door := h.door()
	h.options.hooks = hooksFlag(door.Hooks)
	return h.options.compile(door.Door)
}

// wire makes the wiring by which Helm calls Ferry. The line reads standard input no more then.
func (h *helmLine) wire() (*helmcli.Wiring, error) {
	wiring, err := helmcli.Wire(h.helm)
	if err != nil {
		return nil, err
	}
	if h.Line, err = wiring.Input(h.Line, h.streams.In); err != nil {
		return nil, errors.Join(err, wiring.Close())
	}
	return wiring, nil
}

// rendererArgs are the arguments with which this Helm calls Ferry as its post-renderer.
func (h *helmLine) rendererArgs() ([]string, error) {
	args := []string{"post-render"}
	if h.helm.Major == 4 {
		args = append(args, "--helm4")
	}
	if h.options.config != "" {
		path, err := filepath.Abs(h.options.config)
		if err != nil {
			return nil, fmt.Errorf("--config: %w", err)
		}
		args = append(args, "--config="+path)
	}
	return args, nil
}

// wired runs a command of Helm with Ferry as its post-renderer.
func (h *helmLine) wired(ctx context.Context, wiring *helmcli.Wiring, verb string) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program: %w", err)
	}
	args, err := h.rendererArgs()
	if err != nil {
		return err
	}
	helm, line, err := wiring.Renderer(ctx, h.Line, program, args, "")
	if err != nil {
		return err
	}
	return helm.Run(ctx, h.helmStreams(), append([]string{verb}, line.Argv(helm.Major)...)...)
}

func (h *helmLine) helmStreams() helmcli.Streams {
	return helmcli.Streams{In: h.streams.In, Out: h.streams.Out, Err: h.streams.Err}
}
