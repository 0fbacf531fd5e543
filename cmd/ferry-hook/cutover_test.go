package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/demo/cargo"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/render"
)

// releaseWorld is a release in a real API server, with its records as Helm keeps them. Nothing runs there:
// its consumer is a CronJob.
type releaseWorld struct {
	world
	client kube.Client
	alias  *alias
}

const storesAndReport = `apiVersion: v1
kind: Secret
metadata: {name: keys}
stringData: {minio-user: "MU", minio-password: "MP", versitygw-user: "VU", versitygw-password: "VP"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop-minio}
spec:
  selector: {matchLabels: {app: minio}}
  template:
    metadata: {labels: {app: minio}}
    spec:
      containers:
      - name: minio
        image: minio/minio:1
        ports: [{containerPort: 9000}]
        env:
        - {name: MINIO_ROOT_USER, valueFrom: {secretKeyRef: {name: keys, key: minio-user}}}
        - {name: MINIO_ROOT_PASSWORD, valueFrom: {secretKeyRef: {name: keys, key: minio-password}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop-versitygw}
spec:
  selector: {matchLabels: {app: versitygw}}
  template:
    metadata: {labels: {app: versitygw}}
    spec:
      containers:
      - name: versitygw
        image: versity/versitygw:1
        ports: [{containerPort: 7070}]
        env:
        - {name: ROOT_ACCESS_KEY_ID, valueFrom: {secretKeyRef: {name: keys, key: versitygw-user}}}
        - {name: ROOT_SECRET_ACCESS_KEY, valueFrom: {secretKeyRef: {name: keys, key: versitygw-password}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  schedule: "0 0 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: report, image: example.com/report, env: [{name: S3_ENDPOINT, value: "http://localhost:9000"}]}]
`

// render is a revision of the release.
func (w *releaseWorld) render(active string) *render.Rendering {
	w.Helper()
	document := fmt.Sprintf(`apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata: {name: shop}
spec:
  objectStorage: {activeProvider: %s, defaultBuckets: [ilum-files], alias: {name: localhost, port: %s}}
  migration: {enabled: true, from: minio, to: versitygw}
`, active, w.alias.port)
	cfg, err := config.Load("ferry.yaml", []byte(document))
	if err != nil {
		w.Fatal(err)
	}
	text := strings.NewReplacer("MU", w.source.AccessKey, "MP", w.source.SecretKey, "VU", w.destination.AccessKey, "VP", w.destination.SecretKey).Replace(storesAndReport)
	rendering, err := render.Render(w.Context(), []byte(text), render.Config{
		Hooks: render.HooksApart, Image: "ferry-hook", Ferry: &render.Document{Config: cfg, Text: []byte(document)},
	})
	if err != nil {
		w.Fatal(err)
	}
	w.config = filepath.Join(w.TempDir(), "ferry.yaml")
	if err := os.WriteFile(w.config, []byte(document), 0o600); err != nil {
		w.Fatal(err)
	}
	return rendering
}

// keep writes a record of a revision, as Helm does.
func (w *releaseWorld) keep(number int, status string, r *render.Rendering) {
	w.Helper()
	var hooks []map[string]any
	for _, document := range r.Hooks {
		o := document.Objects()[0]
		hooks = append(hooks, map[string]any{"name": o.Name, "kind": o.Kind, "manifest": string(document.Bytes()), "events": []string{"pre-upgrade"}})
	}
	text, err := json.Marshal(map[string]any{
		"name": "shop", "namespace": w.client.Namespace, "version": number, "info": map[string]string{"status": status},
		"manifest": string(r.Bytes()), "hooks": hooks,
	})
	if err != nil {
		w.Fatal(err)
	}
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	if _, err := zip.Write(text); err != nil {
		w.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		w.Fatal(err)
	}
	name := fmt.Sprintf("sh.helm.release.v1.shop.v%d", number)
	secrets := w.client.CoreV1().Secrets(w.client.Namespace)
	_ = secrets.Delete(w.Context(), name, meta.DeleteOptions{})
	secret := &core.Secret{ObjectMeta: meta.ObjectMeta{Name: name, Labels: map[string]string{
		"owner": "helm", "name": "shop", "status": status, "version": fmt.Sprint(number),
	}}, Data: map[string][]byte{"release": []byte(base64.StdEncoding.EncodeToString(packed.Bytes()))}}
	if _, err := secrets.Create(w.Context(), secret, meta.CreateOptions{}); err != nil {
		w.Fatal(err)
	}
}

