package main

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/mirror"
)

// described is a mirror that stands in a configuration.
type described struct {
	file, name string
}

func (d *described) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&d.file, "config", "", "`file` with a configuration, of which one mirror is run: what is not said here is taken from there")
	cmd.Flags().StringVar(&d.name, "mirror", "", "`name` of that mirror, where there are several")
	if err := cmd.MarkFlagFilename("config", "yaml", "yml"); err != nil {
		panic(err) // there is no such flag
	}
}

// mirror reads the mirror.
func (d *described) mirror() (*config.Config, config.Mirror, error) {
	failed := func(err error) (*config.Config, config.Mirror, error) { return nil, config.Mirror{}, err }
	data, err := os.ReadFile(d.file)
	if err != nil {
		return failed(fmt.Errorf("--config: %w", err))
	}
	cfg, err := config.Load(d.file, data)
	if err != nil {
		return failed(err)
	}
	mirrors := cfg.Spec.Mirrors
	if d.name == "" && len(mirrors) == 1 {
		return cfg, mirrors[0], nil
	}
	names := make([]string, len(mirrors))
	for i, m := range mirrors {
		if names[i] = m.Name; m.Name == d.name {
			return cfg, m, nil
		}
	}
	known := "it has none"
	if len(names) > 0 {
		known = "it has " + strings.Join(names, ", ")
	}
	return failed(cli.Usage.Errorf("--mirror %q is not a mirror of %s: %s", d.name, d.file, known))
}

// fill completes flags and places from the configuration. given tells which flags were typed.
func (o *mirrorOptions) fill(args []string, given func(flag string) bool) ([]string, error) {
	if o.described.file == "" {
		if o.described.name != "" {
			return nil, cli.Usage.Errorf("--mirror names a mirror of a configuration, and there is none").WithHint("--config FILE")
		}
		return args, nil
	}
	cfg, m, err := o.described.mirror()
	if err != nil {
		return nil, err
	}
	storage := cfg.Spec.ObjectStorage
	if len(args) == 0 {
		args = append(args, "http://"+net.JoinHostPort(storage.Alias.Name, strconv.Itoa(int(storage.Alias.Port))))
		o.regions = map[string]string{"source": storage.Region}
	}
	if len(args) == 1 {
		args = append(args, m.Destination.Endpoint)
		if m.Destination.Region != "" {
			o.regions = merged(o.regions, "destination", m.Destination.Region)
		}
	}
	take := func(flag string, from func()) {
		if !given(flag) {
			from()
		}
	}
	take("ca-bundle", func() { o.pem = cfg.Spec.CABundle })
	take("buckets", func() {
		o.allowMissing = slices.Equal(m.Buckets, storage.DefaultBuckets) // one that nobody has made yet is no fault of a copy
		o.buckets = slices.DeleteFunc(slices.Clone(m.Buckets), func(name string) bool { return name == "*" })
	})
	take("include", func() { o.include = m.Include })
	take("exclude", func() { o.exclude = m.Exclude })
	take("bandwidth", func() { o.bandwidth = m.Bandwidth })
	take("versions", func() { o.versions = m.Versions })
	take("settings", func() { o.settings = m.Settings })
	take("remove", func() { o.remove = m.Remove.Enabled })
	take("max-delete", func() { o.maxDelete = deletions{percent: m.Remove.MaxPercent} })
	take("trash", func() { o.trash = m.Remove.Trash })
	if !given("state") && !given("trash-bucket") {
		o.state = &statePlace{bucket: cmp.Or(m.State.Bucket, mirror.DefaultStateBucket), prefix: m.State.Prefix}
	}
	if storage.IsAlias(args[1]) {
		return nil, cli.Refused.Errorf("the destination is %s, the alias of the store that consumers use: nothing is copied over it", storage.Alias.Name).
			WithHint("name the Service of the store to copy to")
	}
	return args, nil
}

func merged(regions map[string]string, role, region string) map[string]string {
	if regions == nil {
		regions = map[string]string{}
	}
	regions[role] = region
	return regions
}
