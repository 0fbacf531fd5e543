package config

import (
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// minimal is what [head] alone loads as.
func minimal() *Config {
	config := New()
	config.APIVersion, config.Kind, config.Metadata.Name = APIVersion, Kind, "ilum"
	config.Spec.ObjectStorage.Alias.Name = "ilum-objectstorage"
	config.Spec.ObjectStorage.Credentials.SecretName = "ilum-objectstorage-credentials"
	return config
}

func minute(n int) Duration { return Duration(n) * Duration(time.Minute) }

func TestLoadAccepts(t *testing.T) {
	tests := map[string]struct {
		document string
		want     func(*Config)
	}{
		"no spec":    {identity + "metadata: {name: ilum}\n", func(*Config) {}},
		"null spec":  {head, func(*Config) {}},
		"empty spec": {head + "  {}\n", func(*Config) {}},
		"JSON": {
			`{"apiVersion":"helm-ferry.dev/v1alpha1","kind":"Ferry","metadata":{"name":"ilum"},"spec":{"image":"a"}}`,
			func(c *Config) { c.Spec.Image = "a" },
		},
		"empty documents around it": {"---\n# first\n---\n" + head + "  image: a\n---\n", func(c *Config) { c.Spec.Image = "a" }},
		"byte order mark":           {"\ufeff" + head + "  image: a\n", func(c *Config) { c.Spec.Image = "a" }},
		"UTF-16 as a Windows shell writes it": {
			utf16Text(head + "  image: größe\n"), func(c *Config) { c.Spec.Image = "größe" },
		},
		"Windows line ends": {
			strings.ReplaceAll(head+"  image: a\n  mirrors:\n  - name: m\n    rpo: 1h\n    deadline: 5m\n    buckets: ['*']\n    destination:\n      endpoint: https://s3\n", "\n", "\r\n"),
			func(c *Config) {
				c.Spec.Image = "a"
				mirror := Mirror{Name: "m", RPO: minute(60), Buckets: []string{"*"}}
				mirror.SetDefaults()
				mirror.Deadline, mirror.Destination.Endpoint = minute(5), "https://s3"
				c.Spec.Mirrors = []Mirror{mirror}
			},
		},
		"null leaves the default": {
			head + "  image:\n  objectStorage: {alias: {port: ~, name: null}, previousProvider: null, region: }\n  migration: ~\n  mirrors:\n  preUpgradeChecks: {enabled: , allowLoss: null}\n",
			func(*Config) {},
		},
		"false and empty override the default": {
			head + "  preUpgradeChecks: {enabled: false, requireProof: false}\n  migration: {quiesce: false}\n  objectStorage: {previousProvider: '', region: ''}\n",
			func(c *Config) {
				c.Spec.PreUpgradeChecks = PreUpgradeChecks{}
				c.Spec.Migration.Quiesce = false
				c.Spec.ObjectStorage.PreviousProvider, c.Spec.ObjectStorage.Region = "", ""
			},
		},
		"names follow from names": {
			head + "  objectStorage: {alias: {name: store}}\n",
			func(c *Config) {
				c.Spec.ObjectStorage.Alias.Name = "store"
				c.Spec.ObjectStorage.Credentials.SecretName = "store-credentials"
			},
		},
		"mirrors copy the default buckets": {
			head + "  objectStorage: {defaultBuckets: [aaa, bbb]}\n  mirrors: [{name: m, schedule: '@daily', destination: {endpoint: 'http://[::1]:9000/'}}]\n",
			func(c *Config) {
				c.Spec.ObjectStorage.DefaultBuckets = []string{"aaa", "bbb"}
				c.Spec.Mirrors = []Mirror{{
					Name: "m", Schedule: "@daily", Deadline: minute(20), Buckets: []string{"aaa", "bbb"},
					Destination: Destination{Endpoint: "http://[::1]:9000/", Region: "us-east-1"},
					Remove:      Remove{MaxPercent: 10, Trash: minute(30 * 24 * 60)},
				}}
			},
		},
		"snapshots take the active provider's claims": {
			head + "  snapshots: [{name: s, rpo: 2h, retention: {last: 3, daily: 0}}]\n",
			func(c *Config) {
				c.Spec.Snapshots = []Snapshot{{
					Name: "s", RPO: minute(120), Claims: Claims{Provider: "active"},
					Retention: Retention{Last: 3, Daily: 0, Weekly: 4, Failed: 3},
				}}
			},
		},
		"aliases and merge keys": {
			head + "  podTemplate:\n    base: &base {a: 1, b: [x]}\n    copy: *base\n    merged: {<<: *base, a: 2, c: 3}\n" +
				"    both: {<<: [{a: first}, *base]}\n",
			func(c *Config) {
				base := map[string]any{"a": int64(1), "b": []any{"x"}}
				c.Spec.PodTemplate = map[string]any{
					"base": base, "copy": base,
					"merged": map[string]any{"a": int64(2), "b": []any{"x"}, "c": int64(3)},
					"both":   map[string]any{"a": "first", "b": []any{"x"}},
				}
			},
		},
		"mirrors share their settings": {
			head + "  mirrors:\n  - &m {name: a, rpo: 1h, buckets: ['*'], destination: {endpoint: https://s3}}\n  - {<<: *m, name: b}\n",
			func(c *Config) {
				mirror := Mirror{Name: "a", RPO: minute(60), Buckets: []string{"*"}}
				mirror.SetDefaults()
				mirror.Destination.Endpoint = "https://s3"
				other := mirror
				other.Name = "b"
				c.Spec.Mirrors = []Mirror{mirror, other}
			},
		},
		"pod template of every shape": {
			head + "  podTemplate:\n    spec: {priority: 5, hostNetwork: false, tolerations: [{operator: Exists}], nodeName: ~}\n" +
				"    metadata:\n      annotations: {1: x, since: 2026-01-02, größe: \"0x1F\", weight: 1.5, bool: yes, hex: 0x1F, none: {}, nothing: []}\n",
			func(c *Config) {
				c.Spec.PodTemplate = map[string]any{
					"spec": map[string]any{
						"priority": int64(5), "hostNetwork": false, "tolerations": []any{map[string]any{"operator": "Exists"}}, "nodeName": nil,
					},
					"metadata": map[string]any{"annotations": map[string]any{
						"1": "x", "since": "2026-01-02", "größe": "0x1F", "weight": 1.5, "bool": "yes", "hex": int64(31),
						"none": map[string]any{}, "nothing": []any{},
					}},
				}
			},
		},
		"text that looks like something else": {
			head + "  image: 1.20\n  objectStorage: {defaultBuckets: [007, true]}\n",
			func(c *Config) {
				c.Spec.Image = "1.20"
				c.Spec.ObjectStorage.DefaultBuckets = []string{"007", "true"}
			},
		},
		"functionConfig": {
			identity + "metadata:\n  name: ilum\n  namespace: data\n  labels: {a: 1}\n  annotations:\n" +
				"    config.kubernetes.io/function: |\n      exec: {path: ./ferry}\n    config.kubernetes.io/local-config: \"true\"\n",
			func(c *Config) {
				c.Metadata.Namespace = "data"
				c.Metadata.Labels = map[string]string{"a": "1"}
				c.Metadata.Annotations = map[string]string{
					"config.kubernetes.io/function":     "exec: {path: ./ferry}\n",
					"config.kubernetes.io/local-config": "true",
				}
			},
		},
		"provider of the user": {
			head + "  objectStorage:\n    activeProvider: ozone\n    providers: [{name: ozone, port: 9878}]\n  migration: {enabled: true, from: minio, to: ozone, accept: [tags]}\n" +
				"  snapshots: [{name: s, rpo: 1h, claims: {provider: ozone}}]\n",
			func(c *Config) {
				c.Spec.ObjectStorage.ActiveProvider = "ozone"
				c.Spec.Migration.Enabled, c.Spec.Migration.From, c.Spec.Migration.To = true, "minio", "ozone"
				c.Spec.Migration.Accept = []string{"tags"}
				c.Spec.Snapshots = []Snapshot{{Name: "s", RPO: minute(60), Claims: Claims{Provider: "ozone"}}}
				c.Spec.Snapshots[0].SetDefaults()
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Load("f", []byte(test.document))
			if err != nil {
				t.Fatal(err)
			}
			want := minimal()
			test.want(want)
			want.Spec.ObjectStorage.Providers = got.Spec.ObjectStorage.Providers
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func utf16Text(text string) string {
	bytes := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		bytes = append(bytes, byte(unit), byte(unit>>8))
	}
	return string(bytes)
}

func TestLoadNodeTakesADocumentAndItsRoot(t *testing.T) {
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(head+"  image: a\n"), &document); err != nil {
		t.Fatal(err)
	}
	for _, node := range []*yaml.Node{&document, document.Content[0]} {
		config, err := LoadNode("functionConfig", node)
		if err != nil {
			t.Fatal(err)
		}
		if config.Spec.Image != "a" {
			t.Errorf("image = %q", config.Spec.Image)
		}
	}
}

func TestCredentialsSecret(t *testing.T) {
	config := minimal()
	if got := config.CredentialsSecret(); got != "ilum-objectstorage-credentials" {
		t.Errorf("secret = %s", got)
	}
	config.Spec.ObjectStorage.Credentials.ExistingSecret = "mine"
	if got := config.CredentialsSecret(); got != "mine" {
		t.Errorf("secret = %s", got)
	}
}
