package cutover_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/lifecycle"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/hooks/cutover"
	"github.com/helm-ferry/ferry/hooks/record"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/revision"
	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/s3"
	"github.com/helm-ferry/ferry/mirror/s3http"
)

// cluster is one API server for all tests, started by the first that needs it.
var cluster = struct {
	sync.Once
	server *testworld.APIServer
	dir    string
	err    error
	number int
	mu     sync.Mutex
}{}

func TestMain(m *testing.M) {
	code := m.Run()
	if cluster.server != nil {
		cluster.server.Stop()
	}
	if cluster.dir != "" {
		_ = os.RemoveAll(cluster.dir)
	}
	os.Exit(code)
}

// world is a release in a namespace of its own, and two stores.
type world struct {
	*testing.T
	cluster testworld.Cluster
	client  kube.Client
	kubelet *kubelet
	stores  map[string]testworld.S3
	log     *bytes.Buffer
	before  func(cutover.Step)
	through func(context.Context, string) (mirror.Store, error) // the alias; nil: nobody looks
	heard   hearer
	spec    string // further fields of spec.migration
	more    string // further documents of the chart
	account kube.Client
	pair    [2]string // from and to of the migration
	storage string    // further fields of spec.objectStorage
	chartOf func(active string) string
}

// hearer is told each line of the log; nil hears nothing.
type hearer func(line string)

func (h hearer) Write(line []byte) (int, error) {
	if h != nil {
		h(string(line))
	}
	return len(line), nil
}

func (w *world) ctx() context.Context { return w.Context() }

// newWorld has MinIO in use, versitygw beside it, and consumers: a Deployment of two and a CronJob.
func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	cluster.Do(func() {
		if cluster.dir, cluster.err = os.MkdirTemp("", "ferry-cutover-"); cluster.err == nil {
			cluster.server, cluster.err = testworld.LaunchAPIServer(context.WithoutCancel(t.Context()), cluster.dir)
		}
	})
	if cluster.err != nil {
		t.Fatal(cluster.err)
	}
	cluster.mu.Lock()
	cluster.number++
	namespace := fmt.Sprintf("shop-%d", cluster.number)
	cluster.mu.Unlock()
	w := &world{T: t, pair: [2]string{"minio", "versitygw"}, cluster: cluster.server.Cluster, log: &bytes.Buffer{}, stores: map[string]testworld.S3{
		"minio": testworld.StartMinIO(t), "versitygw": testworld.StartVersityGW(t),
	}}
	if err := w.cluster.Namespace(t.Context(), namespace, nil); err != nil {
		t.Fatal(err)
	}
	client, err := kube.New(w.cluster.Config, namespace)
	if err != nil {
		t.Fatal(err)
	}
	w.client = client
	w.apply(w.manifest("minio"))
	w.apply(w.endpoints("shop-objectstorage"), w.endpoints("shop-minio"), w.endpoints("shop-versitygw"))
	w.makeHooks("minio")
	w.finishFirstPass()
	// the cutover acts as its own ServiceAccount, with the rights that its Role gives it
	asAccount, err := w.cluster.As(t.Context(), namespace, "shop-cutover")
	if err != nil {
		t.Fatal(err)
	}
	if w.account, err = kube.New(asAccount, namespace); err != nil {
		t.Fatal(err)
	}
	w.kubelet = &kubelet{client: client}
	w.kubelet.run(t)
	w.eventually("the consumers run", func() bool { return len(w.pods("api")) == 2 })
	return w
}

func (w *world) apply(documents ...string) {
	w.Helper()
	if err := w.cluster.Apply(w.ctx(), w.client.Namespace, []byte(strings.Join(documents, "\n---\n"))); err != nil {
		w.Fatal(err)
	}
}

// upgrade applies a manifest in which a provider is selected, as Helm does.
func (w *world) upgrade(provider string) {
	w.Helper()
	w.apply(w.manifest(provider))
}

