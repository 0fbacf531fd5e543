package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// Node is a running cluster.
type Node struct {
	testworld.Cluster
	place
}

// Name is what the only node of the cluster is called.
const Name = "node"

// Programs are those that a cluster consists of.
func Programs() []string {
	return []string{
		"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy",
		"containerd", "containerd-shim-runc-v2", "ctr", "coredns",
	}
}

// starting bounds everything between the first process and a ready node.
const starting = 3 * time.Minute

// Up starts a cluster whose files are in dir, which must be empty or absent. A
// cluster that could not be started is taken down again; its logs are in the error.
func Up(ctx context.Context, dir string) (*Node, error) {
	if err := Packages(ctx); err != nil {
		return nil, err
	}
	for _, name := range Programs() {
		if _, err := testworld.Program(ctx, name); err != nil {
			return nil, err
		}
	}
	p, err := newPlace(dir)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, starting)
	defer cancel()
	n, err := p.up(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start a cluster in %s: %w", dir, err), p.tails(), Down(context.WithoutCancel(ctx), dir))
	}

	return n, nil
}

// Open returns the cluster that runs in dir.
func Open(dir string) (*Node, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}

	p := place{dir: dir}
	if _, err := os.Stat(p.Netns()); err != nil {
		return nil, fmt.Errorf("no cluster of this package runs in %s: %w", dir, err)
	}

	return p.open()
}

func (p place) open() (*Node, error) {
	n := &Node{place: p}
	n.Kubeconfig = p.file("kubeconfig")
	config, err := clientcmd.BuildConfigFromFlags("", n.Kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("open the cluster in %s: %w", p.dir, err)
	}
	config.QPS = -1 // no throttling: the server is the test's own
	config.WarningHandler = rest.NoWarnings{}
	config.Dial = p.Dial
	n.Config = config

	return n, nil
}

func (p place) up(ctx context.Context) (*Node, error) {
	if err := p.network(ctx); err != nil {
		return nil, err
	}
	if err := p.group(); err != nil {
		return nil, err
	}
	if err := p.configure(ctx); err != nil {
		return nil, err
	}
	n, err := p.open()
	if err != nil {
		return nil, err
	}
	if err := p.start(ctx, controlPlane(p)...); err != nil {
		return nil, err
	}
	client, err := kubernetes.NewForConfig(n.Config)
	if err != nil {
		return nil, err
	}
	if err := await(ctx, "the API server", func(ctx context.Context) error {
		return client.RESTClient().Get().AbsPath("/readyz").Do(ctx).Error()
	}); err != nil {
		return nil, err
	}
	if err := p.start(ctx, workers(p)...); err != nil {
		return nil, err
	}
	if err := n.loadPause(ctx); err != nil {
		return nil, err
	}
	if err := createClass(ctx, client); err != nil {
		return nil, err
	}
	attend, err := testworld.Build(ctx, p.file("images"), "./internal/testworld/cmd/cluster")
	if err != nil {
		return nil, err
	}
	if err := p.launch("attend", attend, filepath.Dir(attend), "attend", p.dir); err != nil {
		return nil, err
	}

	return n, n.awaitReady(ctx, client)
}

// awaitReady waits for the node, and for the ServiceAccount without which the
// default namespace takes no pod.
func (n *Node) awaitReady(ctx context.Context, client kubernetes.Interface) error {
	err := await(ctx, "the node", func(ctx context.Context) error {
		found, err := client.CoreV1().Nodes().Get(ctx, Name, meta.GetOptions{})
		if err != nil {
			return err
		}
		for _, c := range found.Status.Conditions {
			if c.Type == core.NodeReady && c.Status == core.ConditionTrue {
				return nil
			}
		}

		return errors.New("not ready yet")
	})
	if err != nil {
		return err
	}

	return await(ctx, "the ServiceAccount of namespace default", func(ctx context.Context) error {
		_, err := client.CoreV1().ServiceAccounts("default").Get(ctx, "default", meta.GetOptions{})

		return err
	})
}

// Namespace creates a namespace with these labels, and waits for its ServiceAccount.
func (n *Node) Namespace(ctx context.Context, name string, labels map[string]string) error {
	client, err := kubernetes.NewForConfig(n.Config)
	if err != nil {
		return err
	}
	namespace := &core.Namespace{ObjectMeta: meta.ObjectMeta{Name: name, Labels: labels}}
	if _, err := client.CoreV1().Namespaces().Create(ctx, namespace, meta.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("create namespace %s: %w", name, err)
	}

	return await(ctx, "the ServiceAccount of namespace "+name, func(ctx context.Context) error {
		_, err := client.CoreV1().ServiceAccounts(name).Get(ctx, "default", meta.GetOptions{})

		return err
	})
}

// Command is a program that sees the cluster: it runs inside the network namespace,
// with KUBECONFIG set.
func (n *Node) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "nsenter", append([]string{"--net=" + n.Netns(), "--", name}, args...)...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+n.Kubeconfig)

	return cmd
}

// await calls probe until it succeeds or ctx ends.
func await(ctx context.Context, what string, probe func(context.Context) error) error {
	var last error
	err := wait.PollUntilContextCancel(ctx, 100*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		last = probe(ctx)

		return last == nil, nil
	})
	if err != nil {
		return fmt.Errorf("wait for %s: %w: %w", what, err, last)
	}

	return nil
}
