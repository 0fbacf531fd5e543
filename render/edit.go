package render

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/manifest"
)

const masked = "(hidden)"

// edit sets a string below mapping keys of an object that was there already, and records that.
func (s *state) edit(o *manifest.Object, value, why string, path ...string) {
	old := o.String(path...)
	if !o.Set(value, path...) {
		return
	}
	steps := make([]any, len(path))
	for i, key := range path {
		steps[i] = key
	}
	s.record(o, steps, old, value, why)
}

// record notes a change of an object that Ferry did not add in this rendering.
func (s *state) record(o *manifest.Object, path []any, old, value, why string) {
	if o.Document().Added() {
		return
	}
	change := Change{Object: o, Title: titleOf(o), Path: path, Field: fieldOf(path), Old: old, New: value, Why: why}
	if o.Is("", "Secret") {
		change.Old, change.New = masked, masked
	}
	s.Changes = append(s.Changes, change)
	s.info(change.Title, change.Field, "%s", why)
}

// titleOf names an object and its template, also when it stands in a List.
func titleOf(o *manifest.Object) string {
	if source := o.Document().Source(); source != "" {
		return fmt.Sprintf("%s (%s)", o.Title(), source)
	}
	return o.Title()
}

// fieldOf writes a path as people write it: spec.template.spec.containers[0].env[1].value.
func fieldOf(path []any) string {
	var text strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case int:
			fmt.Fprintf(&text, "[%d]", step)
		case string:
			if strings.ContainsAny(step, "./") {
				fmt.Fprintf(&text, "[%q]", step)
				continue
			}
			if text.Len() > 0 {
				text.WriteByte('.')
			}
			text.WriteString(step)
		}
	}
	return text.String()
}

// pathsTo returns the keys and indexes that lead from root to node, for every place where it or an
// alias for it stands.
func pathsTo(root, node *yaml.Node) [][]any {
	if root == node || root.Kind == yaml.AliasNode && root.Alias == node {
		return [][]any{{}}
	}
	var paths [][]any
	for i, child := range root.Content {
		var step any = i
		if root.Kind == yaml.MappingNode {
			if i%2 == 0 {
				continue
			}
			step = root.Content[i-1].Value
		}
		for _, rest := range pathsTo(child, node) {
			paths = append(paths, append([]any{step}, rest...))
		}
	}
	return paths
}
