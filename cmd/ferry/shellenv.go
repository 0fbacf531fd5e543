package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
)

// shellenvOptions are the flags and the surroundings of `ferry shellenv`.
type shellenvOptions struct {
	helm       string // the major version, empty: that of the Helm that is asked
	executable string // path of this program
	getenv     func(string) string
}

func newShellenv(streams cli.Streams) *cobra.Command {
	opts := &shellenvOptions{getenv: os.Getenv}
	cmd := &cobra.Command{
		Use:   "shellenv",
		Short: "Print the environment in which a bare helm finds the post-renderer",
		Long: `Print shell commands that let a bare helm find the post-renderer: PATH, where Helm 3 looks for the
program ferry, and for Helm 4 HELM_PLUGINS with the folder of the plugin ferry-post-renderer.

HELM_PLUGINS is printed for Helm 4 alone: Helm 3 refuses all plugins when it names that folder. So use
shells of their own where both are installed.`,
		Example: `  eval "$(helm ferry shellenv)"
  helm upgrade lake ./chart --post-renderer ferry                 # Helm 3
  helm upgrade lake ./chart --post-renderer ferry-post-renderer   # Helm 4`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if opts.executable, err = os.Executable(); err != nil {
				return fmt.Errorf("find the program: %w", err)
			}
			return runShellenv(cmd.Context(), streams, opts)
		},
	}
	cmd.Flags().StringVar(&opts.helm, "helm", "",
		"`major` version of the helm that the environment is for: 3 or 4 (default: that of $HELM_BIN, or of helm on PATH)")
	if err := cmd.RegisterFlagCompletionFunc("helm", cobra.FixedCompletions([]string{"3", "4"}, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag is defined twice
	}
	return cmd
}

func runShellenv(ctx context.Context, streams cli.Streams, opts *shellenvOptions) error {
	major, err := opts.major(ctx)
	if err != nil {
		return err
	}
	lines := []string{"export PATH=" + quote(filepath.Dir(opts.executable)) + `:"$PATH"`}
	folder, err := opts.helm4Folder()
	switch {
	case err != nil && major == "4":
		return err
	case err != nil: // Helm 3 needs no folder
	case major == "4":
		existing, err := opts.plugins(ctx)
		if err != nil {
			return err
		}
		lines = append(lines, "export HELM_PLUGINS="+quote(withFolder(existing, folder)))
	default:
		existing := opts.getenv("HELM_PLUGINS")
		switch cleaned := withoutFolder(existing, folder); cleaned {
		case existing: // the folder is not there
		case "":
			lines = append(lines, "unset HELM_PLUGINS")
		default:
			lines = append(lines, "export HELM_PLUGINS="+quote(cleaned))
		}
	}
	if _, err := fmt.Fprintln(streams.Out, strings.Join(lines, "\n")); err != nil {
		return fmt.Errorf("write the environment: %w", err)
	}
	if streams.OutIsTerminal {
		fmt.Fprintln(streams.Err, `to use it: eval "$(helm ferry shellenv)"`)
	}
	return nil
}

// major tells which Helm the environment is for.
func (o *shellenvOptions) major(ctx context.Context) (string, error) {
	version := o.helm
	if version == "" {
		var err error
		if version, err = o.askHelm(ctx, "version", "--template", "{{.Version}}"); err != nil {
			return "", err
		}
	}
	major, _, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	if major != "3" && major != "4" {
		return "", cli.Usage.Errorf("--helm must be 3 or 4, got %q", version).WithHint("ferry shellenv --helm 4")
	}
	return major, nil
}

// plugins returns the folders in which Helm 4 looks for plugins; Helm sets the variable for its
// plugins, elsewhere it is seldom set and Helm knows the default.
func (o *shellenvOptions) plugins(ctx context.Context) (string, error) {
	if existing := o.getenv("HELM_PLUGINS"); existing != "" {
		return existing, nil
	}
	return o.askHelm(ctx, "env", "HELM_PLUGINS")
}

func (o *shellenvOptions) askHelm(ctx context.Context, args ...string) (string, error) {
	helm := o.getenv("HELM_BIN")
	if helm == "" {
		helm = "helm"
	}
	answer, err := exec.CommandContext(ctx, helm, args...).Output()
	if err != nil {
		return "", cli.WithHint(fmt.Errorf("ask %s %s: %w", helm, strings.Join(args, " "), err),
			"call it as `helm ferry shellenv`, or set HELM_BIN to the helm that the environment is for")
	}
	return strings.TrimSpace(string(answer)), nil
}

// helm4Folder returns the folder that holds the plugin ferry-post-renderer: beside the program in
// the plugin that Helm runs, under whatever name that is installed.
func (o *shellenvOptions) helm4Folder() (string, error) {
	bin := filepath.Dir(o.executable)
	for _, plugin := range []string{o.getenv("HELM_PLUGIN_DIR"), filepath.Dir(bin), filepath.Dir(filepath.Dir(bin))} {
		if plugin == "" {
			continue
		}
		folder := filepath.Join(plugin, "helm4")
		if _, err := os.Stat(filepath.Join(folder, "ferry-post-renderer", "plugin.yaml")); err == nil {
			return folder, nil
		}
	}
	return "", cli.WithHint(fmt.Errorf("%s does not stand in the folder of the plugin", o.executable),
		"install the plugin, which brings ferry-post-renderer with it, and call `helm ferry shellenv`")
}

func withFolder(list, folder string) string {
	return join(append(filepath.SplitList(withoutFolder(list, folder)), folder))
}

func withoutFolder(list, folder string) string {
	return join(slices.DeleteFunc(filepath.SplitList(list), func(entry string) bool {
		return sameFolder(entry, folder)
	}))
}

// sameFolder sees through symbolic links: a plugin is often installed as one.
func sameFolder(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

func join(folders []string) string { return strings.Join(folders, string(os.PathListSeparator)) }

// quote writes text as one word of a POSIX shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
