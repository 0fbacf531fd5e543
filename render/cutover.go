package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/helm-ferry/ferry/internal/provider"
	"github.com/helm-ferry/ferry/internal/release"
)

// afterEvents are those at which Helm has applied the manifest.
const afterEvents = "post-upgrade,post-rollback"

// returnSeconds is what a cutover may take beyond its deadline, to bring the consumers back itself.
const returnSeconds = 45

// addCutover adds the hooks that move the objects when the alias moves, and bring the consumers back. In
// which direction is found out in the cluster, so that a rollback moves them back. Where one of the two
// stores is not enabled any more, they look once more at the one that goes.
func (s *state) addCutover(sides ...*release.Provider) error {
	account := shorten(s.cfg.Metadata.Name+"-cutover", maxName)
	switch {
	case !s.carriesHooks() || s.cfg.Spec.Migration.DryRun:
		return nil
	case s.chartMoves():
		s.keepHook("ConfigMap", account)
		return nil
	case s.libraryChart && s.options.Door != Helm4 && s.options.Hooks != HooksApart && s.options.Hooks != HooksArgoCD:
		return nil // the chart's guard is there, and demands the proof
	}
	if s.options.Hooks == HooksArgoCD {
		s.warn("", "spec.migration", "no cutover is added: Argo CD keeps no record of what is in force; "+
			"stop the consumers, copy once more and compare with `ferry-hook verify` before the alias moves")
		return nil
	}
	values, err := s.cutoverValues(account, sides)
	if err != nil {
		return err
	}
	for _, object := range []struct {
		template string
		weight   int
	}{
		{"serviceaccount.yaml", -20}, {"cutover-role.yaml", -19}, {"rolebinding.yaml", -18}, {"hook-config.yaml", -15},
	} {
		root, err := s.object(object.template, values)
		if err != nil {
			return err
		}
		// the watchdog outlives the event
		if err := s.addHook(root, hook{events: beforeEvents, weight: object.weight, stays: true, beside: true}); err != nil {
			return err
		}
	}
	stores, _ := values["stores"].([]string)
	for _, job := range []struct {
		command, events string
		weight          int
	}{{"cutover", beforeEvents, -5}, {"bring-back", afterEvents, 5}} {
		values["job"] = shorten(s.cfg.Metadata.Name+"-"+job.command, maxName)
		values["args"] = append([]string{job.command, "--config=/etc/ferry/" + configKey}, stores...)
		root, err := s.job("cutover.yaml", values, "spec", "template")
		if err != nil {
			return err
		}
		if err := s.addHook(root, hook{events: job.events, weight: job.weight, beside: true}); err != nil {
			return err
		}
	}
	return nil
}

// chartMoves tells whether the library chart renders the hooks of a cutover: its own values enable a
// migration, and name the Secrets of both stores, whose workloads a chart cannot see.
func (s *state) chartMoves() bool {
	if !s.libraryChart || s.options.Hooks == HooksArgoCD || s.chart == nil {
		return false
	}
	migration := s.chart.Spec.Migration
	named := func(name string) bool {
		return slices.ContainsFunc(s.chart.Spec.ObjectStorage.Providers, func(row provider.Row) bool {
			return row.Name == name && row.Credentials.SecretName != ""
		})
	}
	return migration.Enabled && !migration.DryRun && named(migration.From) && named(migration.To)
}

// cutoverValues are what the templates of the cutover need: addresses and credentials of both stores.
func (s *state) cutoverValues(account string, sides []*release.Provider) (map[string]any, error) {
	var stores []string
	var variables []variable
	for _, p := range sides {
		address, err := s.address(p)
		if err != nil {
			return nil, err
		}
		credentials, err := s.ownCredentials(p)
		if err != nil {
			return nil, err
		}
		stores = append(stores, fmt.Sprintf("--store=%s=%s", p.Name(), address))
		for _, v := range env("STORE_"+strings.ToUpper(strings.ReplaceAll(p.Name(), "-", "_")), credentials) {
			// the upgrade that brings a store in brings its Secret, after this hook
			v.ValueFrom.SecretKeyRef.Optional = true
			variables = append(variables, v)
		}
	}
	return map[string]any{
		"account": account, "component": "migration", "text": string(s.text), "manifest": "", "configMap": account, "token": true,
		"env": variables, "stores": stores, "seconds": s.cfg.Spec.Migration.Deadline.Seconds() + returnSeconds,
	}, nil
}
