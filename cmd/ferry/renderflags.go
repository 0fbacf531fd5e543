package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/render"
)

// renderOptions are the flags of every command that renders manifests.
type renderOptions struct {
	config string
	hooks  hooksFlag
}

func (o *renderOptions) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.config, "config", "", "configuration `file`; wins over the one in the manifests")
	cmd.Flags().Var(&o.hooks, "hooks", "how hooks are spelled: "+strings.Join(hookSpellings(), ", ")+" (default: what the caller can carry)")
	for name, complete := range map[string]cobra.CompletionFunc{
		"config": cobra.FixedCompletions([]string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt),
		"hooks":  cobra.FixedCompletions(hookSpellings(), cobra.ShellCompDirectiveNoFileComp),
	} {
		if err := cmd.RegisterFlagCompletionFunc(name, complete); err != nil {
			panic(err) // the flag is defined twice
		}
	}
}

// compile reads the configuration file, if one is named.
func (o *renderOptions) compile(door render.Door) (render.Config, error) {
	cfg := render.Config{Door: door, Hooks: render.Hooks(o.hooks), Image: hookImage()}
	if o.config == "" {
		return cfg, nil
	}
	text, err := os.ReadFile(o.config)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return cfg, cli.WithHint(fmt.Errorf("--config: %w", err),
			"the path is relative to the folder that the command runs in; `ferry init CHART > %s` writes a file to begin with", o.config)
	case err != nil:
		return cfg, fmt.Errorf("--config: %w", err)
	}
	loaded, err := config.Load(o.config, text)
	if err != nil {
		return cfg, err
	}
	cfg.Ferry = &render.Document{Config: loaded, Text: text}
	return cfg, nil
}

// hookImage is the image of ferry-hook that goes with this program.
func hookImage() string { return "ghcr.io/helm-ferry/ferry-hook:" + cli.Version() }

// hooksFlag is the value of --hooks.
type hooksFlag render.Hooks

func hookSpellings() []string {
	return []string{string(render.HooksHelm), string(render.HooksArgoCD), string(render.HooksNone)}
}

// String returns the spelling.
func (h *hooksFlag) String() string { return string(*h) }

// Type names the kind of value in help.
func (h *hooksFlag) Type() string { return "spelling" }

// Set reads a spelling.
func (h *hooksFlag) Set(spelling string) error {
	if !slices.Contains(hookSpellings(), spelling) {
		return fmt.Errorf("must be one of %s", strings.Join(hookSpellings(), ", "))
	}
	*h = hooksFlag(spelling)
	return nil
}

// tell writes the findings of one of the severities, as words for people.
func tell(w io.Writer, results render.Results, severities ...render.Severity) {
	for _, result := range results {
		if slices.Contains(severities, result.Severity) {
			fmt.Fprintf(w, "ferry: %s\n", result)
		}
	}
}
