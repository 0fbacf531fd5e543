package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

// Prepare gives a tree of commands the manners that all of Ferry's commands have: errors and usage
// are printed by [Main] alone, arguments that nobody reads are refused, a group of commands without
// a verb prints its help, and every help ends with the exit codes. The commands help and completion
// join the last group of the root.
func Prepare(root *cobra.Command) {
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetHelpCommand(newHelp())
	if groups := root.Groups(); len(groups) > 0 {
		last := groups[len(groups)-1].ID
		root.SetHelpCommandGroupID(last)
		root.SetCompletionCommandGroupID(last)
	}
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	help := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		help(cmd, args)
		fmt.Fprintf(cmd.OutOrStdout(), "\n%s", exitCodes)
	})
	each(root, func(cmd *cobra.Command) {
		switch {
		case cmd.Args != nil:
		case cmd.HasSubCommands():
			cmd.Args = noSuchCommand
		default:
			cmd.Args = noArguments
		}
		if !cmd.Runnable() && cmd.HasSubCommands() {
			cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	})
}

func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Print the help of a command",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			topic, rest, err := cmd.Root().Find(args)
			if err != nil {
				return Usage.Wrap(err)
			}
			if len(rest) > 0 {
				return Usage.Wrap(noSuchCommand(topic, rest))
			}
			topic.InitDefaultHelpFlag()
			return topic.Help()
		},
	}
}

func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	fault := Usage.Errorf("%s has no command %q", cmd.CommandPath(), args[0])
	if cmd.SuggestionsMinimumDistance == 0 {
		cmd.SuggestionsMinimumDistance = 2
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return fault.WithHint("%s %s", cmd.CommandPath(), near[0])
	}
	return fault.WithHint("%s --help", cmd.CommandPath())
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return Usage.Errorf("%s takes no arguments, got %q", cmd.CommandPath(), args[0]).
		WithHint("%s --help", cmd.CommandPath())
}

// onStart calls started just before the work of any command begins.
func onStart(root *cobra.Command, started func()) {
	each(root, func(cmd *cobra.Command) {
		run := cmd.RunE
		if run == nil {
			return
		}
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			started()
			return run(cmd, args)
		}
	})
}

func each(cmd *cobra.Command, visit func(*cobra.Command)) {
	visit(cmd)
	for _, child := range cmd.Commands() {
		each(child, visit)
	}
}
