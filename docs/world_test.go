package docs_test

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
	"runtime"
	"strings"
	"testing"

	"k8s.io/client-go/tools/clientcmd"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// world is where the commands of a page are typed: a folder that looks like a checkout, with ./chart,
// and the programs that the page speaks of.
type world struct {
	folder string
	bin    string
	env    []string
}

// newWorld makes a world with what a page asks for:
//
//	helm3, helm4        helm is that one
//	ferry               both programs of Ferry are on PATH, not only in the plugin
//	kustomize, mc       the program of that name
//	cluster             a Kubernetes API without nodes, in which Helm can install; this machine runs the Jobs
//	stores              MinIO as lake-minio and lake-objectstorage, an empty Versity gateway as lake-versitygw
//
// programs is a folder with those of this module.
func newWorld(t *testing.T, programs string, words []string) *world {
	t.Helper()
	w := &world{folder: t.TempDir(), bin: t.TempDir()}
	home := t.TempDir()
	w.env = []string{"HOME=" + home, "PATH=" + w.bin + ":" + os.Getenv("PATH"), "LANG=C.UTF-8", "KUBECONFIG=" + filepath.Join(home, "none")}
	for from, to := range map[string]string{
		"charts": "charts", "testdata/charts/bitnami-minio": "chart", "helm4": "helm4", "docs/how-it-works": "docs/how-it-works",
	} {
		if err := os.CopyFS(filepath.Join(w.folder, to), os.DirFS(filepath.Join(root, from))); err != nil {
			t.Fatal(err)
		}
	}
	w.plugin(t, filepath.Join(programs, "ferry"))
	for _, word := range words {
		switch word {
		case "helm3":
			w.program(t, "helm", testworld.Helm3(t))
		case "helm4":
			w.program(t, "helm", testworld.Helm4(t))
		case "ferry":
			w.program(t, "ferry", filepath.Join(programs, "ferry"))
			w.program(t, "ferry-hook", filepath.Join(programs, "ferry-hook"))
		case "kustomize":
			w.program(t, "kustomize", testworld.Kustomize(t))
		case "mc":
			w.program(t, "mc", testworld.MC(t))
		case "cluster":
			w.cluster(t, filepath.Join(programs, "ferry-hook"))
		case "stores":
			w.stores(t)
		default:
			t.Fatalf("a world has no %q", word)
		}
	}
	return w
}

// plugin makes the folder one that `helm plugin install .` takes, as `make build` does.
func (w *world) plugin(t *testing.T, ferry string) {
	t.Helper()
	program := filepath.Join(w.folder, "bin", runtime.GOOS+"-"+runtime.GOARCH, "ferry")
	if err := os.MkdirAll(filepath.Dir(program), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(ferry, program); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(root, "plugin.yaml"))
	if err == nil {
		err = os.WriteFile(filepath.Join(w.folder, "plugin.yaml"), data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) program(t *testing.T, name, path string) {
	t.Helper()
	if err := os.Symlink(path, filepath.Join(w.bin, name)); err != nil {
		t.Fatal(err)
	}
}

// cluster starts an API server; the namespace that clients use is called storage. The Jobs of hooks
// run there.
func (w *world) cluster(t *testing.T, hook string) {
	t.Helper()
	cluster := testworld.StartAPIServer(t)
	if err := cluster.Namespace(t.Context(), "storage", nil); err != nil {
		t.Fatal(err)
	}
	file, err := clientcmd.LoadFromFile(cluster.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	file.Contexts[file.CurrentContext].Namespace = "storage"
	if err := clientcmd.WriteToFile(*file, cluster.Kubeconfig); err != nil {
		t.Fatal(err)
	}
	w.env = append(w.env, "KUBECONFIG="+cluster.Kubeconfig)
	runJobs(t, cluster, "storage", hook)
}

// runJobs runs the Jobs of a namespace until the test ends, and shows what they said if it failed.
func runJobs(t *testing.T, cluster testworld.Cluster, namespace, hook string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	said := make(chan string, 1)
	go func() {
		log, err := cluster.RunJobs(ctx, namespace, hook)
		said <- fmt.Sprintln(log, err)
	}()
	t.Cleanup(func() {
		cancel()
		if log := <-said; t.Failed() {
			t.Logf("Jobs in %s:\n%s", namespace, log)
		}
	})
}

// stores starts two S3 servers, and a proxy through which they have the names that they would have
// in a cluster. The keys are where Ferry's Jobs have them, and where mc looks for them.
func (w *world) stores(t *testing.T) {
	t.Helper()
	minio, gateway := testworld.StartMinIO(t), testworld.StartVersityGW(t)
	servers := map[string]string{
		"lake-minio:9000": minio.Endpoint, "lake-objectstorage:9000": minio.Endpoint, "lake-versitygw:7070": gateway.Endpoint,
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			if to, err := url.Parse(servers[r.In.Host]); err == nil {
				r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = to.Scheme, to.Host, r.In.Host
			}
		},
		ErrorHandler: func(rw http.ResponseWriter, _ *http.Request, err error) {
			rw.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(rw, err.Error())
		},
	})
	t.Cleanup(proxy.Close)
	mc := func(name, host string, s testworld.S3) string {
		return "MC_HOST_" + name + "=http://" + strings.Join([]string{s.AccessKey, s.SecretKey}, ":") + "@" + host
	}
	w.env = append(w.env,
		"HTTP_PROXY="+proxy.URL, mc("lake", "lake-minio:9000", minio), mc("copy", "lake-versitygw:7070", gateway),
		"FERRY_SOURCE_ACCESS_KEY="+minio.AccessKey, "FERRY_SOURCE_SECRET_KEY="+minio.SecretKey,
		"FERRY_DESTINATION_ACCESS_KEY="+gateway.AccessKey, "FERRY_DESTINATION_SECRET_KEY="+gateway.SecretKey,
	)
}
