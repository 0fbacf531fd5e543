package config

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/provider"
)

// mirror returns a document with a mirror that has these fields, and what else it needs.
func mirror(fields string) string {
	text := "  mirrors:\n  - name: m\n"
	if !strings.Contains(fields, "rpo:") && !strings.Contains(fields, "schedule:") {
		text += "    rpo: 1h\n"
	}
	if !strings.Contains(fields, "destination:") {
		text += "    destination: {endpoint: https://s3}\n"
	}
	if !strings.Contains(fields, "buckets:") {
		text += "    buckets: ['*']\n"
	}
	return head + text + "    " + fields + "\n"
}

func snapshot(fields string) string {
	if !strings.Contains(fields, "rpo:") && !strings.Contains(fields, "schedule:") {
		fields += ", rpo: 1h"
	}
	return head + "  snapshots: [{name: s, " + fields + "}]\n"
}

const badName = " is not a name that Kubernetes takes: at most 63 of a-z, 0-9 and -, with a letter or digit at both ends"

const badObject = " is not a name that Kubernetes takes: a-z, 0-9, - and ., with a letter or digit at both ends"

const badBucket = " is not a bucket name: 3 to 63 of a-z, 0-9, . and -, with a letter or digit at both ends"

func TestValidate(t *testing.T) {
	features := strings.Join(provider.Features(), ", ")
	long := strings.Repeat("a", 64)
	tests := map[string]struct {
		document string
		want     []string // field: message
	}{
		"apiVersion":     {strings.Replace(head, "v1alpha1", "v1", 1), []string{`apiVersion: must be helm-ferry.dev/v1alpha1, is "helm-ferry.dev/v1"`}},
		"kind":           {strings.Replace(head, "Ferry", "Fairy", 1), []string{`kind: must be Ferry, is "Fairy"`}},
		"name too long":  {strings.Replace(head, "ilum", long[:54], 1), []string{`metadata.name: "` + long[:54] + `" is longer than 53 characters`}},
		"name not a one": {strings.Replace(head, "ilum", "Ilum_1", 1), []string{`metadata.name: "Ilum_1"` + badName}},
		"name leaves no room for the alias": {
			strings.Replace(head, "ilum", long[:50], 1),
			[]string{`spec.objectStorage.alias.name: "` + long[:50] + `-objectsto…"` + badName},
		},

		"alias name":          {head + "  objectStorage: {alias: {name: -a}}\n", []string{`spec.objectStorage.alias.name: "-a"` + badName}},
		"alias port low":      {head + "  objectStorage: {alias: {port: 0}}\n", []string{"spec.objectStorage.alias.port: must be between 1 and 65535, is 0"}},
		"alias port high":     {head + "  objectStorage: {alias: {port: 65536}}\n", []string{"spec.objectStorage.alias.port: must be between 1 and 65535, is 65536"}},
		"no active provider":  {head + "  objectStorage: {activeProvider: ''}\n", []string{"spec.objectStorage.activeProvider: must be auto or the name of a provider"}},
		"active provider":     {head + "  objectStorage: {activeProvider: minoi}\n", []string{`spec.objectStorage.activeProvider: "minoi" is not a provider; did you mean "minio"?`}},
		"previous provider":   {head + "  objectStorage: {previousProvider: hdfs}\n", []string{`spec.objectStorage.previousProvider: "hdfs" is not a provider; known: ` + strings.Join(provider.Default().Names(), ", ")}},
		"endpoint scheme":     {head + "  objectStorage: {endpoint: s3.example.com}\n", []string{`spec.objectStorage.endpoint: "s3.example.com" is not the URL of an S3 endpoint: write https://host or http://host:port`}},
		"endpoint host":       {head + "  objectStorage: {endpoint: 'http://:9000'}\n", []string{`spec.objectStorage.endpoint: "http://:9000" is not the URL of an S3 endpoint: write https://host or http://host:port`}},
		"endpoint with path":  {head + "  objectStorage: {endpoint: 'https://s3/bucket?sig=SECRET'}\n", []string{"spec.objectStorage.endpoint: must be the endpoint alone, without a path: write https://s3; buckets are named elsewhere"}},
		"endpoint with keys":  {head + "  objectStorage: {endpoint: 'https://AKIA:SECRET@s3'}\n", []string{"spec.objectStorage.endpoint: must not hold credentials: put them into a Secret and name it in secretName"}},
		"keys, not even URL":  {head + "  objectStorage: {endpoint: 'https://AKIA:SECRET@s 3:x?sig=SECRET'}\n", []string{`spec.objectStorage.endpoint: "https://…@s 3:x?…" is not the URL of an S3 endpoint: write https://host or http://host:port`}},
		"keys without scheme": {head + "  objectStorage: {endpoint: 'AKIA:SECRET@s3'}\n", []string{`spec.objectStorage.endpoint: "…@s3" is not the URL of an S3 endpoint: write https://host or http://host:port`}},
		"secret name":         {head + "  objectStorage: {credentials: {secretName: a..b}}\n", []string{`spec.objectStorage.credentials.secretName: "a..b"` + badObject}},
		"existing secret":     {head + "  objectStorage: {credentials: {existingSecret: A}}\n", []string{`spec.objectStorage.credentials.existingSecret: "A"` + badObject}},
		"default buckets": {
			head + "  objectStorage: {defaultBuckets: [ok1, no, Upper, ok1, null]}\n",
			[]string{
				`spec.objectStorage.defaultBuckets[1]: "no"` + badBucket, `spec.objectStorage.defaultBuckets[2]: "Upper"` + badBucket,
				`spec.objectStorage.defaultBuckets[3]: "ok1" is named twice`, `spec.objectStorage.defaultBuckets[4]: ""` + badBucket,
			},
		},
		"bad default bucket is told once": {
			head + "  objectStorage: {defaultBuckets: [no]}\n  mirrors: [{name: m, rpo: 1h, destination: {endpoint: https://s3}}]\n",
			[]string{`spec.objectStorage.defaultBuckets[0]: "no"` + badBucket},
		},
		"provider rows": {
			head + "  objectStorage:\n    activeProvider: ozone\n    providers: [{name: ozone, scheme: ftp, lacks: [tag]}, {name: minio, healthPath: x}]\n",
			[]string{
				`spec.objectStorage.providers[0].scheme: "ftp" must be http or https`,
				`spec.objectStorage.providers[0].lacks[0]: "tag" is not one of ` + features,
				`spec.objectStorage.providers[1].healthPath: "x" must begin with /`,
			},
		},
		"provider row without port": {
			head + "  objectStorage: {providers: [{name: ozone}]}\n",
			[]string{"spec.objectStorage.providers[0].port: ozone needs the container port that serves S3"},
		},

		"allowed loss without claim": {head + "  preUpgradeChecks: {allowLoss: [{}]}\n", []string{"spec.preUpgradeChecks.allowLoss[0].claim: is missing: name the PersistentVolumeClaim"}},
		"allowed loss without uid":   {head + "  preUpgradeChecks: {allowLoss: [{claim: a}]}\n", []string{"spec.preUpgradeChecks.allowLoss[0].uid: is missing: `kubectl get pvc a -o jsonpath={.metadata.uid}` prints it"}},
		"allowed loss of nonsense":   {head + "  preUpgradeChecks: {allowLoss: [{claim: 'a b', uid: c}]}\n", []string{`spec.preUpgradeChecks.allowLoss[0].claim: "a b"` + badObject}},
		"required but disabled":      {head + "  preUpgradeChecks: {required: true, enabled: false}\n", []string{"spec.preUpgradeChecks.required: is true while enabled is false: choose one"}},

		"migration without sides": {
			head + "  migration: {enabled: true}\n",
			[]string{"spec.migration.from: is missing: name the provider to copy from", "spec.migration.to: is missing: name the provider to copy to"},
		},
		"migration without from": {head + "  migration: {enabled: true, to: rustfs}\n", []string{"spec.migration.from: is missing: name the provider to copy from"}},
		"migration without to":   {head + "  migration: {enabled: true, from: minio}\n", []string{"spec.migration.to: is missing: name the provider to copy to"}},
		"migration to itself":    {head + "  migration: {enabled: true, from: minio, to: minio}\n", []string{`spec.migration.to: is "minio", the provider that from names: name another`}},
		"migration of unknown":   {head + "  migration: {from: mino, to: rust}\n", []string{`spec.migration.from: "mino" is not a provider; did you mean "minio"?`, `spec.migration.to: "rust" is not a provider; did you mean "rustfs"?`}},
		"migration deadline":     {head + "  migration: {deadline: 0s}\n", []string{"spec.migration.deadline: must be more than 0"}},
		"migration consumers":    {head + "  migration: {consumers: [Deployment/api, api], exclude: [Job/]}\n", []string{`spec.migration.consumers[1]: "api" is not a workload: write kind/name, for example Deployment/api`, `spec.migration.exclude[0]: "Job/" is not a workload: write kind/name, for example Deployment/api`}},
		"migration accepts":      {head + "  migration: {accept: [tag, everything]}\n", []string{`spec.migration.accept[0]: "tag" is not something that a store may lack; did you mean "tags"?`, `spec.migration.accept[1]: "everything" is not something that a store may lack; known: ` + features}},

		"mirror without name":    {head + "  mirrors: [{rpo: 1h, destination: {endpoint: https://s3}, buckets: ['*']}]\n", []string{"spec.mirrors[0].name: is missing"}},
		"mirror name":            {strings.Replace(mirror("suspend: true"), "name: m", "name: M", 1), []string{`spec.mirrors[0].name: "M"` + badName}},
		"mirrors of one name":    {strings.Replace(mirror("suspend: true"), "- name: m", "- &m\n    name: m", 1) + "  - *m\n", []string{`spec.mirrors[1].name: "m" is the name of an earlier entry`}},
		"mirror destination":     {mirror("destination: {region: x}"), []string{"spec.mirrors[0].destination.endpoint: is missing: a mirror needs the URL of the store to copy to"}},
		"mirror endpoint":        {mirror("destination: {endpoint: s3}"), []string{`spec.mirrors[0].destination.endpoint: "s3" is not the URL of an S3 endpoint: write https://host or http://host:port`}},
		"mirror secret":          {mirror("destination: {endpoint: https://s3, secretName: A}"), []string{`spec.mirrors[0].destination.secretName: "A"` + badObject}},
		"mirror without buckets": {mirror("buckets: []"), []string{`spec.mirrors[0].buckets: is empty and so is spec.objectStorage.defaultBuckets: name the buckets, or "*" for all`}},
		"mirror of all and more": {mirror("buckets: ['*', aaa]"), []string{`spec.mirrors[0].buckets: names "*", which is every bucket, beside others: choose one`}},
		"no certificate":         {head + "  caBundle: none\n", []string{"spec.caBundle: has no certificate in PEM: -----BEGIN CERTIFICATE-----"}},
		"state bucket":           {mirror("state: {bucket: A}"), []string{`spec.mirrors[0].state.bucket: "A"` + badBucket}},
		"state prefix": {
			mirror("state: {prefix: a//b}"),
			[]string{`spec.mirrors[0].state.prefix: "a//b" must be segments of letters, digits, - and _, joined by slashes`},
		},
		"state in a mirrored bucket": {
			mirror("buckets: [aaa]\n    state: {bucket: aaa}"),
			[]string{`spec.mirrors[0].state.prefix: is empty, and "aaa" is a bucket that is mirrored: name a prefix that is Ferry's own`},
		},
		"mirror bucket":           {mirror("buckets: [a]"), []string{`spec.mirrors[0].buckets[0]: "a"` + badBucket}},
		"mirror deadline":         {mirror("deadline: 0"), []string{"spec.mirrors[0].deadline: must be more than 0"}},
		"mirror percent":          {mirror("remove: {maxPercent: 101}"), []string{"spec.mirrors[0].remove.maxPercent: must be between 1 and 100, is 101"}},
		"mirror rpo and schedule": {mirror("schedule: '@daily'\n    rpo: 1h"), []string{"spec.mirrors[0].schedule: is given beside rpo: choose one"}},
		"mirror time zone":        {mirror("schedule: 'CRON_TZ=UTC 0 0 * * *'"), []string{"spec.mirrors[0].schedule: must not set a time zone: Kubernetes refuses it"}},
		"mirror schedule":         {mirror("schedule: '0 * * *'"), []string{`spec.mirrors[0].schedule: "0 * * *" has 4 fields, cron wants 5`}},
		"mirror rpo too small":    {mirror("rpo: 25m"), []string{"spec.mirrors[0].rpo: 25m cannot be held with a deadline of 20m: an rpo must be at least the deadline plus 10m; raise rpo or lower deadline"}},
		"mirror bandwidth":        {mirror("bandwidth: fast"), []string{`spec.mirrors[0].bandwidth: "fast" is not a bandwidth: write bytes per second, for example 50MiB`}},

		"snapshot without name":   {head + "  snapshots: [{rpo: 1h}, {rpo: 1h}]\n", []string{"spec.snapshots[0].name: is missing", "spec.snapshots[1].name: is missing"}},
		"snapshots of one name":   {head + "  snapshots: [{name: s, rpo: 1h}, {name: s, rpo: 1h}]\n", []string{`spec.snapshots[1].name: "s" is the name of an earlier entry`}},
		"snapshot claims":         {snapshot("claims: {provider: active, names: [a]}"), []string{"spec.snapshots[0].claims: gives more than one of provider, names and selector: choose one"}},
		"snapshot provider":       {snapshot("claims: {provider: miniio}"), []string{`spec.snapshots[0].claims.provider: "miniio" is not a provider; did you mean "minio"?`}},
		"snapshot claim names":    {snapshot("claims: {names: [a, A, '']}"), []string{`spec.snapshots[0].claims.names[1]: "A"` + badObject, "spec.snapshots[0].claims.names[2]: must not be empty"}},
		"snapshot class":          {snapshot("class: A"), []string{`spec.snapshots[0].class: "A"` + badObject}},
		"snapshot retention last": {snapshot("retention: {last: 0}"), []string{"spec.snapshots[0].retention.last: must be at least 1, is 0: the last snapshot is never pruned"}},
		"snapshot retention": {
			snapshot("retention: {daily: -1, weekly: -2, failed: -3}"),
			[]string{
				"spec.snapshots[0].retention.daily: must be at least 0, is -1", "spec.snapshots[0].retention.weekly: must be at least 0, is -2",
				"spec.snapshots[0].retention.failed: must be at least 0, is -3",
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Load("f", []byte(test.document))
			errs, _ := errors.AsType[Errors](err)
			got := make([]string, len(errs))
			for i, fault := range errs {
				if fault.Line == 0 || fault.Column == 0 {
					t.Errorf("no place: %v", fault)
				}
				got[i] = fault.Field + ": " + fault.Message
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if err != nil && strings.Contains(err.Error(), "SECRET") {
				t.Errorf("a secret is shown: %v", err)
			}
		})
	}
}

func TestValidateWithoutADocument(t *testing.T) {
	if err := minimal().Validate(); err != nil {
		t.Errorf("valid: %v", err)
	}
	config := minimal()
	config.Kind = "Fairy"
	err := config.Validate()
	if want := `config: kind: must be Ferry, is "Fairy"`; err == nil || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
}
