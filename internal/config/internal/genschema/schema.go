package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/provider"
)

// here is the import path of this folder; the sources of the types are found from it.
const here = "github.com/helm-ferry/ferry/internal/config/internal/genschema"

// reflectSchema returns the schema of the document, without references: a reader and an editor find
// everything about a field where the field is.
func reflectSchema() (*jsonschema.Schema, error) {
	reflector := &jsonschema.Reflector{
		Anonymous:                  true,
		DoNotReference:             true,
		RequiredFromJSONSchemaTags: true,
		Mapper:                     text,
	}
	for _, folder := range []string{"../..", "../../../provider"} {
		if err := reflector.AddGoComments(here, folder, jsonschema.WithFullComment()); err != nil {
			return nil, fmt.Errorf("read the comments in %s: %w", folder, err)
		}
	}
	for name, comment := range reflector.CommentMap {
		reflector.CommentMap[name] = strings.Join(strings.Fields(comment), " ")
	}
	schema := reflector.ReflectFromType(reflect.TypeFor[config.Config]())
	schema.Version = "http://json-schema.org/draft-07/schema#" // what editors know
	schema.Title = "Ferry"
	schema.Description = "The configuration of Ferry for one release, ferry.yaml."
	if err := setDefaults(schema, reflect.ValueOf(config.New()).Elem()); err != nil {
		return nil, err
	}
	return schema, refine(schema)
}

// text maps the types that are written as text with a unit.
func text(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[config.Duration]():
		return &jsonschema.Schema{Type: "string", Pattern: config.DurationPattern, Examples: []any{"90s", "4m", "1h30m", "30d", "2w"}}
	case reflect.TypeFor[config.Bandwidth]():
		return &jsonschema.Schema{Type: "string", Pattern: config.BandwidthPattern, Examples: []any{"50MiB", "800kB"}}
	default:
		return nil
	}
}

// setDefaults notes in the schema what a field has before the document is read. A field that is
// empty then has no default, but a bool that is false does. A description that begins with a name of
// several words begins with it as the document writes it.
func setDefaults(schema *jsonschema.Schema, value reflect.Value) error {
	for i := range value.NumField() {
		goField := value.Type().Field(i)
		name, _, _ := strings.Cut(goField.Tag.Get("json"), ",")
		property, ok := schema.Properties.Get(name)
		if !ok {
			return fmt.Errorf("the schema has no property %s of %s", name, value.Type())
		}
		if rest, found := strings.CutPrefix(property.Description, goField.Name); found && name != strings.ToLower(name) {
			property.Description = name + rest
		}
		field := value.Field(i)
		switch {
		case property.Type == "object" && field.Kind() == reflect.Struct:
			if err := setDefaults(property, field); err != nil {
				return err
			}
		case property.Type == "array" && field.Type().Elem().Kind() == reflect.Struct:
			element := reflect.New(field.Type().Elem())
			if withDefaults, ok := reflect.TypeAssert[interface{ SetDefaults() }](element); ok {
				withDefaults.SetDefaults()
			}
			if err := setDefaults(property.Items, element.Elem()); err != nil {
				return err
			}
		case property.Type == "boolean" || !field.IsZero():
			property.Default = field.Interface()
		}
	}
	return nil
}

// refine adds what the types of the provider package, which know nothing of schemas, do not say, and
// the vocabularies.
func refine(schema *jsonschema.Schema) error {
	features := make([]any, 0, len(provider.Features()))
	for _, feature := range provider.Features() {
		features = append(features, feature)
	}
	const rows = "spec.objectStorage.providers"
	for _, refinement := range []struct {
		path  string
		apply func(*jsonschema.Schema)
	}{
		{rows, func(s *jsonschema.Schema) { s.Items.Required = []string{"name"} }},
		{rows + ".port", func(s *jsonschema.Schema) { s.Minimum, s.Maximum = "0", "65535" }},
		{rows + ".scheme", func(s *jsonschema.Schema) { s.Enum = []any{"http", "https"} }},
		{rows + ".lacks", func(s *jsonschema.Schema) { s.Items.Enum = features }},
		{rows + ".credentials.secretKeys", func(s *jsonschema.Schema) { s.Items.Required = []string{"accessKey", "secretKey"} }},
		{"spec.migration.accept", func(s *jsonschema.Schema) { s.Items.Enum = features }},
	} {
		property, err := find(schema, refinement.path)
		if err != nil {
			return err
		}
		refinement.apply(property)
	}
	return nil
}

// find returns the schema of a field; a path leads through lists without an index.
func find(schema *jsonschema.Schema, path string) (*jsonschema.Schema, error) {
	for name := range strings.SplitSeq(path, ".") {
		if schema.Items != nil {
			schema = schema.Items
		}
		next, ok := schema.Properties.Get(name)
		if !ok {
			return nil, fmt.Errorf("the schema has no %s in %s", name, path)
		}
		schema = next
	}
	return schema, nil
}

// encode writes the schema as people read it: < and > need no escape outside of HTML.
func encode(schema *jsonschema.Schema) ([]byte, error) {
	text, err := json.MarshalIndent(schema, "", "  ")
	plain := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(text))
	return []byte(plain + "\n"), err
}
