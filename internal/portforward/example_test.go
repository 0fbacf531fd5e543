package portforward_test

import (
	"context"
	"fmt"

	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/portforward"
)

func Example() {
	_, err := portforward.Open(context.Background(), kube.Client{}, portforward.Target{Pod: "lake-minio-0", Port: 9000})
	fmt.Println(err)
	// Output: the cluster was opened without a configuration
}
