package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/mirror"
)

// stores are the addresses of the stores of a release, by the names of their providers.
type stores map[string]string

func addStoreFlag(cmd *cobra.Command, s *stores) {
	cmd.Flags().StringToStringVar((*map[string]string)(s), "store", nil,
		"`NAME=URL` of a provider's store; once for each. Its keys are in FERRY_STORE_<NAME>_ACCESS_KEY and _SECRET_KEY")
}

// side is the store of a provider.
func (s stores) side(provider string, cfg *config.Config) (side, error) {
	url, known := s[provider]
	if !known {
		names := strings.Join(slices.Sorted(maps.Keys(s)), ", ")
		return side{}, cli.Refused.Errorf("the address of %s is not known (known: %s)", provider, names).
			WithHint("--store=%s=http://HOST:PORT", provider)
	}
	return side{
		role: "store_" + provider, field: "--store=" + provider, url: url, region: cfg.Spec.ObjectStorage.Region,
		keys: providerKeys(cfg.Metadata.Name, provider),
	}, nil
}

// opener opens the stores of a cutover.
func (p program) opener(s stores, cfg *config.Config) func(ctx context.Context, provider string) (mirror.Store, error) {
	return func(_ context.Context, provider string) (mirror.Store, error) {
		side, err := s.side(provider, cfg)
		if err != nil {
			return nil, err
		}
		store, err := p.open(side)
		if err != nil {
			return nil, err
		}
		return store, nil
	}
}
