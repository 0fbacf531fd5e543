package status_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/portforward"
	"github.com/helm-ferry/ferry/internal/status"
	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror/quirky"
)

const released = `apiVersion: v1
kind: Service
metadata: {name: shop-minio}
spec: {selector: {app: minio}, ports: [{name: http, port: 9000, targetPort: 9001}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: shop-minio}
spec:
  serviceName: shop-minio
  selector: {matchLabels: {app: minio}}
  template:
    metadata: {labels: {app: minio}}
    spec: {containers: [{name: minio, image: "quay.io/minio/minio:1", ports: [{containerPort: 9001}]}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
      - name: api
        image: api
        env:
        - {name: KEY, valueFrom: {secretKeyRef: {name: ilum-objectstorage-credentials, key: access-key}}}
        - {name: SECRET, valueFrom: {secretKeyRef: {name: ilum-objectstorage-credentials, key: secret-key}}}
        - {name: MORE, valueFrom: {secretKeyRef: {name: ilum-objectstorage-credentials, key: session, optional: true}}}
`

const alive = `apiVersion: v1
kind: ConfigMap
metadata:
  name: shop-ferry-config
  labels: {helm-ferry.dev/config: "true"}
  annotations: {meta.helm.sh/release-name: shop}
data: {ferry.yaml: "{apiVersion: helm-ferry.dev/v1alpha1, kind: Ferry, metadata: {name: shop}, spec: {objectStorage: {alias: {name: shop-objectstorage}, credentials: {secretName: ilum-objectstorage-credentials}}}}"}
---
apiVersion: v1
kind: Service
metadata: {name: shop-objectstorage, labels: {helm-ferry.dev/provider: minio}}
spec: {selector: {app: minio}, ports: [{name: http, port: 9000}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: shop-minio-1, labels: {kubernetes.io/service-name: shop-minio}}
addressType: IPv4
ports: [{name: metrics, port: 9100}, {name: http, port: 9001}]
endpoints:
- {addresses: [203.0.113.7], conditions: {ready: false}, targetRef: {kind: Pod, name: shop-minio-0}}
- {addresses: [203.0.113.8], conditions: {ready: true}, targetRef: {kind: Pod, name: shop-minio-1}}
`