func (w *world) eventually(what string, holds func() bool) {
	w.Helper()
	for range 1200 {
		if holds() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.Fatalf("not within a minute: %s", what)
}

func (w *world) config(active string) *config.Config {
	w.Helper()
	cfg, err := config.Load("ferry.yaml", []byte(w.document(active)))
	if err != nil {
		w.Fatal(err)
	}
	return cfg
}

func (w *world) document(active string) string {
	return fmt.Sprintf(`apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata: {name: shop}
spec:
  objectStorage: {activeProvider: %s, previousProvider: minio, defaultBuckets: [files, data]%s}
  migration: {enabled: true, from: %s, to: %s%s}
`, active, w.storage, w.pair[0], w.pair[1], w.spec)
}

// cutover is the world of a cutover to come to a provider.
func (w *world) cutover(active string) cutover.World {
	w.Helper()
	return cutover.World{
		Client: w.account, Config: w.config(active), Log: slog.New(slog.NewTextHandler(io.MultiWriter(w.log, w.heard), nil)),
		Open:    func(_ context.Context, provider string) (mirror.Store, error) { return w.open(w.stores[provider]) },
		Through: w.through, Before: w.before, Interval: 50 * time.Millisecond,
	}
}

func (w *world) open(s testworld.S3) (mirror.Store, error) {
	return s3http.Open(s3.Endpoint{URL: s.Endpoint, Region: s.Region, AccessKey: s.AccessKey, SecretKey: s3.Secret(s.SecretKey)})
}

// between is the situation of an upgrade.
func (w *world) between(number int, from, to string, providers ...string) hooks.Situation {
	w.Helper()
	s, err := hooks.Between(revision.History{
		InForce: &revision.Revision{Release: "shop", Namespace: w.client.Namespace, Number: number - 1, Status: "deployed", Manifest: w.manifest(from)},
		ToCome:  &revision.Revision{Release: "shop", Namespace: w.client.Namespace, Number: number, Status: "pending-upgrade", Manifest: w.manifest(to, providers...)},
	}, w.config(to))
	if err != nil {
		w.Fatal(err)
	}
	return s
}

func (w *world) record() *record.Record {
	w.Helper()
	r, err := record.Read(w.ctx(), w.client, "shop")
	if err != nil {
		w.Fatal(err)
	}
	return r
}

func (w *world) journal() *cutover.Journal {
	w.Helper()
	j, err := cutover.ReadJournal(w.ctx(), w.client, "shop")
	if err != nil {
		w.Fatal(err)
	}
	return j
}

func (w *world) alias() string {
	w.Helper()
	service, err := w.client.CoreV1().Services(w.client.Namespace).Get(w.ctx(), "shop-objectstorage", meta.GetOptions{})
	if err != nil {
		w.Fatal(err)
	}
	return service.Labels["helm-ferry.dev/provider"]
}

// endpoints makes a Service lead to one ready pod.
func (w *world) endpoints(service string) string {
	return fmt.Sprintf(`apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: %[1]s-1, labels: {kubernetes.io/service-name: %[1]s}}
addressType: IPv4
endpoints: [{addresses: [10.0.0.1], conditions: {ready: true}}]
ports: [{port: 9000}]
`, service)
}

// delete removes what a test has applied beside the release.
func (w *world) delete(resource, name string) {
	w.Helper()
	var err error
	ctx, background := context.WithoutCancel(w.ctx()), meta.DeletePropagationBackground
	options := meta.DeleteOptions{PropagationPolicy: &background}
	switch resource {
	case "jobs":
		err = w.client.BatchV1().Jobs(w.client.Namespace).Delete(ctx, name, options)
	case "statefulsets":
		err = w.client.AppsV1().StatefulSets(w.client.Namespace).Delete(ctx, name, options)
	default:
		w.Fatalf("what are %s?", resource)
	}
	if err != nil {
		w.Fatal(err)
	}
}

// lifecycle gives a bucket a rule, or takes it away.
func (w *world) lifecycle(provider, bucket string, set bool) {
	w.Helper()
	rules := lifecycle.NewConfiguration()
	if set {
		rules.Rules = []lifecycle.Rule{{ID: "old", Status: "Enabled", Expiration: lifecycle.Expiration{Days: 30}}}
	}
	if err := w.s3(provider).SetBucketLifecycle(w.ctx(), bucket, rules); err != nil {
		w.Fatal(err)
	}
}

// s3 is a client of one of the stores.
func (w *world) s3(provider string) *minio.Client {
	w.Helper()
	if _, err := url.Parse(w.stores[provider].Endpoint); err != nil {
		w.Fatal(err)
	}
	client, err := w.stores[provider].Client()
	if err != nil {
		w.Fatal(err)
	}
	return client
}

func (w *world) bucket(provider, bucket string) {
	w.Helper()
	if err := w.s3(provider).MakeBucket(w.ctx(), bucket, minio.MakeBucketOptions{}); err != nil {
		w.Fatal(err)
	}
}

func (w *world) put(provider, bucket, key, content string) {
	w.Helper()
	_, err := w.s3(provider).PutObject(w.ctx(), bucket, key, strings.NewReader(content), int64(len(content)), minio.PutObjectOptions{})
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) remove(provider, bucket, key string) {
	w.Helper()
	if err := w.s3(provider).RemoveObject(w.ctx(), bucket, key, minio.RemoveObjectOptions{}); err != nil {
		w.Fatal(err)
	}
}

// holds demands exactly these objects of a bucket: key=content, in the order of the keys.
func (w *world) holds(provider, bucket, want string) {
	w.Helper()
	var got []string
	for o := range w.s3(provider).ListObjects(w.ctx(), bucket, minio.ListObjectsOptions{Recursive: true}) {
		if o.Err != nil {
			w.Fatal(o.Err)
		}
		object, err := w.s3(provider).GetObject(w.ctx(), bucket, o.Key, minio.GetObjectOptions{})
		if err != nil {
			w.Fatal(err)
		}
		var content bytes.Buffer
		if _, err := content.ReadFrom(object); err != nil {
			w.Fatal(err)
		}
		got = append(got, o.Key+"="+content.String())
	}
	if joined := strings.Join(got, " "); joined != want {
		w.Errorf("bucket %s of %s holds %s, want %s", bucket, provider, joined, want)
	}
}
