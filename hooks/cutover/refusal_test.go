package cutover_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/cutover"
	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror"
)

// refused runs a cutover that must be refused, with everything as it was before.
func (w *world) refused(c cutover.World, texts ...string) {
	w.Helper()
	w.refusedIn(w.ctx(), c, texts...)
}

func (w *world) refusedIn(ctx context.Context, c cutover.World, texts ...string) {
	w.Helper()
	verdict, err := c.Run(ctx, w.between(2, "minio", "versitygw")) //nolint:contextcheck // the world outlasts ctx
	w.isRefused(verdict, err, texts...)                            //nolint:contextcheck // the world outlasts ctx
}

// isRefused demands that a cutover has ended so.
func (w *world) isRefused(verdict string, err error, texts ...string) {
	w.Helper()
	var refusal *cutover.Refusal
	if !errors.As(err, &refusal) {
		w.Fatalf("the cutover ends with %q, %v", verdict, err)
	}
	for _, text := range texts {
		if !strings.Contains(refusal.Reason, text) {
			w.Errorf("the refusal does not say %q: %s", text, refusal.Reason)
		}
	}
	w.atRest()
}

// TestPreflight has a row for each thing that is found before anything stops.
func TestPreflight(t *testing.T) {
	w := newWorld(t)
	w.bucket("minio", "files")
	w.put("minio", "files", "a", "1")
	stopped := false
	w.before = func(step cutover.Step) { stopped = stopped || step == cutover.StepStop }

	t.Run("several at once", func(t *testing.T) {
		w := w.with(t)
		w.ready("shop-versitygw", false)
		w.ready("shop-objectstorage", false)
		defer w.ready("shop-versitygw", true)
		defer w.ready("shop-objectstorage", true)
		w.refused(w.cutover("versitygw"), "Service/shop-versitygw has no ready endpoint", "Service/shop-objectstorage has no ready endpoint", "nothing was stopped")
	})
	t.Run("a manifest to come that leaves the alias where it is", func(t *testing.T) {
		w := w.with(t)
		s := w.between(2, "minio", "versitygw")
		var kept []string
		for document := range strings.SplitSeq(w.manifest("versitygw"), "---\n") {
			if !strings.Contains(document, "app.kubernetes.io/component: alias") {
				kept = append(kept, document)
			}
		}
		var err error
		if s.Next, err = hooks.Load(strings.Join(kept, "---\n"), s.Config); err != nil || s.Next.Active != "versitygw" {
			t.Fatalf("the manifest selects %q: %v", s.Next.Active, err)
		}
		verdict, err := w.cutover("versitygw").Run(t.Context(), s)
		w.isRefused(verdict, err, "nothing was stopped",
			"Service/shop-objectstorage does not select versitygw in the manifest to come, so that consumers would stay on minio")
	})
	t.Run("credentials of a store", func(t *testing.T) {
		w := w.with(t)
		c := w.cutover("versitygw")
		c.Open = func(_ context.Context, provider string) (mirror.Store, error) {
			s := w.stores[provider]
			s.SecretKey += "x"
			return w.open(s)
		}
		w.refused(c, "minio does not list its buckets", "versitygw does not list its buckets", "that it was first started with")
	})
	t.Run("credentials of consumers", func(t *testing.T) {
		w := w.with(t)
		c := w.cutover("versitygw")
		c.OpenAs = func(_ context.Context, provider string, keys cutover.Keys) (mirror.Store, error) {
			if keys.AccessKey != w.stores[provider].AccessKey {
				t.Errorf("consumers are taken to read %s", keys.AccessKey)
			}
			return w.open(testworld.S3{Endpoint: w.stores[provider].Endpoint, Region: "us-east-1", AccessKey: keys.AccessKey, SecretKey: "another"})
		}
		w.refused(c, "Secret/shop-objectstorage-credentials has credentials that versitygw does not accept")
	})
	t.Run("KEDA", func(t *testing.T) {
		w := w.with(t)
		w.apply(scaledObjects)
		w.eventually("the API server knows ScaledObjects", func() bool {
			return w.cluster.Apply(t.Context(), w.client.Namespace, []byte(scaledObject)) == nil
		})
		w.refused(w.cutover("versitygw"), "ScaledObject/api would start Deployment/api again: pause it for the upgrade")
		w.apply(strings.Replace(scaledObject, "{name: api}", `{name: api, annotations: {autoscaling.keda.sh/paused: "true"}}`, 1))
	})
	t.Run("a first pass that has not ended", func(t *testing.T) {
		w := w.with(t)
		w.apply(firstPass)
		defer w.delete("jobs", "shop-migration-other")
		w.refused(w.cutover("versitygw"), "Job/shop-migration-other has not ended")
	})
	t.Run("claims that go with the replicas", func(t *testing.T) {
		w := w.with(t)
		w.more = statefulConsumer
		w.apply(statefulConsumer)
		defer w.delete("statefulsets", "index")
		w.refused(w.cutover("versitygw"), "StatefulSet/index deletes its claims when it is scaled down")
	})
	t.Run("a consumer that cannot be stopped", func(t *testing.T) {
		w := w.with(t)
		w.more = daemonConsumer
		w.refused(w.cutover("versitygw"), "DaemonSet/agent cannot be stopped by its scale", "spec.migration.exclude: DaemonSet/agent")
	})
	t.Run("too little time", func(t *testing.T) {
		w := w.with(t)
		for i := range 3 {
			w.put("minio", "files", string(rune('k'+i)), strings.Repeat("x", 15<<20))
		}
		defer func() {
			for i := range 3 {
				w.remove("minio", "files", string(rune('k'+i)))
			}
		}()
		w.spec = ", deadline: 2s"
		w.refused(w.cutover("versitygw"), "spec.migration.deadline leaves", "for 4 objects")
	})
	t.Run("a setting that the target cannot hold", func(t *testing.T) {
		w := w.with(t)
		w.lifecycle("minio", "files", true)
		w.refused(w.cutover("versitygw"), "bucket files would lose a setting: lifecycle")
		w.spec = ", accept: [lifecycle]"
		if _, err := w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw")); err != nil {
			t.Errorf("where it is accepted: %v", err)
		}
		if _, err := w.cutover("versitygw").Abort(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.lifecycle("minio", "files", false)
		stopped = false
	})
	t.Run("a bucket of a stranger at the target", func(t *testing.T) {
		w := w.with(t)
		w.bucket("minio", "own")
		w.bucket("versitygw", "own")
		w.put("minio", "own", "mine", "1")
		w.put("versitygw", "own", "theirs", "2")
		w.refused(w.cutover("versitygw"), "bucket own is refused: 1 of the 1 objects at the destination are not at the source")
		w.holds("versitygw", "own", "theirs=2")
	})
	if stopped {
		t.Error("something was stopped")
	}
}