// pod runs a hook's Job with the arguments and the environment of its pod, but for the addresses.
func (w *releaseWorld) pod(code int, r *render.Rendering, job string, more ...string) ending {
	w.Helper()
	var args []string
	w.environment = map[string]string{}
	for _, document := range r.Hooks {
		o := document.Objects()[0]
		if o.Kind != "Job" || o.Name != job {
			continue
		}
		container := manifest.Items(o.Node("spec", "template", "spec", "containers"))[0]
		for _, arg := range manifest.Items(manifest.Lookup(container, "args")) {
			switch {
			case strings.HasPrefix(arg.Value, "--config"):
			case strings.HasPrefix(arg.Value, "--store=minio="):
				args = append(args, "--store=minio="+w.source.Endpoint)
			case strings.HasPrefix(arg.Value, "--store=versitygw="):
				args = append(args, "--store=versitygw="+w.destination.Endpoint)
			default:
				args = append(args, arg.Value)
			}
		}
		for _, e := range manifest.Items(manifest.Lookup(container, "env")) {
			ref := manifest.Lookup(e, "valueFrom", "secretKeyRef")
			secret, err := w.client.CoreV1().Secrets(w.client.Namespace).Get(w.Context(), manifest.Scalar(manifest.Lookup(ref, "name")), meta.GetOptions{})
			if err != nil {
				w.Fatal(err)
			}
			w.environment[manifest.Scalar(manifest.Lookup(e, "name"))] = string(secret.Data[manifest.Scalar(manifest.Lookup(ref, "key"))])
		}
	}
	return w.call(code, append(args, more...)...)
}

// announce writes a manifest as `ferry upgrade` does before Helm keeps a record of it.
func (w *releaseWorld) announce(r *render.Rendering) string {
	w.Helper()
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	if _, err := zip.Write(r.Bytes()); err != nil {
		w.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		w.Fatal(err)
	}
	file := filepath.Join(w.TempDir(), "manifest.yaml.gz")
	if err := os.WriteFile(file, packed.Bytes(), 0o600); err != nil {
		w.Fatal(err)
	}
	return file
}

