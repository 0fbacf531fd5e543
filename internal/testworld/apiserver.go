package testworld

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/helm-ferry/ferry/internal/testworld/pki"
)

// APIServer is a Kubernetes API server, and the etcd behind it, that this
// process started or has borrowed.
type APIServer struct {
	Cluster
	store     etcd
	processes []*process
	giveBack  func() // of one that is borrowed, whose processes are another's
}

// Stop ends the server, or gives it back. It does not wait until connections have drained, since
// nothing of a scratch cluster is worth it.
func (a *APIServer) Stop() {
	if a.giveBack != nil {
		a.giveBack()

		return
	}
	for _, p := range a.processes {
		p.stop(time.Second)
	}
}

// LaunchAPIServer starts etcd and kube-apiserver with files and logs in dir, or
// borrows them where some are lent (see Lend). ctx
// bounds building and starting; the servers run until Stop.
//
// The API has RBAC, ServiceAccount and Pod Security admission, but no
// controllers and no nodes: pods are accepted and never run, namespaces stay
// when they are deleted, a new namespace has the ServiceAccount that
// Cluster.Namespace gives it.
func LaunchAPIServer(ctx context.Context, dir string) (*APIServer, error) {
	if a, err := borrowAPIServer(ctx, dir); a != nil || err != nil {
		return a, err
	}

	return startAPIServer(ctx, dir)
}

// startAPIServer starts servers. A port that somebody else took between choice and use costs another attempt.
func startAPIServer(ctx context.Context, dir string) (*APIServer, error) {
	for attempt := 1; ; attempt++ {
		a, err := launchAPIServer(ctx, dir)
		if err == nil || attempt == 3 || !errors.Is(err, errEnded) {
			return a, err
		}
	}
}

func launchAPIServer(ctx context.Context, scratch string) (*APIServer, error) {
	dir, err := os.MkdirTemp(scratch, "cluster-")
	if err != nil {
		return nil, err
	}
	behind, store, err := launchEtcd(ctx, dir)
	if err != nil {
		return nil, err
	}
	server, cluster, err := launchKubeAPIServer(ctx, dir, store)
	if err != nil {
		behind.stop(0)

		return nil, err
	}

	return &APIServer{Cluster: cluster, store: etcd(store), processes: []*process{server, behind}}, nil
}

// launchEtcd returns the running etcd and its URL.
func launchEtcd(ctx context.Context, dir string) (*process, string, error) {
	path, err := Program(ctx, "etcd")
	if err != nil {
		return nil, "", err
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("find a port for etcd: %w", err)
	}
	peer, err := freeAddress(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("find a port for etcd: %w", err)
	}
	client := "http://" + address
	p, err := launch("etcd", path, dir, nil, []string{
		"--data-dir=etcd", "--unsafe-no-fsync", "--log-level=warn",
		"--listen-client-urls=" + client, "--advertise-client-urls=" + client,
		"--listen-peer-urls=http://" + peer, "--initial-advertise-peer-urls=http://" + peer,
		"--initial-cluster=default=http://" + peer,
	})
	if err != nil {
		return nil, "", err
	}
	if err := p.ready(ctx, 30*time.Second, func(ctx context.Context) error { return get(ctx, client+"/health") }); err != nil {
		p.stop(0)

		return nil, "", err
	}

	return p, client, nil
}

// launchKubeAPIServer returns the running API server and how to reach it.
func launchKubeAPIServer(ctx context.Context, dir, store string) (*process, Cluster, error) {
	path, err := Program(ctx, "kube-apiserver")
	if err != nil {
		return nil, Cluster{}, err
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, Cluster{}, fmt.Errorf("find a port for kube-apiserver: %w", err)
	}
	cluster, serving, err := newCluster(dir, "https://"+address)
	if err != nil {
		return nil, Cluster{}, err
	}
	tokens, err := pki.Key(dir, "service-account")
	if err != nil {
		return nil, Cluster{}, err
	}
	p, err := launch("kube-apiserver", path, dir, nil, []string{
		"--etcd-servers=" + store,
		"--bind-address=127.0.0.1", "--secure-port=" + port(address),
		"--tls-cert-file=" + serving.Certificate, "--tls-private-key-file=" + serving.Key,
		"--token-auth-file=tokens.csv", "--authorization-mode=RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + tokens.Key, "--service-account-signing-key-file=" + tokens.Key,
		"--enable-admission-plugins=ServiceAccount,PodSecurity", "--allow-privileged=true",
		// Addresses from documentation ranges (RFC 5737): nothing may route to them.
		"--service-cluster-ip-range=203.0.113.0/24", "--advertise-address=192.0.2.1", "--endpoint-reconciler-type=none",
		"--shutdown-watch-termination-grace-period=0s", "--profiling=false",
	})
	if err != nil {
		return nil, Cluster{}, err
	}
	if err := p.ready(ctx, time.Minute, cluster.probe); err != nil {
		p.stop(0)

		return nil, Cluster{}, err
	}

	return p, cluster, nil
}

// newCluster writes what server and clients must agree on before the start: the
// certificate, the administrator's token, the kubeconfig.
func newCluster(dir, endpoint string) (Cluster, pki.Pair, error) {
	serving, err := pki.Serving(dir, []net.IP{net.IPv4(127, 0, 0, 1)}, []string{"localhost"})
	if err != nil {
		return Cluster{}, pki.Pair{}, err
	}
	token := rand.Text()
	row := fmt.Sprintf("%s,admin,admin,\"system:masters\"\n", token)
	if err := os.WriteFile(filepath.Join(dir, "tokens.csv"), []byte(row), 0o600); err != nil {
		return Cluster{}, pki.Pair{}, err
	}
	trust, err := os.ReadFile(serving.Certificate)
	if err != nil {
		return Cluster{}, pki.Pair{}, err
	}
	kubeconfig := filepath.Join(dir, "kubeconfig")
	err = clientcmd.WriteToFile(api.Config{
		Clusters:       map[string]*api.Cluster{"ferry": {Server: endpoint, CertificateAuthorityData: trust}},
		AuthInfos:      map[string]*api.AuthInfo{"admin": {Token: token}},
		Contexts:       map[string]*api.Context{"ferry": {Cluster: "ferry", AuthInfo: "admin"}},
		CurrentContext: "ferry",
	}, kubeconfig)
	if err != nil {
		return Cluster{}, pki.Pair{}, fmt.Errorf("write the kubeconfig: %w", err)
	}
	cluster, err := open(kubeconfig)

	return cluster, serving, err
}

// open is the cluster of a kubeconfig that is the test's own.
func open(kubeconfig string) (Cluster, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return Cluster{}, err
	}
	config.QPS = -1 // no throttling: the server is the test's own
	config.WarningHandler = rest.NoWarnings{}

	return Cluster{Kubeconfig: kubeconfig, Config: config}, nil
}

// probe succeeds when the server is ready, which includes the default roles,
// and accepts the administrator's token.
func (c Cluster) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	client, err := kubernetes.NewForConfig(c.Config)
	if err != nil {
		return err
	}

	return client.RESTClient().Get().AbsPath("/readyz").Do(ctx).Error()
}

// get succeeds when url answers with status 200.
func get(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, response.Status)
	}

	return nil
}
