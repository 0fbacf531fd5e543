package charts_test

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/chartdocs"
	"github.com/helm-ferry/ferry/internal/config"
)

func TestGeneratedIsCurrent(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"ferry", "lakehouse"} {
		output, err := chartdocs.Generate(dir)
		if err != nil {
			t.Fatal(err)
		}
		stale, err := output.Stale()
		if err != nil {
			t.Fatal(err)
		}
		if len(stale) > 0 {
			t.Errorf("%s: run go generate ./charts, not current: %s", dir, strings.Join(stale, ", "))
		}
	}
}

// properties is the part of a JSON Schema that names values.
type properties struct {
	Properties        map[string]properties `json:"properties"`
	PatternProperties map[string]properties `json:"patternProperties"`
	Items             *properties           `json:"items"`
}

// TestEveryFieldIsAValue finds a value of the library for every field of the config document.
func TestEveryFieldIsAValue(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("ferry/values.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var values properties
	if err := json.Unmarshal(data, &values); err != nil {
		t.Fatal(err)
	}
	// The pair is in the name of the value, and the image stands below the name of the chart.
	for pair, fields := range values.Properties["migration"].PatternProperties {
		fields.Properties["from"], fields.Properties["to"] = properties{}, properties{}
		values.Properties["migration"] = fields
		t.Logf("fields of a migration are those of %s", pair)
	}
	values.Properties["image"] = values.Properties["ferry"].Properties["image"]
	sameFields(t, "spec", reflect.TypeFor[config.Spec](), values)
}

func sameFields(t *testing.T, path string, in reflect.Type, values properties) {
	t.Helper()
	for in.Kind() == reflect.Slice {
		if values.Items == nil {
			return
		}
		in, values = in.Elem(), *values.Items
	}
	if in.Kind() != reflect.Struct {
		return
	}
	var names []string
	for field := range in.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, name)
		value, ok := values.Properties[name]
		if !ok {
			t.Errorf("%s.%s is a field of the config document and no value of the chart", path, name)
			continue
		}
		sameFields(t, path+"."+name, field.Type, value)
	}
	if path == "spec" {
		return // the top level of a chart's values has others too
	}
	for name := range values.Properties {
		if !slices.Contains(names, name) {
			t.Errorf("%s.%s is a value of the chart and no field of the config document", path, name)
		}
	}
}
