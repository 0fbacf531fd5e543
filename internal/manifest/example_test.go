package manifest_test

import (
	"fmt"
	"log"

	"github.com/helm-ferry/ferry/internal/manifest"
)

func Example() {
	stream, err := manifest.Parse([]byte(`---
# Source: shop/templates/claim.yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name:   data   # looked up by the operator
spec: {accessModes: ['ReadWriteOnce']}
---
# Source: shop/templates/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: shop}
data:
  shop.conf: |
    store = http://minio:9000   # no slash
`))
	if err != nil {
		log.Fatal(err)
	}
	for _, object := range stream.Objects() {
		switch {
		case object.Is("", "PersistentVolumeClaim"):
			object.SetAnnotation("helm.sh/resource-policy", "keep")
		case object.Is("", "ConfigMap"):
			object.Replace(object.Node("data", "shop.conf"), "store = http://store:9000   # no slash\n")
		}
	}
	fmt.Print(string(stream.Bytes()))
	// Output:
	// ---
	// # Source: shop/templates/claim.yaml
	// apiVersion: v1
	// kind: PersistentVolumeClaim
	// metadata:
	//   name:   data   # looked up by the operator
	//   annotations:
	//     helm.sh/resource-policy: keep
	// spec: {accessModes: ['ReadWriteOnce']}
	// ---
	// # Source: shop/templates/config.yaml
	// apiVersion: v1
	// kind: ConfigMap
	// metadata: {name: shop}
	// data:
	//   shop.conf: |
	//     store = http://store:9000   # no slash
}

func ExampleStream_Place() {
	stream, err := manifest.Parse([]byte("kind: Secret\n---\nkind: Deployment\n"))
	if err != nil {
		log.Fatal(err)
	}
	service, err := manifest.NewDocument([]byte("kind: Service\n"))
	if err != nil {
		log.Fatal(err)
	}
	stream.Place(service)
	fmt.Print(string(stream.Bytes()))
	// Output:
	// kind: Secret
	// ---
	// kind: Service
	// ---
	// kind: Deployment
}

func ExampleParse_broken() {
	_, err := manifest.Parse([]byte("---\n# Source: shop/templates/web.yaml\nkind: Deployment\nmetadata:\n  name: web\n   labels: {}\n"))
	fmt.Println(err)
	// Output:
	// Deployment/web (shop/templates/web.yaml): line 6: mapping values are not allowed in this context
}

func ExampleResourceList() {
	list, err := manifest.ParseResourceList([]byte(`apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- apiVersion: v1
  kind: PersistentVolumeClaim
  metadata:
    name: data # of the shop
functionConfig: {kind: Ferry}
`))
	if err != nil {
		log.Fatal(err)
	}
	for _, object := range list.Items.Objects() {
		object.SetAnnotation("helm.sh/resource-policy", "keep")
	}
	list.Results = []manifest.Result{{Message: "1 claim is kept", Severity: "info"}}
	fmt.Print(string(list.Bytes()))
	// Output:
	// apiVersion: config.kubernetes.io/v1
	// kind: ResourceList
	// items:
	// - apiVersion: v1
	//   kind: PersistentVolumeClaim
	//   metadata:
	//     name: data # of the shop
	//     annotations:
	//       helm.sh/resource-policy: keep
	// functionConfig: {kind: Ferry}
	// results:
	// - message: 1 claim is kept
	//   severity: info
}
