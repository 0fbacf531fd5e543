package portforward

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"

	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"

	"github.com/helm-ferry/ferry/internal/kube"
)

// Target is a port of a pod.
type Target struct {
	Pod  string
	Port int32
}

// Open opens a way to a pod of the client's namespace, and returns the address of its end here. It lasts
// until the context ends.
func Open(ctx context.Context, client kube.Client, target Target) (string, error) {
	if client.Config == nil {
		return "", errors.New("the cluster was opened without a configuration")
	}
	transport, upgrader, err := spdy.RoundTripperFor(client.Config)
	if err != nil {
		return "", fmt.Errorf("forward a port of Pod/%s: %w", target.Pod, err)
	}
	address := client.CoreV1().RESTClient().Post().Resource("pods").Namespace(client.Namespace).Name(target.Pod).SubResource("portforward").URL()
	dialer := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, address)
	ready := make(chan struct{})
	wanted := []string{fmt.Sprintf(":%d", target.Port)} // any here, to that one
	forwarder, err := portforward.NewOnAddresses(dialer, []string{"127.0.0.1"}, wanted, ctx.Done(), ready, io.Discard, io.Discard)
	if err != nil {
		return "", fmt.Errorf("forward a port of Pod/%s: %w", target.Pod, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- forwarder.ForwardPorts() }()
	select {
	case <-ctx.Done():
		return "", fmt.Errorf("forward port %d of Pod/%s: %w", target.Port, target.Pod, context.Cause(ctx))
	case err := <-ended:
		return "", fmt.Errorf("forward port %d of Pod/%s: %w", target.Port, target.Pod, err)
	case <-ready:
	}
	ports, err := forwarder.GetPorts()
	if err != nil {
		return "", fmt.Errorf("forward port %d of Pod/%s: %w", target.Port, target.Pod, err)
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(int(ports[0].Local))), nil
}
