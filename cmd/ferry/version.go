package main

import (
	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
)

func newVersion(streams cli.Streams) *cobra.Command {
	var format cli.Format
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version of Ferry",
		RunE: func(*cobra.Command, []string) error {
			return cli.Print(streams.Out, format, cli.BuildInfo())
		},
	}
	cli.AddFormatFlag(cmd, &format)
	return cmd
}
