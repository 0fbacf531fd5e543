package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/provider"
)

func newProviders(streams cli.Streams) *cobra.Command {
	var format cli.Format
	var file string
	cmd := &cobra.Command{
		Use:   "providers",
		Short: "List the object stores that Ferry knows",
		Long: `List the object stores that Ferry knows: the port and scheme that they serve S3 on, how Ferry recognises
them in the manifests of a chart, and what they cannot hold. The table names images and labels
alone; -o yaml prints the rows as they are, with every condition.

A row under spec.objectStorage.providers of a configuration adds a store or overrides one.`,
		Example: `  ferry providers
  ferry providers --config ferry.yaml -o yaml`,
		RunE: func(*cobra.Command, []string) error {
			registry, err := registryOf(file)
			if err != nil {
				return err
			}
			return cli.Print(streams.Out, format, providerRows(registry.Rows()))
		},
	}
	cli.AddFormatFlag(cmd, &format)
	cmd.Flags().StringVar(&file, "config", "", "configuration `file` whose providers are listed too")
	if err := cmd.MarkFlagFilename("config", "yaml", "yml"); err != nil {
		panic(err) // the flag is not defined
	}
	return cmd
}

// registryOf returns the registry, with the rows of a configuration if one is named.
func registryOf(file string) (provider.Registry, error) {
	registry := provider.Default()
	if file == "" {
		return registry, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return provider.Registry{}, fmt.Errorf("--config: %w", err)
	}
	loaded, err := config.Load(file, text)
	if err != nil {
		return provider.Registry{}, err
	}
	registry, err = registry.With(loaded.Spec.ObjectStorage.Providers)
	if err != nil {
		return provider.Registry{}, fmt.Errorf("%s: spec.objectStorage.providers%w", file, err)
	}
	return registry, nil
}

// providerRows are rows of the registry that can be printed.
type providerRows []provider.Row

// Table implements cli.Result.
func (rows providerRows) Table() cli.Table {
	table := cli.Table{Header: []string{"NAME", "PORT", "SCHEME", "RECOGNISED BY", "CANNOT HOLD"}}
	for _, row := range rows {
		scheme, port := row.Scheme, ""
		if scheme == "" && !row.External {
			scheme = "http"
		}
		if row.Port != 0 {
			port = strconv.Itoa(int(row.Port))
		}
		table.Rows = append(table.Rows, []string{row.Name, port, scheme, recognition(row), strings.Join(row.Lacks, ", ")})
	}
	return table
}

// recognition says in short how a row is recognised: by which images and labels, without the
// conditions that tell apart what looks alike.
func recognition(row provider.Row) string {
	if row.External {
		return "endpoint in the configuration"
	}
	var images, labels, ways []string
	for _, match := range row.Match {
		images = append(images, match.Images...)
		labels = append(labels, pairs(match.Labels)...)
	}
	for _, way := range []struct {
		what  string
		names []string
	}{
		{"image ", images}, {"label ", labels}, {"pods of another release with ", pairs(row.Selector)},
	} {
		if len(way.names) > 0 {
			ways = append(ways, way.what+strings.Join(distinct(way.names), ", "))
		}
	}
	return strings.Join(ways, "; ")
}

func pairs(set map[string]string) []string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(set)) {
		all = append(all, key+"="+set[key])
	}
	return all
}

func distinct(names []string) []string {
	var all []string
	for _, name := range names {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}
