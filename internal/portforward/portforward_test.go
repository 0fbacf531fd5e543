package portforward_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/portforward"
	"github.com/helm-ferry/ferry/internal/testworld"
)

// TestOpen is answered by a real API server that there is no such pod. That a way leads to one that runs,
// the suite on the cluster shows.
func TestOpen(t *testing.T) {
	cluster := testworld.StartAPIServer(t)
	client, err := kube.New(cluster.Config, "default")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err = portforward.Open(ctx, client, portforward.Target{Pod: "nobody", Port: 9000})
	if err == nil || !strings.Contains(err.Error(), "forward port 9000 of Pod/nobody") || !strings.Contains(err.Error(), "not found") {
		t.Errorf("the error is %v", err)
	}
}
