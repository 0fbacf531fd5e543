package hooks_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/internal/config"
)

const header = "apiVersion: helm-ferry.dev/v1alpha1\nkind: Ferry\nmetadata: {name: shop}\nspec:\n"

// judge plans the upgrade from one manifest to another.
func judge(t *testing.T, spec, current, next string) hooks.Plan {
	t.Helper()
	cfg, err := config.Load("ferry.yaml", []byte(header+"  "+spec+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	load := func(text string) hooks.Manifest {
		m, err := hooks.Load(text, cfg)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	return hooks.Judge(hooks.Situation{Current: load(current), Next: load(next), Config: cfg})
}

// set is a StatefulSet with one claim template; more is added to its spec.
func set(name, image, template string, replicas int, more string) string {
	return fmt.Sprintf(`---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: %s}
spec:
  replicas: %d
  selector: {matchLabels: {app.kubernetes.io/name: %s}}
  template:
    metadata: {labels: {app.kubernetes.io/name: %s}}
    spec: {containers: [{name: c, image: %q}]}
  volumeClaimTemplates: [{metadata: {name: %s}, spec: {resources: {requests: {storage: 10Gi}}}}]
%s`, name, replicas, name, name, image, template, more)
}

func claim(name, metadata string) string {
	return fmt.Sprintf("---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: %s, labels: {app: uploads}%s}\n", name, metadata)
}

// alias is the Service that an earlier rendering added.
func alias(provider string) string {
	return "---\napiVersion: v1\nkind: Service\nmetadata: {name: shop-objectstorage, labels: {app.kubernetes.io/part-of: ferry, app.kubernetes.io/component: alias, helm-ferry.dev/name: shop, helm-ferry.dev/provider: " + provider + "}}\n"
}

const (
	keepIt       = ", annotations: {helm.sh/resource-policy: keep}"
	deleteIt     = "  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete, whenScaled: Retain}\n"
	deleteScaled = "  persistentVolumeClaimRetentionPolicy: {whenDeleted: Retain, whenScaled: Delete}\n"
)

// standalone is a MinIO whose claim is rendered, and kept as Ferry has it.
var standalone = claim("minio", keepIt) + `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: minio}
spec:
  selector: {matchLabels: {app: minio}}
  template:
    metadata: {labels: {app: minio}}
    spec:
      containers: [{name: minio, image: "minio/minio:1"}]
      volumes: [{name: export, persistentVolumeClaim: {claimName: minio}}]
`

func TestJudge(t *testing.T) {
	minio, rustfs, db := set("shop-minio", "minio/minio:1", "data", 1, ""), set("shop-rustfs", "rustfs/rustfs:1", "data", 1, ""), set("db", "postgres:17", "data", 1, "")
	tests := map[string]struct {
		spec          string
		current, next string
		claim         string
		fate          hooks.Fate
		refused       bool
	}{
		"nothing changes":                   {current: db, next: db, claim: "data-db-0", fate: hooks.Unchanged},
		"a chart version":                   {current: db, next: strings.ReplaceAll(db, "postgres:17", "postgres:18"), claim: "data-db-0", fate: hooks.Unchanged},
		"more replicas":                     {current: db, next: strings.ReplaceAll(db, "replicas: 1", "replicas: 3"), claim: "data-db-0", fate: hooks.Unchanged},
		"fewer replicas":                    {current: strings.ReplaceAll(db, "replicas: 1", "replicas: 2"), next: db, claim: "data-db-1", fate: hooks.Kept},
		"fewer replicas, whenScaled Delete": {current: strings.ReplaceAll(db, "replicas: 1", "replicas: 2"), next: db + deleteScaled, claim: "data-db-1", fate: hooks.GarbageCollected, refused: true},
		"a set goes":                        {current: db, next: "", claim: "data-db-0", fate: hooks.Orphaned},
		"a set goes, whenDeleted Delete":    {current: db + deleteIt, next: "", claim: "data-db-0", fate: hooks.GarbageCollected, refused: true},
		"a template is renamed":             {current: minio, next: set("shop-minio", "minio/minio:1", "export", 1, ""), claim: "data-shop-minio-0", fate: hooks.Stranded, refused: true},
		"fullnameOverride":                  {current: minio, next: set("store", "minio/minio:1", "data", 1, ""), claim: "data-shop-minio-0", fate: hooks.Stranded, refused: true},
		"a rendered claim goes":             {current: claim("uploads", ""), next: "", claim: "uploads", fate: hooks.Deleted, refused: true},
		"a rendered claim goes, kept":       {current: claim("uploads", keepIt), next: "", claim: "uploads", fate: hooks.Kept},
		"a rendered claim is renamed":       {current: claim("uploads", keepIt), next: claim("media", ""), claim: "uploads", fate: hooks.Stranded, refused: true},
		"a rendered claim becomes a hook":   {current: claim("uploads", ""), next: claim("uploads", ", annotations: {helm.sh/hook: pre-upgrade}"), claim: "uploads", fate: hooks.Recreated, refused: true},
		"a loss that is allowed":            {spec: "preUpgradeChecks: {allowLoss: [{claim: uploads, uid: 1}]}", current: claim("uploads", ""), next: "", claim: "uploads", fate: hooks.Deleted},
		"the active store goes":             {current: minio + alias("minio"), next: rustfs, claim: "data-shop-minio-0", fate: hooks.Orphaned, refused: true},
		"the active store goes, acknowledged": {
			spec: "objectStorage: {cutoverAcknowledged: true}", current: minio + rustfs + alias("minio"), next: rustfs, claim: "data-shop-minio-0", fate: hooks.Orphaned,
		},
		"the store that is not active goes": {current: minio + rustfs + alias("rustfs"), next: rustfs, claim: "data-shop-minio-0", fate: hooks.Orphaned},
		"the active store of a rendered, kept claim goes": {
			current: standalone + alias("minio"), next: rustfs, claim: "minio", fate: hooks.Kept, refused: true,
		},
		"a store goes before it ever had an alias": {current: minio, next: rustfs, claim: "data-shop-minio-0", fate: hooks.Orphaned, refused: true},
		"the alias comes in and moves at once": {
			spec: "objectStorage: {cutoverAcknowledged: true}", current: minio + rustfs, next: minio + rustfs, claim: "data-shop-minio-0", fate: hooks.Unchanged, refused: true,
		},
		"a claim that is a hook in both": {
			current: db, next: db + claim("uploads", ", annotations: {helm.sh/hook: \"pre-install,pre-upgrade\"}"), claim: "uploads", fate: hooks.Recreated, refused: true,
		},
		"a set becomes a Deployment with a claim of the old name": {
			current: db, next: claim("data-db-0", ""), claim: "data-db-0", fate: hooks.Unchanged,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			spec := test.spec
			if spec == "" {
				spec = "objectStorage: {}"
			}
			plan := judge(t, spec, test.current, test.next)
			if plan.Refused != test.refused {
				t.Errorf("refused is %t, want %t: %s", plan.Refused, test.refused, plan.Verdict)
			}
			for _, claim := range plan.Claims {
				if claim.Claim != test.claim {
					continue
				}
				if claim.Fate != test.fate {
					t.Errorf("%s is %s, want %s", claim.Claim, claim.Fate, test.fate)
				}
				if test.refused && test.fate != hooks.Unchanged && (claim.Danger == "" || claim.Remedy == "") {
					t.Errorf("%s: no danger or no remedy: %+v", claim.Claim, claim)
				}
				return
			}
			t.Errorf("no claim %s in %+v", test.claim, plan.Claims)
		})
	}
}

func TestVerdictNamesClaimsAndRemedy(t *testing.T) {
	plan := judge(t, "objectStorage: {}", set("shop-minio", "minio/minio:1", "data", 2, "")+alias("minio"), "")
	want := "REFUSED: the upgrade would orphan 2 claims of minio (data-shop-minio-0, data-shop-minio-1; 20 GiB): set minio.enabled=true, or migrate first: helm ferry migrate RELEASE CHART --from minio --to PROVIDER"
	if plan.Verdict != want {
		t.Errorf("verdict:\n got %s\nwant %s", plan.Verdict, want)
	}
}

func TestAnAcknowledgedCutoverIsNotCalledProven(t *testing.T) {
	minio, rustfs := set("shop-minio", "minio/minio:1", "data", 1, ""), set("shop-rustfs", "rustfs/rustfs:1", "data", 1, "")
	plan := judge(t, "objectStorage: {cutoverAcknowledged: true}", minio+rustfs+alias("minio"), rustfs)
	if plan.Refused || !strings.Contains(plan.Verdict, "not proven: that the objects of minio are on rustfs") {
		t.Errorf("verdict: %s", plan.Verdict)
	}
}

func TestStaleAllowLossIsRefused(t *testing.T) {
	db := set("db", "postgres:17", "data", 1, "")
	plan := judge(t, "preUpgradeChecks: {allowLoss: [{claim: gone, uid: 1}]}", db, db)
	if !plan.Refused || !strings.Contains(plan.Verdict, "allowLoss names gone") {
		t.Errorf("verdict: %s", plan.Verdict)
	}
}

func TestNewClaimsAreNamed(t *testing.T) {
	plan := judge(t, "objectStorage: {}", "", set("db", "postgres:17", "data", 2, ""))
	if got := strings.Join(plan.New, " "); got != "data-db-0 data-db-1" || plan.Refused {
		t.Errorf("new claims %q, verdict %s", got, plan.Verdict)
	}
}
