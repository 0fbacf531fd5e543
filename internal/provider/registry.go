package provider

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"sync"

	"sigs.k8s.io/yaml"
)

//go:embed registry.yaml
var registryYAML []byte

// Registry is an ordered list of providers with distinct names. It is never
// changed once made, and its rows are shared: treat them as read-only.
type Registry struct {
	entries []entry
}

type entry struct {
	row  Row
	user bool // the match of the row comes from a user
}

// Default returns the providers that ship with Ferry.
func Default() Registry { return defaultRegistry() }

var defaultRegistry = sync.OnceValue(func() Registry {
	r, err := parse(registryYAML)
	if err != nil {
		panic(fmt.Sprintf("provider: registry.yaml: %v", err)) // ships with the binary, read by every test
	}
	return r
})

func parse(data []byte) (Registry, error) {
	var rows []Row
	if err := yaml.UnmarshalStrict(data, &rows); err != nil {
		return Registry{}, err
	}
	r, err := Registry{}.With(rows)
	if err != nil {
		return Registry{}, err
	}
	for i := range r.entries {
		r.entries[i] = entry{row: rows[i]} // no implied match, not a user's
	}
	return r, nil
}

// Lookup returns the row of that name.
func (r Registry) Lookup(name string) (Row, bool) {
	if i := r.index(name); i >= 0 {
		return r.entries[i].row, true
	}
	return Row{}, false
}

// Rows returns all rows: those that ship with Ferry first, then added ones in
// the order in which they were given.
func (r Registry) Rows() []Row {
	rows := make([]Row, len(r.entries))
	for i, e := range r.entries {
		rows[i] = e.row
	}
	return rows
}

// Names returns the names of all rows, in the order of [Registry.Rows].
func (r Registry) Names() []string {
	names := make([]string, len(r.entries))
	for i, e := range r.entries {
		names[i] = e.row.Name
	}
	return names
}

// With returns a registry in which rows extend r or override rows of r: a known
// name keeps every field that the new row leaves empty. Its errors are
// [FieldError] values whose paths begin with the index of the row: [1].port.
func (r Registry) With(rows []Row) (Registry, error) {
	out := Registry{entries: slices.Clone(r.entries)}
	var errs []error
	seen := map[string]bool{}
	for i, row := range rows {
		e, err := out.merge(row)
		if seen[row.Name] && err == nil {
			err = &FieldError{Field: "name", Problem: fmt.Sprintf("%q is given twice", row.Name)}
		}
		seen[row.Name] = true
		if err != nil {
			errs = append(errs, prefixed(fmt.Sprintf("[%d]", i), err)...)
			continue
		}
		out.put(e)
	}
	if len(errs) > 0 {
		return Registry{}, errors.Join(errs...)
	}
	return out, nil
}

// merge returns the entry that row makes of the one with its name, checked.
func (r Registry) merge(row Row) (entry, error) {
	if err := row.Validate(); err != nil {
		return entry{}, err
	}
	e := entry{row: row, user: true}
	if i := r.index(row.Name); i >= 0 {
		e = entry{row: override(r.entries[i].row, row), user: r.entries[i].user || len(row.Match) > 0}
	} else if !row.External {
		implied := Match{Labels: map[string]string{LabelName: row.Name}}
		e.row.Match = append(slices.Clone(row.Match), implied)
	}
	if err := e.row.complete(); err != nil {
		return entry{}, err
	}
	return e, nil
}

func (r *Registry) put(e entry) {
	if i := r.index(e.row.Name); i >= 0 {
		r.entries[i] = e
		return
	}
	r.entries = append(r.entries, e)
}

func (r Registry) index(name string) int {
	return slices.IndexFunc(r.entries, func(e entry) bool { return e.row.Name == name })
}

// override returns base with every field that row sets.
func override(base, row Row) Row {
	if row.Port != 0 && len(row.PortNames) == 0 {
		base.PortNames = nil // an explicit port is not second to a name nobody asked for
	}
	base.External = base.External || row.External
	base.Match = orSlice(row.Match, base.Match)
	base.Parts = orSlice(row.Parts, base.Parts)
	if len(row.Selector) > 0 {
		base.Selector = row.Selector
	}
	base.Port = or(row.Port, base.Port)
	base.PortNames = orSlice(row.PortNames, base.PortNames)
	base.Scheme = or(row.Scheme, base.Scheme)
	base.Credentials.AccessKeyEnv = orSlice(row.Credentials.AccessKeyEnv, base.Credentials.AccessKeyEnv)
	base.Credentials.SecretKeyEnv = orSlice(row.Credentials.SecretKeyEnv, base.Credentials.SecretKeyEnv)
	base.Credentials.FileSuffix = or(row.Credentials.FileSuffix, base.Credentials.FileSuffix)
	base.Credentials.SecretKeys = orSlice(row.Credentials.SecretKeys, base.Credentials.SecretKeys)
	base.Credentials.SecretName = or(row.Credentials.SecretName, base.Credentials.SecretName)
	base.Credentials.AccessKeyKey = or(row.Credentials.AccessKeyKey, base.Credentials.AccessKeyKey)
	base.Credentials.SecretKeyKey = or(row.Credentials.SecretKeyKey, base.Credentials.SecretKeyKey)
	base.HealthPath = or(row.HealthPath, base.HealthPath)
	base.Lacks = orSlice(row.Lacks, base.Lacks)
	return base
}

func or[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}

func orSlice[T any](v, fallback []T) []T {
	if len(v) == 0 {
		return fallback
	}
	return v
}
