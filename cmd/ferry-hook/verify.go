package main

import (
	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/copying"
	"github.com/helm-ferry/ferry/internal/hookcmd"
)

func (p program) verifyCommand() *cobra.Command {
	var file, name, source, destination string
	var out output
	cmd := &cobra.Command{
		Use:   hookcmd.Verify + " --source URL (--mirror NAME | --destination URL)",
		Short: "Compare a copy with its source, object by object, and write nothing",
		Long: `Compare a copy with its source, object by object, and write nothing: content, headers, metadata and
tags.

With --mirror it is the copy of a mirror of the configuration. What only the destination has is then
a difference if the mirror removes such objects. With --destination it is the copy of a migration:
all buckets of the source, and nothing more.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(file)
			if err != nil {
				return err
			}
			j, err := verifyJob(cfg, name, source, destination)
			if err != nil {
				return err
			}
			return p.run(cmd.Context(), j, out)
		},
	}
	addConfigFlag(cmd, &file)
	addMirrorFlag(cmd, &name)
	addSourceFlag(cmd, &source)
	cmd.Flags().StringVar(&destination, "destination", "", "`URL` of the store that was copied to")
	out.addFlags(cmd)
	require(cmd, "source")
	cmd.MarkFlagsMutuallyExclusive("mirror", "destination")
	cmd.MarkFlagsOneRequired("mirror", "destination")
	return cmd
}

// verifyJob compares what mirrorJob or migrationJob would make equal.
func verifyJob(cfg *config.Config, name, source, destination string) (job, error) {
	j := migrationJob(cfg, source, destination)
	if name != "" {
		var err error
		if j, err = mirrorJob(cfg, name, source); err != nil {
			return job{}, err
		}
		j.Options.IgnoreExtra = !j.Options.Remove.Enabled
	}
	j.Act, j.Deadline, j.stated = copying.Compares, 0, false
	return j, nil
}
