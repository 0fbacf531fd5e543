package provider

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestValidate(t *testing.T) {
	cases := map[string]struct {
		row  Row
		want []string
	}{
		"an override sets what it likes": {row: Row{Name: "minio"}},
		"a full row": {row: Row{
			Name: "my-store2", Match: []Match{{Images: []string{"mirror/*/store"}, Labels: map[string]string{"a": ""}, Args: []string{"-s3"}}},
			Port: 65535, PortNames: []string{"s3"}, Scheme: "https", HealthPath: "/", Lacks: Features(),
			Credentials: Credentials{AccessKeyEnv: []string{"_A1"}, SecretKeyEnv: []string{"B"}, SecretKeys: []KeyPair{{"a.b-c_D", "d"}}},
		}},
		"a name is needed": {
			row:  Row{},
			want: []string{`name: "" must be 1 to 32 lower-case letters, digits and dashes, and neither begin nor end with a dash`},
		},
		"external": {
			row: Row{Name: "a", External: true, Match: []Match{{Images: []string{"a"}}}, Parts: []Match{{Images: []string{"a"}}}, Selector: map[string]string{"a": "b"}},
			want: []string{
				"match: an external provider has no workload to recognise",
				"parts: an external provider has no workload to recognise",
				"selector: an external provider has no pods to select",
			},
		},
		"match": {
			row: Row{Name: "a", Match: []Match{
				{},
				{NotLabels: map[string]string{"a": "b"}},
				{DeclaresPort: true},
				{Images: []string{"ok", "quay.io/minio/minio", "minio:latest", "minio@sha256:0", "[", "a//b", ""}},
				{Labels: map[string]string{"": "x"}, Args: []string{"", "two words"}},
			}, Parts: []Match{{}}},
			want: []string{
				"match[0]: needs images, labels or args",
				"match[1]: needs images, labels or args",
				"match[2]: needs images, labels or args",
				`match[3].images[1]: "quay.io/minio/minio" must be a repository without registry, tag and digest`,
				`match[3].images[2]: "minio:latest" must be a repository without registry, tag and digest`,
				`match[3].images[3]: "minio@sha256:0" must be a repository without registry, tag and digest`,
				`match[3].images[4]: "[" is not a pattern for a repository`,
				`match[3].images[5]: "a//b" is not a pattern for a repository`,
				`match[3].images[6]: "" is not a pattern for a repository`,
				"match[4].labels: a label needs a key",
				`match[4].args[0]: "" must be one word`,
				`match[4].args[1]: "two words" must be one word`,
				"parts[0]: needs images, labels or args",
			},
		},
		"the rest": {
			row: Row{
				Name: "a", Selector: map[string]string{"": "x"}, Port: 65536, PortNames: []string{""}, Scheme: "s3", HealthPath: "health",
				Credentials: Credentials{AccessKeyEnv: []string{"A-B"}, SecretKeyEnv: []string{"1A"}, SecretKeys: []KeyPair{{"a b", ""}}},
				Lacks:       []string{"tags", "quota"},
			},
			want: []string{
				"selector: a label needs a key",
				"port: 65536 is not a port: use 1 to 65535",
				"portNames[0]: must not be empty",
				`scheme: "s3" must be http or https`,
				`credentials.accessKeyEnv[0]: "A-B" is not the name of an environment variable`,
				`credentials.secretKeyEnv[0]: "1A" is not the name of an environment variable`,
				`credentials.secretKeys[0].accessKey: "a b" is not a key of a Secret`,
				`credentials.secretKeys[0].secretKey: "" is not a key of a Secret`,
				`healthPath: "health" must begin with /`,
				`lacks[1]: "quota" is not one of acl, bucket-tags, cors, encryption, lifecycle, lock, nested-keys, notification, policy, tags, versions, website`,
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			err := c.row.Validate()
			if len(c.want) == 0 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(c.want, messages(t, err)); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFeaturesAreSorted(t *testing.T) {
	if !slices.IsSorted(Features()) {
		t.Errorf("not sorted: %v", Features())
	}
}
