package chartdocs

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// schema is the part of JSON Schema that describes values.
type schema struct {
	Schema               string             `json:"$schema,omitempty"`
	Title                string             `json:"title,omitempty"`
	Description          string             `json:"description,omitempty"`
	Type                 string             `json:"type,omitempty"`
	Enum                 []string           `json:"enum,omitempty"`
	Default              any                `json:"default,omitempty"`
	Items                *schema            `json:"items,omitempty"`
	Properties           map[string]*schema `json:"properties,omitempty"`
	PatternProperties    map[string]*schema `json:"patternProperties,omitempty"`
	AdditionalProperties *bool              `json:"additionalProperties,omitempty"`
	Required             []string           `json:"required,omitempty"`
}

// schemaOf returns the JSON Schema of everything that can be set. A library constrains its own
// keys only: it is read together with the values of another chart.
func (c chart) schemaOf() ([]byte, error) {
	root := schemaOfObject(c.allValues(), c.library)
	root.Schema = "http://json-schema.org/draft-07/schema#"
	root.Title = "Values of the chart " + c.name
	if !c.library {
		root.allowGlobal()
		for _, d := range c.dependencies {
			if below := root.Properties[d.name]; below != nil {
				below.allowGlobal()
			}
		}
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(root); err != nil {
		return nil, fmt.Errorf("write the schema of the chart %s: %w", c.name, err)
	}
	return out.Bytes(), nil
}

// allowGlobal admits the key that Helm itself adds to the values of a chart and its dependencies.
func (s *schema) allowGlobal() {
	s.Properties["global"] = &schema{Type: "object", Description: "Values that Helm passes to all charts."}
}

func schemaOfObject(fields []*value, open bool) *schema {
	s := &schema{Type: "object"}
	if len(fields) == 0 {
		return s
	}
	s.Properties = map[string]*schema{}
	for _, field := range fields {
		if field.comment.required {
			s.Required = append(s.Required, field.key)
		}
		if field.comment.pattern == "" {
			s.Properties[field.key] = field.schema()
			continue
		}
		if s.PatternProperties == nil {
			s.PatternProperties = map[string]*schema{}
		}
		s.PatternProperties[field.comment.pattern] = field.schema()
	}
	if !open {
		closed := false
		s.AdditionalProperties = &closed
	}
	return s
}

func (v *value) schema() *schema {
	s := &schema{Type: v.kind}
	switch {
	case v.kind == "object":
		s = schemaOfObject(v.fields, v.comment.open)
	case v.items != nil:
		s.Items = v.items.schema()
		s.Items.Default = nil
	}
	s.Description = v.comment.text
	s.Enum = v.comment.enum
	if v.leaf() && v.comment.fallback == "" && !v.comment.required {
		s.Default = v.example
	}
	return s
}