// TestCutoverOfARelease runs the hooks as their Jobs do: a release found by its hook, keys from the
// Secrets that its stores use, the verdict last.
func TestCutoverOfARelease(t *testing.T) {
	testworld.Wide(t, "TestTheChartMovesItself on a real cluster")
	t.Parallel()
	cluster := testworld.StartAPIServer(t)
	objects := cargo.Objects()[:20]
	w := &releaseWorld{world: newWorld(t, testworld.StartMinIO(t), testworld.StartVersityGW(t), objects)}
	w.alias = newAlias(t, w.source.Endpoint)
	if err := cluster.Namespace(t.Context(), "shop", nil); err != nil {
		t.Fatal(err)
	}
	client, err := kube.New(cluster.Config, "shop")
	if err != nil {
		t.Fatal(err)
	}
	w.client, w.cluster = client, func() (kube.Client, error) { return client, nil }
	apply := func(text []byte) {
		t.Helper()
		if err := cluster.Apply(t.Context(), "shop", text); err != nil {
			t.Fatal(err)
		}
	}
	first := w.render("minio")
	apply(first.Bytes())
	for _, document := range first.Hooks {
		apply(document.Bytes())
	}
	for _, service := range []string{"localhost", "shop-versitygw-migration"} {
		apply(fmt.Appendf(nil, readyEndpoint, service))
	}
	if err := client.BatchV1().Jobs("shop").DeleteCollection(t.Context(), meta.DeleteOptions{PropagationPolicy: new(meta.DeletePropagationBackground)},
		meta.ListOptions{LabelSelector: "app.kubernetes.io/component=migration,helm-ferry.dev/name=shop"}); err != nil {
		t.Fatal(err)
	}
	apply(hookJob(t, first))
	w.keep(1, "deployed", first)
	w.ends(w.pod(0, first, "shop-cutover"), "PASS: Helm keeps no record here of a release that it is at work on: no objects are moved")

	second := w.render("versitygw")
	w.keep(2, "pending-upgrade", second)
	w.ends(w.pod(0, second, "shop-cutover"), "PROVEN: every object of minio is on versitygw: the manifest may be applied, and the alias moves with it")
	if got, want := fmt.Sprint(w.data(w.destination)), fmt.Sprint(w.keys(w.source)); got != want {
		t.Errorf("the target has %s, want %s", got, want)
	}
	apply(second.Bytes())
	w.alias.leads(w.destination.Endpoint)
	w.overwrite(w.source, "ilum-files", "late", "written late")
	w.ends(w.pod(0, second, "shop-bring-back"), `DONE: consumers are back on versitygw; copied from minio, written after the proof: "ilum-files/late"`)

	// what is left to people fails no upgrade: --atomic would move everything back
	w.overwrite(w.source, "ilum-files", "late", "written later")
	w.overwrite(w.destination, "ilum-files", "late", "and here, too")
	w.ends(w.pod(0, second, "shop-bring-back"), `PARTIAL: consumers are back on versitygw; written on minio late, and on versitygw meanwhile, left alone: "ilum-files/late": the log names them`)
	w.keep(1, "superseded", first)
	w.keep(2, "deployed", second)

	third := w.render("minio")
	w.keep(3, "pending-rollback", third)
	w.overwrite(w.destination, "ilum-files", "since", "written since")
	w.remove(w.destination, "ilum-files", "late")
	apply(fmt.Appendf(nil, readyEndpoint, "shop-minio-migration"))
	w.ends(w.pod(0, third, "shop-cutover"), "PROVEN: every object of versitygw is on minio: the manifest may be applied, and the alias moves with it")
	if got, want := fmt.Sprint(w.data(w.source)), fmt.Sprint(w.data(w.destination)); got != want {
		t.Errorf("after the way back the first store has %s, want %s", got, want)
	}
	w.ends(w.call(0, "cutover", "--abort"), "DONE: the consumers are back on versitygw; what was copied to minio stays there")

	// the same by a client that runs the hooks itself: Helm has no record yet, and none that is pending after
	if err := client.CoreV1().Secrets("shop").Delete(t.Context(), "sh.helm.release.v1.shop.v3", meta.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	announced := []string{"--manifest=" + w.announce(third), "--release=shop", "--revision=3"}
	w.ends(w.pod(0, third, "shop-cutover", announced...), "PROVEN: every object of versitygw is on minio: the manifest may be applied, and the alias moves with it")
	apply(third.Bytes())
	w.alias.leads(w.source.Endpoint)
	w.keep(2, "superseded", second)
	w.keep(3, "deployed", third)
	w.overwrite(w.destination, "ilum-files", "later", "written later")
	// this revision has a first pass to versitygw: what is there may be its copy, and is left to people
	w.ends(w.pod(0, third, "shop-bring-back"), `PARTIAL: consumers are back on minio; written on versitygw late, and on minio meanwhile, left alone: "ilum-files/later": the log names them`)
}

// alias is a Service as nodes follow it.
type alias struct {
	port   string
	target atomic.Pointer[url.URL]
}

func newAlias(t *testing.T, endpoint string) *alias {
	t.Helper()
	a := &alias{}
	a.leads(endpoint)
	server := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(a.target.Load())
		r.Out.Host = r.In.Host // it is signed
	}})
	t.Cleanup(server.Close)
	_, a.port, _ = strings.Cut(server.Listener.Addr().String(), ":")
	return a
}

func (a *alias) leads(endpoint string) {
	target, err := url.Parse(endpoint)
	if err != nil {
		panic(err)
	}
	a.target.Store(target)
}

const readyEndpoint = `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: %[1]s-1, labels: {kubernetes.io/service-name: %[1]s}}
addressType: IPv4
endpoints: [{addresses: [10.0.0.1]}]
`

// hookJob is the Job that the cutover runs in, which Helm has made.
func hookJob(t *testing.T, r *render.Rendering) []byte {
	t.Helper()
	for _, document := range r.Hooks {
		if o := document.Objects()[0]; o.Kind == "Job" && o.Name == "shop-cutover" {
			return document.Bytes()
		}
	}
	t.Fatal("there is no hook for the cutover")
	return nil
}
