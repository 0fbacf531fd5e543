package node

import (
	"context"
	"crypto/rand"
	"embed"
	"fmt"
	"net"
	"os"
	"text/template"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/internal/testworld/pki"
)

//go:embed files
var files embed.FS

// configure writes what the programs read before they start.
func (p place) configure(ctx context.Context) error {
	serving, err := pki.Serving(p.file("pki"),
		[]net.IP{net.IPv4(127, 0, 0, 1), net.ParseIP(address), net.ParseIP(apiService)},
		[]string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"})
	if err != nil {
		return err
	}
	if _, err := pki.Key(p.file("pki"), "service-account"); err != nil {
		return err
	}
	token := rand.Text()
	row := fmt.Sprintf("%s,admin,admin,\"system:masters\"\n", token)
	if err := os.WriteFile(p.file("pki", "tokens.csv"), []byte(row), 0o600); err != nil {
		return err
	}
	trust, err := os.ReadFile(serving.Certificate)
	if err != nil {
		return err
	}
	err = clientcmd.WriteToFile(api.Config{
		Clusters:       map[string]*api.Cluster{"ferry": {Server: "https://" + address + ":6443", CertificateAuthorityData: trust}},
		AuthInfos:      map[string]*api.AuthInfo{"admin": {Token: token}},
		Contexts:       map[string]*api.Context{"ferry": {Cluster: "ferry", AuthInfo: "admin"}},
		CurrentContext: "ferry",
	}, p.file("kubeconfig"))
	if err != nil {
		return fmt.Errorf("write the kubeconfig: %w", err)
	}

	return p.fill(ctx)
}

// fill fills the templates in files.
func (p place) fill(ctx context.Context) error {
	shim, err := testworld.Program(ctx, "containerd-shim-runc-v2")
	if err != nil {
		return err
	}
	values := map[string]string{"dir": p.dir, "shim": shim, "address": address, "pods": pods, "space": p.space()}
	for _, name := range []string{"containerd.toml", "kubelet.yaml", "Corefile", "cni/10-bridge.conflist"} {
		t, err := template.ParseFS(files, "files/"+name)
		if err != nil {
			return err
		}
		f, err := os.Create(p.file(name))
		if err != nil {
			return err
		}
		if err := t.Execute(f, values); err != nil {
			return fmt.Errorf("fill %s: %w", name, err)
		}
		if err := f.Close(); err != nil {
			return err
		}
	}

	return nil
}

// controlPlane are the programs that need no node.
func controlPlane(p place) []part {
	const store = "http://127.0.0.1:2379" // of the namespace

	return []part{
		{"etcd", []string{
			"--data-dir=" + p.file("etcd"), "--unsafe-no-fsync", "--log-level=warn",
			"--listen-client-urls=" + store, "--advertise-client-urls=" + store, "--listen-peer-urls=http://127.0.0.1:2380",
		}},
		{"kube-apiserver", []string{
			"--etcd-servers=" + store, "--service-cluster-ip-range=" + services, "--advertise-address=" + address,
			"--bind-address=0.0.0.0", "--secure-port=6443",
			"--tls-cert-file=" + p.file("pki", "serving.crt"), "--tls-private-key-file=" + p.file("pki", "serving.key"),
			"--token-auth-file=" + p.file("pki", "tokens.csv"), "--authorization-mode=Node,RBAC",
			"--service-account-issuer=https://kubernetes.default.svc",
			"--service-account-key-file=" + p.file("pki", "service-account.key"),
			"--service-account-signing-key-file=" + p.file("pki", "service-account.key"),
			"--allow-privileged=true", "--kubelet-preferred-address-types=InternalIP", "--profiling=false",
			"--shutdown-watch-termination-grace-period=0s",
		}},
		{"containerd", []string{"--config", p.file("containerd.toml")}},
	}
}

// workers are the programs that need the API server.
func workers(p place) []part {
	kubeconfig := "--kubeconfig=" + p.file("kubeconfig")

	return []part{
		{"kube-controller-manager", []string{
			kubeconfig, "--root-ca-file=" + p.file("pki", "serving.crt"),
			"--service-account-private-key-file=" + p.file("pki", "service-account.key"),
			"--use-service-account-credentials=true", "--leader-elect=false",
		}},
		{"kube-scheduler", []string{kubeconfig, "--leader-elect=false"}},
		{"kubelet", []string{
			kubeconfig, "--config=" + p.file("kubelet.yaml"), "--root-dir=" + p.file("kubelet"),
			"--hostname-override=" + Name, "--node-ip=" + address,
		}},
		{"kube-proxy", []string{
			kubeconfig, "--proxy-mode=iptables", "--hostname-override=" + Name, "--cluster-cidr=" + pods, "--conntrack-max-per-core=0",
		}},
		{"coredns", []string{"-conf", p.file("Corefile")}},
	}
}
