package config

import (
	"bytes"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"sigs.k8s.io/yaml"
)

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("ferry.schema.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("ferry.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func validateBySchema(t *testing.T, compiled *jsonschema.Schema, document string) error {
	t.Helper()
	text, err := yaml.YAMLToJSON([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return compiled.Validate(value)
}

func TestSchemaAndLoadAgree(t *testing.T) {
	good := map[string]string{
		"full":               full,
		"no spec":            identity + "metadata: {name: a}\n",
		"empty parts":        head + "  objectStorage: {}\n  preUpgradeChecks: {}\n  migration: {}\n  mirrors: []\n  snapshots: []\n  podTemplate: {}\n",
		"free pod template":  head + "  podTemplate: {spec: {a: {b: [1, x, null, {c: true}]}}, other: 1}\n",
		"functionConfig":     identity + "metadata: {name: a, namespace: b, annotations: {c: d}, labels: {e: f}}\n",
		"durations":          head + "  snapshots: [{name: a, rpo: 1w2d3h4m5s6ms}, {name: b, rpo: 1.5h}, {name: c, rpo: 2w}, {name: d, rpo: 30d}]\n",
		"bandwidths":         mirror("bandwidth: 1.5 MiB/s"),
		"no bandwidth":       mirror("bandwidth: ''"),
		"vocabulary":         head + "  migration: {accept: [" + strings.Join([]string{"acl", "versions", "nested-keys"}, ", ") + "]}\n",
		"row of a provider":  head + "  objectStorage: {providers: [{name: minio, scheme: https, credentials: {secretKeys: [{accessKey: a, secretKey: b}]}}]}\n",
		"row without a port": head + "  objectStorage: {providers: [{name: minio, port: 0}]}\n",
	}
	bad := map[string]string{
		"empty object":            "{}\n",
		"apiVersion":              strings.Replace(head, "v1alpha1", "v1", 1) + "  {}\n",
		"kind":                    strings.Replace(head, "Ferry", "Fairy", 1) + "  {}\n",
		"no metadata":             identity,
		"no name":                 identity + "metadata: {}\n",
		"empty name":              identity + "metadata: {name: ''}\n",
		"long name":               identity + "metadata: {name: " + strings.Repeat("a", 54) + "}\n",
		"unknown at the root":     identity + "metadata: {name: a}\nfoo: 1\n",
		"unknown in metadata":     identity + "metadata: {name: a, foo: 1}\n",
		"unknown in spec":         head + "  foo: 1\n",
		"unknown in migration":    head + "  migration: {enabeld: true}\n",
		"unknown in a mirror":     mirror("foo: 1"),
		"unknown in remove":       mirror("remove: {foo: 1}"),
		"unknown in a snapshot":   snapshot("foo: 1"),
		"unknown in hooks":        snapshot("hooks: {foo: []}"),
		"unknown in a row":        head + "  objectStorage: {providers: [{name: minio, foo: 1}]}\n",
		"unknown in a match":      head + "  objectStorage: {providers: [{name: minio, match: [{image: a}]}]}\n",
		"row without a name":      head + "  objectStorage: {providers: [{port: 1}]}\n",
		"row with a huge port":    head + "  objectStorage: {providers: [{name: minio, port: 70000}]}\n",
		"scheme":                  head + "  objectStorage: {providers: [{name: minio, scheme: ftp}]}\n",
		"lacks":                   head + "  objectStorage: {providers: [{name: minio, lacks: [tag]}]}\n",
		"half a pair of keys":     head + "  objectStorage: {providers: [{name: minio, credentials: {secretKeys: [{accessKey: a}]}}]}\n",
		"accept":                  head + "  migration: {accept: [tag]}\n",
		"text for bool":           head + "  migration: {enabled: 'true'}\n",
		"text for number":         head + "  objectStorage: {alias: {port: http}}\n",
		"fraction":                head + "  objectStorage: {alias: {port: 9.5}}\n",
		"port 0":                  head + "  objectStorage: {alias: {port: 0}}\n",
		"port too high":           head + "  objectStorage: {alias: {port: 65536}}\n",
		"mapping for list":        head + "  mirrors: {}\n",
		"list for mapping":        head + "  podTemplate: []\n",
		"mapping for text":        head + "  image: {}\n",
		"number for label":        head + "  snapshots: [{name: a, rpo: 1h, claims: {selector: {a: [1]}}}]\n",
		"duration without unit":   head + "  migration: {deadline: '4'}\n",
		"duration with a sign":    head + "  migration: {deadline: -4m}\n",
		"duration in fractions":   head + "  migration: {deadline: 1.5d}\n",
		"duration in microsecond": head + "  migration: {deadline: 5us}\n",
		"duration out of order":   head + "  migration: {deadline: 1d1w}\n",
		"empty duration":          head + "  migration: {deadline: ''}\n",
		"bandwidth in bits":       mirror("bandwidth: 5Mbit"),
		"mirror without name":     head + "  mirrors: [{rpo: 1h, destination: {endpoint: https://s3}, buckets: ['*']}]\n",
		"mirror without target":   head + "  mirrors: [{name: a, rpo: 1h, buckets: ['*']}]\n",
		"target without endpoint": mirror("destination: {}"),
		"percent":                 mirror("remove: {maxPercent: 0}"),
		"retention":               snapshot("retention: {last: 0}"),
		"negative retention":      snapshot("retention: {daily: -1}"),
		"loss without uid":        head + "  preUpgradeChecks: {allowLoss: [{claim: a}]}\n",
	}
	compiled := compiledSchema(t)
	for name, document := range good {
		t.Run("good/"+name, func(t *testing.T) {
			if _, err := Load("f", []byte(document)); err != nil {
				t.Errorf("Load refuses it: %v", err)
			}
			if err := validateBySchema(t, compiled, document); err != nil {
				t.Errorf("the schema refuses it: %v", err)
			}
		})
	}
	for name, document := range bad {
		t.Run("bad/"+name, func(t *testing.T) {
			if _, err := Load("f", []byte(document)); err == nil {
				t.Error("Load accepts it")
			}
			if err := validateBySchema(t, compiled, document); err == nil {
				t.Error("the schema accepts it")
			}
		})
	}
}

func TestSchemaAcceptsWhatIsWritten(t *testing.T) {
	loaded, err := Load("f", []byte(full))
	if err != nil {
		t.Fatal(err)
	}
	text, err := yaml.Marshal(loaded)
	if err != nil {
		t.Fatal(err)
	}
	if err := validateBySchema(t, compiledSchema(t), string(text)); err != nil {
		t.Error(err)
	}
}
