package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
)

func newSchema(streams cli.Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the configuration",
		Long: `Print the JSON Schema of the configuration, ferry.yaml.

An editor with the YAML language server completes and checks the file when its first line is
  # yaml-language-server: $schema=ferry.schema.json`,
		Example: "  ferry schema > ferry.schema.json",
		RunE: func(*cobra.Command, []string) error {
			if _, err := streams.Out.Write(config.Schema()); err != nil {
				return fmt.Errorf("print the schema: %w", err)
			}
			return nil
		},
	}
}
