package provider_test

import (
	"fmt"

	"github.com/helm-ferry/ferry/internal/provider"
)

// A release runs a store that Ferry does not know; its pods carry the name that
// the user gave the row.
func Example() {
	registry, err := provider.Default().With([]provider.Row{{
		Name:        "mystore",
		Port:        8080,
		PortNames:   []string{"s3"},
		Credentials: provider.Credentials{AccessKeyEnv: []string{"STORE_USER"}, SecretKeyEnv: []string{"STORE_PASSWORD"}},
		Lacks:       []string{provider.Versions},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	pods := []provider.Pod{
		{Kind: "StatefulSet", Name: "old", Containers: []provider.Container{
			{Image: "quay.io/minio/minio:latest", Args: []string{"server", "/data"}, Ports: []provider.Port{{Name: "http", Number: 9000}}},
		}},
		{Kind: "StatefulSet", Name: "new", Labels: map[string]string{provider.LabelName: "mystore"}, Containers: []provider.Container{
			{Image: "registry.example/store:3", Ports: []provider.Port{{Name: "s3", Number: 8443}}},
		}},
		{Kind: "Deployment", Name: "api", Containers: []provider.Container{{Image: "registry.example/api:7"}}},
	}
	for _, pod := range pods {
		row, ok := registry.Match(pod)
		if !ok {
			fmt.Printf("%s is no store\n", pod.Name)
			continue
		}
		container, _ := row.Container(pod)
		fmt.Printf("%s is %s, S3 on port %d, cannot hold %v\n", pod.Name, row.Name, row.S3Port(container).Number, row.Lacks)
	}
	// Output:
	// old is minio, S3 on port 9000, cannot hold [acl cors nested-keys website]
	// new is mystore, S3 on port 8443, cannot hold [versions]
	// api is no store
}
