package node

import (
	"context"
	"errors"
	"fmt"

	"k8s.io/client-go/kubernetes"
)

// Crash kills the node as a loss of power would: the kubelet, containerd and all that runs in containers. The
// control plane and what volumes hold stay.
func (n *Node) Crash() error {
	// nobody starts anew what is killed after it
	return errors.Join(n.KillAgents(), n.endShims())
}

// KillAgents kills the kubelet and containerd. What runs in containers goes on, and nobody looks after it.
func (n *Node) KillAgents() error {
	return errors.Join(n.end("kubelet", 0), n.end("containerd", 0))
}

// Restart starts what [Node.Crash] or [Node.KillAgents] has ended, and waits until the node is ready.
func (n *Node) Restart(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, starting)
	defer cancel()
	if err := n.startAgain(ctx, "containerd"); err != nil {
		return err
	}
	if err := n.awaitContainerd(ctx); err != nil { // a kubelet ends without it
		return err
	}
	if err := n.startAgain(ctx, "kubelet"); err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(n.Config)
	if err != nil {
		return err
	}

	return n.awaitReady(ctx, client)
}

func (p place) startAgain(ctx context.Context, name string) error {
	for _, part := range append(controlPlane(p), workers(p)...) {
		if part.name == name {
			return p.start(ctx, part)
		}
	}

	return fmt.Errorf("no program of the cluster is called %s", name)
}
