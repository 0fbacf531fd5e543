package hooks_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/record"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/revision"
	"github.com/helm-ferry/ferry/internal/testworld"
)

// world is a real API server. It has no controllers: the test does what they would.
type world struct {
	testworld.Cluster

	client kube.Client
}

func newWorld(t *testing.T) world {
	t.Helper()
	cluster := testworld.StartAPIServer(t)
	if err := cluster.Namespace(t.Context(), "shop", nil); err != nil {
		t.Fatal(err)
	}
	client, err := kube.New(cluster.Config, "shop")
	if err != nil {
		t.Fatal(err)
	}
	return world{cluster, client}
}

func (w world) apply(t *testing.T, manifests string) {
	t.Helper()
	if err := w.Apply(t.Context(), "shop", []byte(manifests)); err != nil {
		t.Fatal(err)
	}
}

// bind makes claims that are bound to volumes.
func (w world) bind(t *testing.T, owner string, names ...string) {
	t.Helper()
	claims := w.client.CoreV1().PersistentVolumeClaims("shop")
	for _, name := range names {
		w.apply(t, strings.ReplaceAll("apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: NAME}\nspec: {accessModes: [ReadWriteOnce], volumeName: pv-NAME, resources: {requests: {storage: 1Gi}}}\n", "NAME", name))
		claim, err := claims.Get(t.Context(), name, meta.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		claim.Status.Phase = core.ClaimBound
		if _, err := claims.UpdateStatus(t.Context(), claim, meta.UpdateOptions{}); err != nil {
			t.Fatal(err)
		}
		if owner != "" {
			w.own(t, name, owner)
		}
	}
}

// own has a StatefulSet own a claim, or nobody.
func (w world) own(t *testing.T, claim, set string) {
	t.Helper()
	owners := []meta.OwnerReference{}
	if set != "" {
		live, err := w.client.AppsV1().StatefulSets("shop").Get(t.Context(), set, meta.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		owners = append(owners, meta.OwnerReference{APIVersion: "apps/v1", Kind: "StatefulSet", Name: set, UID: live.UID})
	}
	text, err := json.Marshal(map[string]any{"metadata": map[string]any{"ownerReferences": owners}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.CoreV1().PersistentVolumeClaims("shop").Patch(t.Context(), claim, types.MergePatchType, text, meta.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
}

func (w world) claim(t *testing.T, name string) *core.PersistentVolumeClaim {
	t.Helper()
	claim, err := w.client.CoreV1().PersistentVolumeClaims("shop").Get(t.Context(), name, meta.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return claim
}

func shopConfig(t *testing.T, spec string) *config.Config {
	t.Helper()
	cfg, err := config.Load("ferry.yaml", []byte(header+"  "+spec+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func between(t *testing.T, current, next string) hooks.Situation {
	t.Helper()
	s, err := hooks.Between(revision.History{
		InForce: &revision.Revision{Release: "ilum", Number: 7, Status: "deployed", Manifest: current},
		ToCome:  &revision.Revision{Release: "ilum", Number: 8, Status: "pending-upgrade", Manifest: next},
	}, shopConfig(t, "objectStorage: {}"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const ownSet = `---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 2
  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete, whenScaled: Delete}
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: "postgres:17"}]}
  volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]
`

func TestGuardInAnAPIServer(t *testing.T) {
	w := newWorld(t)
	w.apply(t, ownSet)
	w.apply(t, "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv-uploads}\nspec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], persistentVolumeReclaimPolicy: Delete, hostPath: {path: /nowhere}}\n")
	w.bind(t, "db", "data-db-0", "data-db-1")
	w.bind(t, "", "uploads")

	t.Run("a plan changes nothing", func(t *testing.T) {
		before := w.claim(t, "uploads").ResourceVersion
		plan, err := hooks.Ask(t.Context(), w.client, between(t, uploads+ownSet, ""))
		if err != nil {
			t.Fatal(err)
		}
		if !plan.Refused || len(plan.Arms) != 2 || plan.Arms[0].Done || plan.Arms[1].Done {
			t.Errorf("%+v", plan)
		}
		if w.claim(t, "uploads").ResourceVersion != before {
			t.Error("the claim was changed")
		}
		if danger := plan.Claims[0].Danger; !strings.Contains(danger, "its volume pv-uploads goes with it (reclaim policy Delete)") {
			t.Errorf("the volume is not named: %s", danger)
		}
	})

	t.Run("a claim is set to be kept", func(t *testing.T) {
		plan, err := hooks.Guard(t.Context(), w.client, between(t, uploads, ""))
		if err != nil {
			t.Fatal(err)
		}
		if !plan.Refused || !plan.Arms[0].Done || !strings.HasSuffix(plan.Verdict, "; what is live is set to be kept") {
			t.Errorf("%+v", plan)
		}
		if got := w.claim(t, "uploads").Annotations["helm.sh/resource-policy"]; got != "keep" {
			t.Errorf("the annotation is %q", got)
		}
	})

	t.Run("a loss that is allowed is not kept", func(t *testing.T) {
		w.bind(t, "", "media")
		s := between(t, claim("media", ""), "")
		s.Config = shopConfig(t, "preUpgradeChecks: {allowLoss: [{claim: media, uid: "+string(w.claim(t, "media").UID)+"}]}")
		plan, err := hooks.Guard(t.Context(), w.client, s)
		if err != nil || plan.Refused {
			t.Fatalf("%+v, %v", plan, err)
		}
		if w.claim(t, "media").Annotations["helm.sh/resource-policy"] == "keep" {
			t.Error("it is kept")
		}
	})

	t.Run("a set keeps its claims when the controller has let go", func(t *testing.T) {
		released := make(chan struct{})
		go func() {
			defer close(released)
			for {
				live, err := w.client.AppsV1().StatefulSets("shop").Get(t.Context(), "db", meta.GetOptions{})
				if err != nil || live.Spec.PersistentVolumeClaimRetentionPolicy.WhenDeleted == "Retain" {
					break
				}
				time.Sleep(50 * time.Millisecond)
			}
			time.Sleep(300 * time.Millisecond)
			w.own(t, "data-db-0", "")
			w.own(t, "data-db-1", "")
		}()
		plan, err := hooks.Guard(t.Context(), w.client, between(t, ownSet, ""))
		if err != nil {
			t.Fatal(err)
		}
		if len(w.claim(t, "data-db-0").OwnerReferences) != 0 || len(w.claim(t, "data-db-1").OwnerReferences) != 0 {
			t.Error("the guard did not wait until the claims are nobody's")
		}
		<-released
		if !plan.Refused || len(plan.Arms) != 1 || !plan.Arms[0].Done {
			t.Errorf("%+v", plan)
		}
		live, err := w.client.AppsV1().StatefulSets("shop").Get(t.Context(), "db", meta.GetOptions{})
		if err != nil || live.Spec.PersistentVolumeClaimRetentionPolicy.WhenScaled != "Delete" {
			t.Errorf("what was not at risk was changed: %+v, %v", live.Spec.PersistentVolumeClaimRetentionPolicy, err)
		}
	})

	t.Run("a controller that does not let go", func(t *testing.T) {
		w.own(t, "data-db-0", "db")
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		plan, err := hooks.Guard(ctx, w.client, between(t, ownSet, ""))
		if err == nil || !strings.Contains(err.Error(), "data-db-0") || !strings.Contains(err.Error(), "REFUSED") || plan.Arms[0].Done {
			t.Errorf("%+v, %v", plan, err)
		}
	})

	t.Run("another claim of that name", func(t *testing.T) {
		plan, err := hooks.Ask(t.Context(), w.client, between(t, claim("media", ""), ""))
		if err != nil {
			t.Fatal(err)
		}
		plan.Arms[0].UID = "another"
		if err := hooks.Apply(t.Context(), w.client, plan.Arms); err == nil || plan.Arms[0].Done {
			t.Error("a claim that was not judged was changed")
		}
	})
}

func TestTracked(t *testing.T) {
	w := newWorld(t)
	tracked := ", annotations: {argocd.argoproj.io/tracking-id: \"shop:PersistentVolumeClaim:shop/NAME\"}"
	cfg := shopConfig(t, "objectStorage: {}")
	if _, err := hooks.Tracked(t.Context(), w.client, "", "", cfg); err == nil || !strings.Contains(err.Error(), "--application") {
		t.Errorf("nothing says which application it is: %v", err)
	}
	w.apply(t, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop-guard, annotations: {argocd.argoproj.io/tracking-id: \"shop:ConfigMap:shop/shop-guard\"}}\n")
	ask := func(next string) hooks.Plan {
		t.Helper()
		s, err := hooks.Tracked(t.Context(), w.client, "", next, cfg)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := hooks.Guard(t.Context(), w.client, s)
		if err != nil {
			t.Fatal(err)
		}
		return plan
	}
	if plan := ask(claim("uploads", "")); plan.Refused {
		t.Errorf("a first sync: %s", plan.Verdict)
	}
	w.bind(t, "", "uploads", "theirs")
	for name, application := range map[string]string{"uploads": "shop", "theirs": "other"} {
		w.apply(t, "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: "+name+strings.ReplaceAll(strings.ReplaceAll(tracked, "NAME", name), "shop:Pers", application+":Pers")+"}\nspec: {accessModes: [ReadWriteOnce], volumeName: pv-"+name+", resources: {requests: {storage: 1Gi}}}\n")
	}
	if plan := ask(claim("uploads", "")); plan.Refused || len(plan.Claims) != 1 {
		t.Errorf("nothing changes: %+v", plan)
	}
	plan := ask("")
	if !plan.Refused || len(plan.Claims) != 1 || plan.Claims[0].Fate != hooks.Deleted || !strings.Contains(plan.Verdict, "Prune=false") {
		t.Errorf("a claim leaves the manifest: %+v", plan)
	}
	if got := w.claim(t, "uploads").Annotations["argocd.argoproj.io/sync-options"]; got != "Prune=false" {
		t.Errorf("sync-options are %q", got)
	}
	if plan := ask(""); plan.Refused || plan.Claims[0].Fate != hooks.Kept {
		t.Errorf("a claim that is not pruned: %+v", plan)
	}
}

// TestSelected asks which store is in use after a move to one outside of the release, whose alias stays.
func TestSelected(t *testing.T) {
	w := newWorld(t)
	observe := func() string {
		t.Helper()
		live, err := hooks.Observe(t.Context(), w.client, shopConfig(t, "objectStorage: {}"))
		if err != nil {
			t.Fatal(err)
		}
		return live.Selected
	}
	if got := observe(); got != "" {
		t.Errorf("nothing is applied, and %q is in use", got)
	}
	w.apply(t, outside("")+alias("minio")+"spec: {ports: [{port: 9000}]}\n")
	if got := observe(); got != "minio" {
		t.Errorf("the alias selects minio, and %q is in use", got)
	}
	w.apply(t, outside("external"))
	if got := observe(); got != "external" {
		t.Errorf("consumers are pointed at external, and %q is in use", got)
	}
}

func TestRecordIsRead(t *testing.T) {
	w := newWorld(t)
	minio, rustfs := set("shop-minio", "minio/minio:1", "data", 1, ""), set("shop-rustfs", "rustfs/rustfs:1", "data", 1, "")
	w.bind(t, "", "data-shop-minio-0", "data-shop-rustfs-0")
	w.apply(t, alias("rustfs")+"spec: {ports: [{port: 9000}]}\n")
	retire := between(t, minio+rustfs+alias("rustfs"), rustfs+alias("rustfs"))
	ask := func() hooks.Plan {
		t.Helper()
		plan, err := hooks.Ask(t.Context(), w.client, retire)
		if err != nil {
			t.Fatal(err)
		}
		return plan
	}
	if plan := ask(); !plan.Refused || plan.From != "rustfs" {
		t.Errorf("without a record: %s", plan.Verdict)
	}
	r := record.Record{Alias: "shop-objectstorage", From: "minio", To: "rustfs", Revision: 7, StartedAt: time.Now(), ProvenAt: time.Now(), State: record.Proven}
	if err := record.Write(t.Context(), w.client, "shop", r); err != nil {
		t.Fatal(err)
	}
	if plan := ask(); plan.Refused {
		t.Errorf("with a record: %s", plan.Verdict)
	}
	if err := record.Supersede(t.Context(), w.client, "shop"); err != nil {
		t.Fatal(err)
	}
	if plan := ask(); !plan.Refused {
		t.Errorf("with a record that is superseded: %s", plan.Verdict)
	}
	back, err := record.Read(t.Context(), w.client, "shop")
	if err != nil || back.State != record.Superseded || back.Revision != 7 || back.From != "minio" || back.ProvenAt.Unix() != r.ProvenAt.Unix() {
		t.Errorf("read back: %+v, %v", back, err)
	}
	if _, err := w.client.CoreV1().ConfigMaps("shop").Patch(t.Context(), record.Name("shop"), types.MergePatchType, []byte(`{"data":{"state":"perhaps"}}`), meta.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	if plan := ask(); !plan.Refused || !strings.Contains(plan.Verdict, "perhaps") {
		t.Errorf("a record that cannot be read: %s", plan.Verdict)
	}
	retire = between(t, minio+rustfs+alias("rustfs"), minio+rustfs+alias("rustfs"))
	if plan := ask(); plan.Refused {
		t.Errorf("a record that cannot be read, and is not needed: %s", plan.Verdict)
	}
}
