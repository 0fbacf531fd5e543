package node

import (
	"context"
	"errors"

	"k8s.io/client-go/kubernetes"
)

// Crash kills the node as a loss of power would: the kubelet, containerd and all that runs in containers. The
// control plane and what volumes hold stay.
func (n *Node) Crash() error {
	// nobody starts anew what is killed after it
	return errors.Join(n.end("kubelet", 0), n.end("containerd", 0), n.endShims())
}

// Restart starts a node that has crashed, and waits until it is ready.
func (n *Node) Restart(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, starting)
	defer cancel()
	var again []part
	for _, p := range append(controlPlane(n.place), workers(n.place)...) {
		if p.name == "kubelet" || p.name == "containerd" {
			again = append(again, p)
		}
	}
	if err := n.start(ctx, again...); err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(n.Config)
	if err != nil {
		return err
	}

	return n.awaitReady(ctx, client)
}
