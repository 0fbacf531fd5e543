package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
)

// defaultConfig is where the pods of Ferry's Jobs mount the configuration.
const defaultConfig = "/etc/ferry/ferry.yaml"

func addConfigFlag(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVar(file, "config", defaultConfig, "`file` with the configuration")
}

func loadConfig(file string) (*config.Config, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, cli.WithHint(fmt.Errorf("read the configuration: %w", err),
			"the pod mounts it from the ConfigMap labelled helm-ferry.dev/config=true; elsewhere give --config")
	}
	return config.Load(file, data)
}

// mirrorOf returns the mirror of that name.
func mirrorOf(cfg *config.Config, name string) (config.Mirror, error) {
	mirrors := cfg.Spec.Mirrors
	i := slices.IndexFunc(mirrors, func(m config.Mirror) bool { return m.Name == name })
	if i >= 0 {
		return mirrors[i], nil
	}
	if len(mirrors) == 0 {
		return config.Mirror{}, cli.Usage.Errorf("there is no mirror %q: the configuration has no mirrors", name)
	}
	names := make([]string, len(mirrors))
	for i, m := range mirrors {
		names[i] = m.Name
	}
	return config.Mirror{}, cli.Usage.Errorf("there is no mirror %q: the configuration has %s", name, strings.Join(names, ", ")).
		WithHint("--mirror=%s", names[0])
}
