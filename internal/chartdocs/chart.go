package chartdocs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// chart is a chart as its folder describes it.
type chart struct {
	dir          string
	name         string
	library      bool
	values       []*value
	dependencies []dependency
}

// dependency is a chart inside another, or beside it when it is copied from there.
type dependency struct {
	chart

	copied bool
}

// metadata is the part of Chart.yaml that matters here.
type metadata struct {
	Name         string `yaml:"name"`
	Type         string `yaml:"type"`
	Dependencies []struct {
		Name       string `yaml:"name"`
		Repository string `yaml:"repository"`
	} `yaml:"dependencies"`
}

// loadChart reads a chart and its dependencies, copied ones from where they come from.
func loadChart(dir string) (chart, error) {
	data, err := os.ReadFile(filepath.Join(dir, "Chart.yaml"))
	if err != nil {
		return chart{}, fmt.Errorf("read a chart: %w", err)
	}
	var meta metadata
	if err := yaml.Unmarshal(data, &meta); err != nil {
		return chart{}, fmt.Errorf("read %s: %w", filepath.Join(dir, "Chart.yaml"), err)
	}
	file := filepath.Join(dir, "values.yaml")
	data, err = os.ReadFile(file)
	if err != nil {
		return chart{}, fmt.Errorf("read the values of the chart %s: %w", meta.Name, err)
	}
	c := chart{dir: dir, name: meta.Name, library: meta.Type == "library"}
	if c.values, err = parseValues(data); err != nil {
		return chart{}, fmt.Errorf("read %s: %w", file, err)
	}
	for _, wanted := range meta.Dependencies {
		from := filepath.Join(dir, "charts", wanted.Name)
		beside, copied := strings.CutPrefix(wanted.Repository, "file://")
		if copied {
			from = filepath.Join(dir, beside)
		}
		inner, err := loadChart(from)
		if err != nil {
			return chart{}, fmt.Errorf("read a dependency of the chart %s: %w", meta.Name, err)
		}
		c.dependencies = append(c.dependencies, dependency{chart: inner, copied: copied})
	}
	return c, nil
}

// ownValues are the values that the README of the chart documents: its own and, below their names,
// those of the charts inside it.
func (c chart) ownValues() []*value {
	all := c.values
	for _, d := range c.dependencies {
		if !d.library {
			all = merge(all, []*value{{key: d.name, kind: "object", fields: d.values}})
		}
	}
	return all
}

// allValues are those that a user of the chart can set: with those of its libraries.
func (c chart) allValues() []*value {
	all := c.ownValues()
	for _, d := range c.dependencies {
		if d.library {
			all = merge(all, d.values)
		}
	}
	return all
}

// merge returns values with what others know besides; where both know a value, values wins.
func merge(values, others []*value) []*value {
	merged := append([]*value(nil), values...)
	for _, other := range others {
		known := false
		for i, v := range merged {
			if v.key == other.key && v.comment.pattern == other.comment.pattern {
				both := *v
				both.fields = merge(v.fields, other.fields)
				merged[i], known = &both, true
			}
		}
		if !known {
			merged = append(merged, other)
		}
	}
	return merged
}
