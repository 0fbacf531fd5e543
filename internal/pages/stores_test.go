package pages

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// storeRoom is a room with the lakehouse in ./chart and S3 servers behind the names that its stores have
// in a cluster. Ferry, mc and the Jobs reach them through a proxy.
type storeRoom struct {
	*room

	// away is the host that does not answer for now.
	away atomic.Value
	// addresses are where the hosts lead: URLs, or functions that return one.
	addresses sync.Map
	// keys are the values of the chart that have the keys of its stores.
	keys string
}

// newStoreRoom starts MinIO and a Versity gateway, which mc and Ferry know as lake and copy.
func newStoreRoom(t *testing.T, helm string) *storeRoom {
	t.Helper()
	s := &storeRoom{}
	s.away.Store("")
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			to, err := url.Parse(s.address(r.In.Context(), r.In.Host))
			if err != nil || s.away.Load() == r.In.Host {
				to = &url.URL{Scheme: "http", Host: "127.0.0.1:1"}
			}
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = to.Scheme, to.Host, r.In.Host
		},
		ErrorHandler: func(rw http.ResponseWriter, _ *http.Request, err error) {
			rw.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(rw, err.Error())
		},
	})
	t.Cleanup(proxy.Close)
	s.room = newRoom(t, map[string]string{"helm": helm, "kubectl": testworld.Kubectl(t), "mc": testworld.MC(t)}, "HTTP_PROXY="+proxy.URL)
	s.env = append(s.env, "HTTP_PROXY="+proxy.URL, "HELM_BIN="+helm)
	chart := filepath.Join(s.folder, "chart")
	err := os.RemoveAll(chart)
	if err == nil {
		err = os.CopyFS(chart, os.DirFS("../../charts/lakehouse"))
	}
	if err != nil {
		t.Fatal(err)
	}
	minio, gateway := testworld.StartMinIO(t), testworld.StartVersityGW(t)
	s.serve("lake", "lake-minio:9000", minio)
	s.serve("copy", "lake-versitygw:7070", gateway)
	s.addresses.Store("lake-objectstorage:9000", s.behindAlias)
	s.keys = fmt.Sprintf("minio: {auth: {accessKey: %s, secretKey: %s}}\nversitygw: {auth: {accessKey: %s, secretKey: %s}}\n",
		minio.AccessKey, minio.SecretKey, gateway.AccessKey, gateway.SecretKey)
	s.values(t, "")
	for _, service := range []string{"lake-objectstorage", "lake-minio", "lake-versitygw"} {
		s.ready(t, service)
	}
	return s
}

// address is where a host leads, "" for nowhere.
func (s *storeRoom) address(ctx context.Context, host string) string {
	switch a, _ := s.addresses.Load(host); a := a.(type) {
	case string:
		return a
	case func(context.Context) string:
		return a(ctx)
	}
	return ""
}

// behindAlias is the address of the store that the alias selects, "" for none.
func (s *storeRoom) behindAlias(ctx context.Context) string {
	alias, err := s.client.CoreV1().Services(s.client.Namespace).Get(ctx, "lake-objectstorage", meta.GetOptions{})
	if err != nil {
		return ""
	}
	var behind string
	s.addresses.Range(func(host, address any) bool {
		if strings.HasPrefix(fmt.Sprint(host), "lake-"+alias.Labels["helm-ferry.dev/provider"]+":") {
			behind, _ = address.(string)
		}
		return behind == ""
	})
	return behind
}

// values writes values.yaml, the keys among them.
func (s *storeRoom) values(t *testing.T, more string) {
	t.Helper()
	s.write(t, "values.yaml", s.keys+"objectStorage:\n  rewire: true\n"+more)
}

// serve puts a server behind a host, which mc knows by a name.
func (s *storeRoom) serve(name, host string, server testworld.S3) {
	s.addresses.Store(host, server.Endpoint)
	s.env = append(s.env, "MC_HOST_"+name+"=http://"+server.AccessKey+":"+server.SecretKey+"@"+host)
}

// ready has a Service lead somewhere, as it does once its pods are ready.
func (s *storeRoom) ready(t *testing.T, service string) {
	t.Helper()
	err := server.Apply(t.Context(), s.client.Namespace, fmt.Appendf(nil, `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: %[1]s-1, labels: {kubernetes.io/service-name: %[1]s}}
addressType: IPv4
endpoints: [{addresses: [10.0.0.1]}]
`, service))
	if err != nil {
		t.Fatal(err)
	}
}

// claimOf makes the claim that a StatefulSet's controller would make.
func (s *storeRoom) claimOf(t *testing.T, name string) {
	t.Helper()
	err := server.Apply(t.Context(), s.client.Namespace, []byte("apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: "+name+
		"}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n"))
	if err != nil {
		t.Fatal(err)
	}
}

// put writes an object; its bucket is made if it is not there.
func (s *storeRoom) put(t *testing.T, path, content string) {
	t.Helper()
	store, rest, _ := strings.Cut(path, "/")
	bucket, _, _ := strings.Cut(rest, "/")
	s.must(t, "bash", "-c", fmt.Sprintf("mc mb -q --ignore-existing %s/%s && printf %%s %q | mc pipe -q %s", store, bucket, content, path))
}

// holds demands the content of an object, "" for none.
func (s *storeRoom) holds(t *testing.T, path, content string) {
	t.Helper()
	output, err := s.call(t, "mc", "cat", path)
	if err != nil && content != "" {
		t.Errorf("%s: %v", path, err)
	} else if err == nil && output != content {
		t.Errorf("%s has %q, want %q", path, output, content)
	}
}

// selects demands the provider of the alias.
func (s *storeRoom) selects(t *testing.T, provider string) {
	t.Helper()
	if got := s.must(t, "kubectl", "get", "service", "lake-objectstorage", "-o", `jsonpath={.metadata.labels.helm-ferry\.dev/provider}`); got != provider {
		t.Errorf("the alias selects %q, want %q", got, provider)
	}
}

// ferry types a line of Ferry's, which must succeed.
func (s *storeRoom) ferry(t *testing.T, line string) string {
	t.Helper()
	output, err := s.typed(t, line)
	if err != nil {
		t.Fatal(err)
	}
	return output
}

// typed types a line of Ferry's and returns both of its streams.
func (s *storeRoom) typed(t *testing.T, line string) (string, error) {
	t.Helper()
	output, err := s.call(t, "bash", "-c", "exec 2>&1; ferry "+line)
	return output, err
}