// TestCredentials tries the Secret of the consumers on the store that they use, by a way to the pod that
// ends at a store in memory, and prints no secret whatever comes of it.
func TestCredentials(t *testing.T) {
	cluster := testworld.StartAPIServer(t)
	store := httptest.NewServer(quirky.New(quirky.Config{}))
	t.Cleanup(store.Close)
	if err := cluster.Namespace(t.Context(), "credentials", nil); err != nil {
		t.Fatal(err)
	}
	client, err := kube.New(cluster.Config, "credentials")
	if err != nil {
		t.Fatal(err)
	}
	if err := cluster.Apply(t.Context(), client.Namespace, []byte(alive)); err != nil {
		t.Fatal(err)
	}
	install(t, client)
	leads := func(_ context.Context, _ kube.Client, target portforward.Target) (string, error) {
		if want := (portforward.Target{Pod: "shop-minio-1", Port: 9001}); target != want {
			t.Errorf("the way leads to %v, want %v", target, want)
		}
		return strings.TrimPrefix(store.URL, "http://"), nil
	}
	closed := func(context.Context, kube.Client, portforward.Target) (string, error) {
		return "", errors.New("pods/portforward\nis forbidden")
	}
	hidden := rest.CopyConfig(cluster.Config)
	hidden.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return forbidding{next, "/secrets/ilum-objectstorage-credentials"}
	})
	blind, err := kube.New(hidden, client.Namespace)
	if err != nil {
		t.Fatal(err)
	}
	found, err := status.Read(t.Context(), blind, "shop", time.Now(), leads)
	if err != nil {
		t.Fatalf("who may not read the Secret gets no status: %v", err)
	}
	if got, want := found[0].Stores[0].Credentials, "not tried: Secret/ilum-objectstorage-credentials may not be read from here"; got != want {
		t.Errorf("who may not read the Secret is told %q, want %q", got, want)
	}
	for name, test := range map[string]struct {
		keys     map[string]string // nil: there is no Secret
		forward  status.Forward
		want     string
		problems []string
	}{
		"the right ones": {map[string]string{"access-key": quirky.AccessKey, "secret-key": quirky.SecretKey}, leads, "accepted", nil},
		"changed ones": {
			map[string]string{"access-key": quirky.AccessKey, "secret-key": "changed-7714"}, leads, "refused",
			[]string{"Secret/ilum-objectstorage-credentials has credentials that minio does not accept"},
		},
		"the way is closed": {
			map[string]string{"access-key": quirky.AccessKey, "secret-key": "changed-7714"}, closed, "not tried: pods/portforward is forbidden", nil,
		},
		"one is missing": {
			map[string]string{"access-key": quirky.AccessKey, "password": "changed-7714"}, leads,
			"not tried: Secret/ilum-objectstorage-credentials has no secret-key",
			[]string{"Deployment/api reads secret-key of Secret/ilum-objectstorage-credentials, which has access-key, password: its pods do not start"},
		},
		"all are": {
			nil, leads, "not tried: there is no Secret/ilum-objectstorage-credentials",
			[]string{"Deployment/api reads Secret/ilum-objectstorage-credentials, which is not there"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			keep(t, client, test.keys)
			found, err := status.Read(t.Context(), client, "shop", time.Now(), test.forward)
			if err != nil {
				t.Fatal(err)
			}
			if got := found[0].Stores[0].Credentials; got != test.want {
				t.Errorf("credentials %q, want %q", got, test.want)
			}
			text, err := json.Marshal(found)
			if err != nil {
				t.Fatal(err)
			}
			for _, secret := range []string{"changed-7714", quirky.SecretKey} {
				if strings.Contains(string(text), secret) {
					t.Errorf("a secret is told:\n%s", text)
				}
			}
			for _, want := range test.problems {
				if !slices.ContainsFunc(found[0].Problems, func(p status.Problem) bool { return strings.HasPrefix(p.What, want) && p.Remedy != "" }) {
					t.Errorf("problems %v, want one that begins with %q", found[0].Problems, want)
				}
			}
			if len(test.problems) == 0 && slices.ContainsFunc(found[0].Problems, func(p status.Problem) bool { return strings.Contains(p.What, "Secret/") }) {
				t.Errorf("nothing is wrong with the Secret, and there are problems %v", found[0].Problems)
			}
		})
	}
}

// install writes the record of the revision in force.
func install(t *testing.T, client kube.Client) {
	t.Helper()
	text, err := json.Marshal(map[string]any{
		"name": "shop", "namespace": client.Namespace, "version": 1, "info": map[string]string{"status": "deployed"}, "manifest": released,
	})
	if err != nil {
		t.Fatal(err)
	}
	record := &core.Secret{
		ObjectMeta: meta.ObjectMeta{
			Name:   "sh.helm.release.v1.shop.v1",
			Labels: map[string]string{"name": "shop", "owner": "helm", "status": "deployed", "version": "1"},
		},
		Type: "helm.sh/release.v1",
		Data: map[string][]byte{"release": []byte(base64.StdEncoding.EncodeToString(text))},
	}
	if _, err := client.CoreV1().Secrets(client.Namespace).Create(t.Context(), record, meta.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
}

// keep puts the keys into the Secret of the consumers.
func keep(t *testing.T, client kube.Client, keys map[string]string) {
	t.Helper()
	const name = "ilum-objectstorage-credentials"
	secrets := client.CoreV1().Secrets(client.Namespace)
	if err := secrets.Delete(t.Context(), name, meta.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
		t.Fatal(err)
	}
	if keys == nil {
		return
	}
	if _, err := secrets.Create(t.Context(), &core.Secret{ObjectMeta: meta.ObjectMeta{Name: name}, StringData: keys}, meta.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
}

// forbidding answers what ends with a path as an API server does that forbids it.
type forbidding struct {
	http.RoundTripper
	path string
}

func (f forbidding) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, f.path) {
		return f.RoundTripper.RoundTrip(r)
	}
	w := httptest.NewRecorder()
	w.WriteHeader(http.StatusForbidden)
	return w.Result(), nil
}
