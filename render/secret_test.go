package render_test

import (
	"encoding/base64"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/render"
)

// secretsOf renders a case and returns the decoded values of one Secret: goldens mask them.
func secretsOf(t *testing.T, name, secret string) map[string]string {
	t.Helper()
	folder := filepath.Join(cases, name)
	cfg, err := caseConfig(t, folder)
	if err != nil {
		t.Fatal(err)
	}
	rendering, err := render.Render(t.Context(), read(t, filepath.Join(folder, "input.yaml")), cfg)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for _, o := range rendering.Stream.Objects() {
		if o.Kind != "Secret" || o.Name != secret {
			continue
		}
		for key, value := range manifest.StringMap(o.Node("data")) {
			decoded, err := base64.StdEncoding.DecodeString(value)
			if err != nil {
				t.Errorf("data[%q] is not base64: %v", key, err)
			}
			values[key] = string(decoded)
		}
		maps.Copy(values, manifest.StringMap(o.Node("stringData")))
	}
	return values
}

func TestSharedSecretHoldsTheCredentialsOfTheActiveProvider(t *testing.T) {
	minio, rustfs := [2]string{"admin", "correct-horse"}, [2]string{"ferryman", "brown-horse"}
	for name, want := range map[string][2]string{
		"credentials-data":           rustfs,
		"credentials-literal":        minio,
		"credentials-file":           minio,
		"credentials-envfrom-prefix": minio,
		"credentials-after-cutover":  rustfs,
		"migration-first-pass":       minio,
	} {
		t.Run(name, func(t *testing.T) {
			got := secretsOf(t, name, "shop-objectstorage-credentials")
			if diff := cmp.Diff(map[string]string{
				"access-key": want[0], "root-user": want[0], "RUSTFS_ACCESS_KEY": want[0],
				"secret-key": want[1], "root-password": want[1], "RUSTFS_SECRET_KEY": want[1],
			}, got); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMigrationReadsLiteralCredentialsFromASecret(t *testing.T) {
	if got := secretsOf(t, "migration-literal-target", "shop-rustfs-credentials"); got["access-key"] != "ferryman" || got["secret-key"] != "brown-horse" {
		t.Errorf("values: %v", got)
	}
}

func TestSecretsAreRewired(t *testing.T) {
	want := map[string]string{
		"url":   "s3://user:battery-horse@shop-objectstorage:9000/files",
		"other": "battery-horse",
		"plain": "http://user:battery-horse@shop-objectstorage:9000",
	}
	if diff := cmp.Diff(want, secretsOf(t, "rewire-secret", "app-secret")); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
}

// A change of a Secret says where, not what: an address may be all that there is to hide.
func TestChangesOfSecretsAreMasked(t *testing.T) {
	folder := filepath.Join(cases, "rewire-secret")
	cfg, err := caseConfig(t, folder)
	if err != nil {
		t.Fatal(err)
	}
	rendering, err := render.Render(t.Context(), read(t, filepath.Join(folder, "input.yaml")), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if len(rendering.Changes) != 2 {
		t.Errorf("%d changes, want 2", len(rendering.Changes))
	}
	for _, change := range rendering.Changes {
		if change.Old != "(hidden)" || change.New != "(hidden)" {
			t.Errorf("%s: %q becomes %q", change.Field, change.Old, change.New)
		}
	}
}

// What is shown to people has no value of any Secret: plain, in a List, of odd shape.
func TestMaskHidesEveryValue(t *testing.T) {
	for name, text := range map[string]string{
		"data":        "apiVersion: v1\nkind: Secret\ndata: {a: " + base64.StdEncoding.EncodeToString([]byte("correct-horse")) + "}\n",
		"block":       "apiVersion: v1\nkind: Secret\nstringData:\n  a: |\n    correct-horse\n    and more horse\n",
		"list":        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  stringData: {a: correct-horse}\n",
		"SecretList":  "apiVersion: v1\nkind: SecretList\nitems:\n- apiVersion: v1\n  kind: Secret\n  stringData: {a: correct-horse}\n",
		"anchor":      "apiVersion: v1\nkind: Secret\nmetadata: {labels: {x: &a correct-horse}}\nstringData: {a: *a}\n",
		"merge":       "apiVersion: v1\nkind: Secret\nx: &m {a: correct-horse}\nstringData: {<<: *m}\n",
		"collection":  "apiVersion: v1\nkind: Secret\nstringData: {a: [correct-horse]}\n",
		"hook":        "apiVersion: v1\nkind: Secret\nmetadata: {annotations: {helm.sh/hook: pre-install}}\nstringData: {a: correct-horse}\n",
		"whole alias": "apiVersion: v1\nkind: Secret\nx: &m {a: correct-horse}\nstringData: *m\n",
	} {
		t.Run(name, func(t *testing.T) {
			masked, err := render.Mask([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			stream, err := manifest.Parse(masked)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range stream.Objects() {
				for place, value := range flatten(o.Root()) {
					if (strings.HasPrefix(place, "/data") || strings.HasPrefix(place, "/stringData")) && value != "!!str (hidden)" {
						t.Errorf("%s is %q", place, value)
					}
				}
			}
		})
	}
}