// TestConsumersThatDoNotStop is about pods that stay, and pods that come back.
func TestConsumersThatDoNotStop(t *testing.T) {
	w := newWorld(t)
	w.bucket("minio", "files")
	w.put("minio", "files", "a", "1")
	t.Run("a pod that stays", func(t *testing.T) {
		w := w.with(t)
		w.kubelet.hold("api", true)
		defer w.kubelet.hold("api", false)
		ctx, end := context.WithCancelCause(w.ctx())
		w.heard = func(line string) {
			if strings.Contains(line, "waiting for consumers") {
				end(cutover.ErrDeadline)
			}
		}
		w.refusedIn(ctx, w.cutover("versitygw"), "these consumers did not stop in time: Pod/api-5d4f8c7b9-0 of ReplicaSet/api-5d4f8c7b9")
	})
	t.Run("the deadline passes before anybody could look", func(t *testing.T) {
		w := w.with(t)
		ctx, end := context.WithCancelCause(w.ctx())
		w.heard = func(line string) {
			if strings.Contains(line, "step=wait") {
				end(cutover.ErrDeadline)
			}
		}
		w.refusedIn(ctx, w.cutover("versitygw"), "these consumers did not stop in time: ", "Deployment/api")
	})
	for _, step := range []cutover.Step{cutover.StepPreflight, cutover.StepStop, cutover.StepCopy, cutover.StepVerify} {
		t.Run("the deadline passes in step "+string(step), func(t *testing.T) {
			w := w.with(t)
			ctx, end := context.WithCancelCause(w.ctx())
			w.heard = func(line string) {
				if strings.Contains(line, "step="+string(step)) {
					end(cutover.ErrDeadline)
				}
			}
			w.refusedIn(ctx, w.cutover("versitygw"), "spec.migration.deadline (4m0s) has passed in step "+string(step),
				"raise it together with Helm's --timeout")
		})
	}
	t.Run("a pod that appears during the second pass", func(t *testing.T) {
		w := w.with(t)
		w.before = func(step cutover.Step) {
			if step == cutover.StepVerify {
				w.scale("api", 1)
				w.eventually("a pod", func() bool { return len(w.pods("api")) == 1 })
			}
		}
		defer w.scale("api", 2)
		verdict, err := w.cutover("versitygw").Run(t.Context(), w.between(2, "minio", "versitygw"))
		if err == nil || !strings.Contains(err.Error(), "consumers began to run while the objects were moved: Pod/api-5d4f8c7b9-0") {
			t.Errorf("%s, %v", verdict, err)
		}
	})
	t.Run("a stranger who writes during the second pass", func(t *testing.T) {
		w := w.with(t)
		w.before = func(step cutover.Step) {
			if step == cutover.StepVerify {
				w.put("minio", "files", "b", "2")
			}
		}
		w.refused(w.cutover("versitygw"), "the stores are not equal after the second pass", `the first is "b"`)
	})
}

func (w *world) ready(service string, ready bool) {
	w.Helper()
	value := map[bool]string{true: "true", false: "false"}[ready]
	_, err := w.client.DiscoveryV1().EndpointSlices(w.client.Namespace).Patch(w.ctx(), service+"-1", types.JSONPatchType,
		[]byte(`[{"op":"replace","path":"/endpoints/0/conditions/ready","value":`+value+`}]`), meta.PatchOptions{})
	if err != nil {
		w.Fatal(err)
	}
}
