package main

import (
	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
)

// newRestore returns the commands that bring back what was kept.
func newRestore(streams cli.Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "restore",
		Short: "Bring back what was kept",
		Long:  `Bring back what was kept. ferry restore mirror brings buckets back from a mirror.`,
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newRestoreMirror(streams))
	return cmd
}
