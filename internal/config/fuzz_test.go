package config

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"sigs.k8s.io/yaml"
)

// full sets every kind of field.
const full = head + `  image: registry.example.com/ferry-hook:1
  objectStorage:
    alias: {name: store, port: 9001}
    activeProvider: ozone
    previousProvider: ""
    cutoverAcknowledged: true
    endpoint: https://s3.example.com
    region: eu-central-1
    defaultBuckets: [ilum-files, ilum-data]
    credentials: {secretName: keys, existingSecret: "1e3"}
    providers:
    - {name: ozone, port: 9878, scheme: https, lacks: [tags, lock], match: [{images: [apache/ozone], notLabels: {a: "null"}}]}
    - {name: far, external: true}
    rewire: true
  preUpgradeChecks: {enabled: false, requireProof: false, allowLoss: [{claim: data-0, uid: "123"}]}
  migration: {enabled: true, from: minio, to: ozone, quiesce: false, deadline: 1h30m, consumers: [Deployment/api], accept: [tags]}
  mirrors:
  - {name: a, rpo: 30d, deadline: 1.5s, suspend: true, destination: {endpoint: "https://s3"}, bandwidth: 1.5MiB/s, versions: true, remove: {enabled: true, trash: "0"}}
  - {name: b, schedule: "*/5 * * * *", destination: {endpoint: "http://s3:9000", secretName: s}, buckets: ["*"], include: ["a/**"], exclude: ["!"]}
  snapshots:
  - {name: a, rpo: 1h, retention: {last: 1, daily: 0, weekly: 0, failed: 0}}
  - {name: b, schedule: "@hourly", claims: {selector: {app: "yes"}}, hooks: {pre: ["sync; echo '<<'"], post: ["- a"]}}
  podTemplate:
    metadata: {annotations: {"=": "=", "~": "~", größe: "0x1F", "2026-01-02": 2026-01-02}}
    spec: {priority: -5, hostNetwork: false, weight: 1.0e+30, nodeName: ~, tolerations: [], securityContext: {}}
`

// FuzzLoad checks that a document that loads says the same after it has been written and loaded
// again, and that one that does not load gives errors with a source.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{full, head, bomb(2), bomb(20), product(300), "- a: &a [*a]\n", "<<: {a: 1}\n", "{{ .Values.a }}\n", utf16Text(head)} {
		f.Add([]byte(seed))
		f.Add([]byte(strings.ReplaceAll(seed, "\n", "\r\n")))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := Load("f", data)
		if err != nil {
			faults, ok := errors.AsType[Errors](err)
			if !ok || len(faults) == 0 || !strings.HasPrefix(err.Error(), "f:") {
				t.Fatalf("error of type %T: %v", err, err)
			}
			return
		}
		text, err := yaml.Marshal(first)
		if err != nil {
			t.Fatal(err)
		}
		second, err := Load("again", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		again, err := yaml.Marshal(second)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(text, again) {
			t.Errorf("written again, it differs:\n%s", cmp.Diff(string(text), string(again)))
		}
		// a number of free form may change between whole and fraction, which the text above settles
		free := cmpopts.IgnoreFields(Spec{}, "PodTemplate")
		if diff := cmp.Diff(first, second, cmpopts.EquateEmpty(), free); diff != "" {
			t.Errorf("loaded again, it differs:\n%s", diff)
		}
	})
}
