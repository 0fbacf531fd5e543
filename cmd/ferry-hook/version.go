package main

import (
	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/hookcmd"
)

func (p program) versionCommand() *cobra.Command {
	var format cli.Format
	cmd := &cobra.Command{
		Use:   hookcmd.Version,
		Short: "Print which Ferry this binary belongs to",
		RunE: func(*cobra.Command, []string) error {
			return cli.Print(p.streams.Out, format, build(cli.BuildInfo()))
		},
	}
	cli.AddFormatFlag(cmd, &format)
	return cmd
}

// build is a version that can be printed.
type build cli.Build

// Table implements cli.Result.
func (b build) Table() cli.Table {
	return cli.Table{
		Header: []string{"VERSION", "COMMIT", "GO", "PLATFORM"},
		Rows:   [][]string{{b.Version, b.Commit, b.Go, b.Platform}},
	}
}
