package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/manifest"
)

// reasons say what an added object is for, by kind and component.
var reasons = map[string]string{
	"Service alias":            "the one address of the store, whichever provider is active",
	"Secret credentials":       "the active store's credentials, under the names that consumers know",
	"Job migration":            "copies every bucket to the other store while consumers go on writing",
	"CronJob mirror":           "copies the buckets to another site",
	"ServiceAccount migration": "identity of the Job, without any rights",
	"ServiceAccount mirror":    "identity of the CronJob",
	"ConfigMap mirror":         "how the last run of the CronJob ended",
	"Role mirror":              "lets the CronJob write that, and nothing else",
	"RoleBinding mirror":       "gives it to the CronJob's identity",
}

// summarise tells what Ferry did to a release.
func (s stage) summarise(r rendering) error {
	table := cli.Table{Header: []string{"ADDED", "WHY"}}
	for _, title := range r.added() {
		o := r.ferried[title]
		why, known := reasons[o.Kind+" "+o.Labels()[component]]
		if !known {
			return fmt.Errorf("nobody knows what %s was added for", title)
		}
		table.Rows = append(table.Rows, []string{title, why})
	}
	s.say("")
	if err := s.table(table); err != nil {
		return err
	}
	table = cli.Table{Header: []string{"CHANGED", "FIELD", "VALUE"}}
	for _, c := range r.changed() {
		table.Rows = append(table.Rows, []string{c.object, c.field, c.value})
	}
	s.say("")
	if err := s.table(table); err != nil {
		return err
	}
	alias, err := aliasOf(r)
	if err != nil {
		return err
	}
	s.say("")
	s.say("Consumers talk to %s, which leads to %s.", alias.address, alias.target)
	return nil
}

// alias is the Service that consumers talk to.
type alias struct{ address, target string }

func aliasOf(r rendering) (alias, error) {
	o, err := r.ferried.labelled("Service", component, "alias")
	if err != nil {
		return alias{}, err
	}
	var selector []string
	labels := manifest.StringMap(o.Node("spec", "selector"))
	for _, label := range slices.Sorted(maps.Keys(labels)) {
		selector = append(selector, label+"="+labels[label])
	}
	port := o.Node("spec", "ports").Content[0]
	return alias{
		address: fmt.Sprintf("%s:%s", o.Name, manifest.Scalar(manifest.Lookup(port, "port"))),
		target:  "pods with " + strings.Join(selector, ", "),
	}, nil
}

// flip shows where the alias leads before and after the cutover.
func (s stage) flip(before, after rendering) error {
	from, err := aliasOf(before)
	if err != nil {
		return err
	}
	to, err := aliasOf(after)
	if err != nil {
		return err
	}
	if from == to {
		return fmt.Errorf("the alias did not move: it leads to %s", from.target)
	}
	s.say("")
	if err := s.table(cli.Table{Header: []string{"ALIAS", "WHEN", "LEADS TO"}, Rows: [][]string{
		{from.address, "before", from.target}, {to.address, "after", to.target},
	}}); err != nil {
		return err
	}
	s.say("")
	s.say("Consumers keep their address and their Secret.")
	return nil
}
