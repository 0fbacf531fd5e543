package release_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/release"
)

func inspect(t *testing.T, spec string, manifests ...string) (*release.Release, *config.Config) {
	t.Helper()
	cfg, err := config.Load("ferry.yaml", []byte("apiVersion: helm-ferry.dev/v1alpha1\nkind: Ferry\nmetadata: {name: shop}\nspec:\n  "+strings.ReplaceAll(strings.TrimSpace(spec), "\n", "\n  ")+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	stream, err := manifest.Parse([]byte(strings.Join(manifests, "\n---\n")))
	if err != nil {
		t.Fatal(err)
	}
	r, err := release.Inspect(stream, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r, cfg
}

// part reads manifests from testdata.
func part(t *testing.T, names ...string) string {
	t.Helper()
	var parts []string
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join("testdata", name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, string(data))
	}
	return strings.Join(parts, "\n---\n")
}

func TestResolve(t *testing.T) {
	minio, rustfs, versity := part(t, "minio"), part(t, "rustfs"), part(t, "versitygw")
	tests := map[string]struct {
		storage   string
		manifests []string
		want      string // provider, with ! for a cutover
		err       string
	}{
		"nothing enabled":                  {storage: "{}"},
		"one":                              {storage: "{}", manifests: []string{rustfs}, want: "rustfs"},
		"two stay on the previous":         {storage: "{}", manifests: []string{rustfs, minio}, want: "minio"},
		"two, acknowledged":                {storage: "{cutoverAcknowledged: true}", manifests: []string{minio, rustfs}, want: "rustfs!"},
		"two, the other way":               {storage: "{previousProvider: rustfs, cutoverAcknowledged: true}", manifests: []string{minio, rustfs}, want: "minio!"},
		"two, previous is neither":         {storage: "{previousProvider: garage}", manifests: []string{minio, rustfs}, err: "spec.objectStorage.previousProvider: is garage"},
		"three":                            {storage: "{}", manifests: []string{minio, rustfs, versity}, err: "3 providers are enabled"},
		"three, one named":                 {storage: "{activeProvider: versitygw, previousProvider: versitygw}", manifests: []string{minio, rustfs, versity}, want: "versitygw"},
		"three, away from the previous":    {storage: "{activeProvider: versitygw}", manifests: []string{minio, rustfs, versity}, want: "versitygw!"},
		"named and not enabled":            {storage: "{activeProvider: garage}", manifests: []string{minio}, err: "is garage, which is not enabled (enabled: minio (StatefulSet/shop-minio))"},
		"named and nothing enabled":        {storage: "{activeProvider: minio}", err: "(enabled: none)"},
		"named away from the previous":     {storage: "{activeProvider: rustfs}", manifests: []string{minio, rustfs}, want: "rustfs!"},
		"endpoint alone":                   {storage: "{endpoint: https://s3.example.com}", want: "external"},
		"endpoint beside a bundled store":  {storage: "{endpoint: https://s3.example.com}", manifests: []string{minio}, want: "minio"},
		"endpoint, acknowledged":           {storage: "{endpoint: https://s3.example.com, cutoverAcknowledged: true}", manifests: []string{minio}, want: "external!"},
		"a store of another release":       {storage: "{providers: [{name: garage, selector: {app: garage}}]}", want: "garage"},
		"a user's row names the endpoint":  {storage: "{endpoint: https://s3.example.com, providers: [{name: wasabi, external: true}]}", want: "wasabi"},
		"two of one kind":                  {storage: "{}", manifests: []string{minio, strings.NewReplacer("shop-minio", "other-minio", "instance: shop", "instance: other").Replace(minio)}, err: "two enabled providers are of the kind minio"},
		"a row of the user's own, enabled": {storage: "{providers: [{name: attic, port: 9000}]}", manifests: []string{strings.NewReplacer("rustfs/rustfs", "own/store", "rustfs", "attic").Replace(rustfs)}, want: "attic"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r, cfg := inspect(t, "objectStorage: "+test.storage, test.manifests...)
			resolution, err := r.Resolve(cfg.Spec.ObjectStorage)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("error %v does not contain %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if resolution.Active != nil {
				got = resolution.Active.Name()
			}
			if resolution.Cutover {
				got += "!"
			}
			if got != test.want {
				t.Errorf("active is %q, want %q", got, test.want)
			}
		})
	}
}

func TestProviderIsReachedByItsOwnService(t *testing.T) {
	r, _ := inspect(t, "objectStorage: {}", part(t, "minio"))
	p := r.Provider("minio")
	got := map[string]any{"url": p.URL(), "target": p.TargetPort, "selector": p.Selector, "services": len(p.Services), "credentials": p.Credentials}
	want := map[string]any{
		"url": "http://shop-minio:9000", "target": "s3", "selector": map[string]string{"app.kubernetes.io/name": "minio", "app.kubernetes.io/instance": "shop"},
		"services": 2,
		"credentials": release.Credentials{
			AccessKey: release.Source{Secret: "shop-minio", Key: "root-user"}, SecretKey: release.Source{Secret: "shop-minio", Key: "root-password"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("minio (-want +got):\n%s", diff)
	}
}

func TestCredentialsAreFoundWhereverTheChartPutsThem(t *testing.T) {
	for _, name := range []string{"credentials-file", "credentials-envfrom", "credentials-literal", "credentials-known-shape", "credentials-elsewhere", "credentials-last"} {
		t.Run(name, func(t *testing.T) {
			r, _ := inspect(t, "objectStorage: {}", part(t, name))
			if len(r.Providers) != 1 {
				t.Fatalf("%d providers", len(r.Providers))
			}
			if c := r.Providers[0].Credentials; !c.Known() {
				t.Errorf("not found: %+v", c)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	r, _ := inspect(t, "objectStorage: {}", part(t, "minio", "claims"))
	var got []string
	for _, claim := range r.Claims {
		owner := ""
		if claim.Provider != nil {
			owner = " of " + claim.Provider.Name()
		}
		got = append(got, claim.Name+owner+" "+claim.Size)
	}
	want := []string{
		"data-shop-minio-0 of minio 10Gi", "data-shop-minio-1 of minio 10Gi",
		"data-db-3 1Gi", "data-db-4 1Gi", "log-db-3 2Gi", "log-db-4 2Gi", "uploads 5Gi",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
}

func TestConsumers(t *testing.T) {
	r, _ := inspect(t, "migration: {consumers: [deployment/cache], exclude: [Deployment/console]}", part(t, "minio", "consumers"))
	got := map[string]string{}
	for _, consumer := range r.Consumers {
		got[consumer.Workload.Title()] = strings.Join(consumer.Reasons, "; ")
	}
	want := map[string]string{
		"Deployment/by-alias":    `Deployment/by-alias spec.template.spec.containers[0].env[0].value names Service/shop-objectstorage`,
		"CronJob/by-service":     `CronJob/by-service spec.jobTemplate.spec.template.spec.initContainers[0].args[1] names Service/shop-minio`,
		"Deployment/by-secret":   `uses Secret/shop-objectstorage-credentials`,
		"Deployment/by-config":   `ConfigMap/settings data["app.ini"] names Service/shop-minio`,
		"Deployment/by-password": `Secret/hidden data["url"] names Service/shop-minio`,
		"Deployment/cache":       `spec.migration.consumers names it`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("consumers (-want +got):\n%s", diff)
	}
}

func TestPartsBelongToTheirStore(t *testing.T) {
	r, _ := inspect(t, "objectStorage: {}", part(t, "parts"))
	if len(r.Providers) != 1 || len(r.Providers[0].Parts) != 2 {
		t.Fatalf("providers: %+v", r.Providers)
	}
	if len(r.Consumers) != 0 {
		t.Errorf("%s counts as a consumer: %v", r.Consumers[0].Workload.Title(), r.Consumers[0].Reasons)
	}
	if r.Providers[0].Scheme != "https" {
		t.Errorf("the scheme is %s, and the probe says HTTPS", r.Providers[0].Scheme)
	}
	if len(r.Claims) != 1 || r.Claims[0].Provider != r.Providers[0] {
		t.Errorf("claims: %+v", r.Claims)
	}
}

func TestAnEmptyAliasNamesNothing(t *testing.T) {
	stream, err := manifest.Parse([]byte(part(t, "minio", "consumers")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := release.Inspect(stream, config.New()); err != nil {
		t.Fatal(err)
	}
}

func TestCredentialsAreNotGuessedFromOtherSecrets(t *testing.T) {
	for _, name := range []string{"credentials-hook", "credentials-sidecar"} {
		r, _ := inspect(t, "objectStorage: {}", part(t, name))
		if c := r.Providers[0].Credentials; c.Known() {
			t.Errorf("%s: guessed %+v", name, c)
		}
	}
}

func TestTheLastVariableOfANameCounts(t *testing.T) {
	r, _ := inspect(t, "objectStorage: {}", part(t, "credentials-last"))
	if got := r.Providers[0].Credentials.SecretKey.Literal; got != "second" {
		t.Errorf("the secret key is %q", got)
	}
}

func TestAServiceOfTwoApplicationsIsNoStores(t *testing.T) {
	both := part(t, "minio", "rustfs")
	shared := "apiVersion: v1\nkind: Service\nmetadata: {name: all}\nspec: {selector: {app.kubernetes.io/instance: shop}, ports: [{name: s3, port: 9000, targetPort: s3}]}\n"
	other := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {metadata: {labels: {app.kubernetes.io/instance: shop}}, spec: {containers: [{name: web, image: nginx}]}}}\n"
	r, _ := inspect(t, "objectStorage: {}", shared, both, other)
	if got := r.Provider("minio").Service.Name; got != "shop-minio" {
		t.Errorf("minio is reached by Service/%s", got)
	}
}

func TestAnotherProductCalledFerryIsNotOurs(t *testing.T) {
	r, _ := inspect(t, "objectStorage: {}", strings.ReplaceAll(part(t, "minio"), "metadata: {name: shop-minio}", "metadata: {name: shop-minio, labels: {app.kubernetes.io/part-of: ferry}}"))
	if r.Provider("minio") == nil {
		t.Error("the store is not seen")
	}
}
