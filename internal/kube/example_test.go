package kube_test

import (
	"fmt"

	"github.com/helm-ferry/ferry/internal/kube"
)

func ExampleOpen() {
	client, err := kube.Open(kube.Access{
		Kubeconfig: "/nowhere", Server: "https://kubernetes.example.com", Token: "secret", Namespace: "shop",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(client.Namespace)
	// Output: shop
}
