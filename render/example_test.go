package render_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/render"
)

const exampleManifests = `---
# Source: shop/templates/uploads.yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: uploads   # user content
spec:
  accessModes: [ReadWriteOnce]
`

// What a post-renderer of Helm does: manifests in, manifests out, findings to tell.
func ExampleRun() {
	text := []byte("apiVersion: helm-ferry.dev/v1alpha1\nkind: Ferry\nmetadata: {name: shop}\n")
	loaded, err := config.Load("ferry.yaml", text)
	if err != nil {
		fmt.Println(err)
		return
	}
	var out strings.Builder
	results, err := render.Run(context.Background(), strings.NewReader(exampleManifests), &out, render.Config{
		Ferry: &render.Document{Config: loaded, Text: text},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out.String())
	for _, result := range results {
		fmt.Println(result)
	}
	// Output:
	// ---
	// # Source: shop/templates/ferry/configmap-shop-ferry.yaml
	// apiVersion: v1
	// kind: ConfigMap
	// metadata:
	//   name: shop-ferry
	//   labels:
	//     app.kubernetes.io/part-of: ferry
	//     app.kubernetes.io/component: config
	//     helm-ferry.dev/name: shop
	//     helm-ferry.dev/config: "true"
	//   annotations:
	//     helm.sh/resource-policy: keep
	//     helm-ferry.dev/guard: missing
	// data:
	//   ferry.yaml: |
	//     apiVersion: helm-ferry.dev/v1alpha1
	//     kind: Ferry
	//     metadata: {name: shop}
	// ---
	// # Source: shop/templates/uploads.yaml
	// apiVersion: v1
	// kind: PersistentVolumeClaim
	// metadata:
	//   name: uploads   # user content
	//   annotations:
	//     helm.sh/resource-policy: keep
	//     argocd.argoproj.io/sync-options: Prune=false,Delete=false
	// spec:
	//   accessModes: [ReadWriteOnce]
	//
	// info: PersistentVolumeClaim/uploads (shop/templates/uploads.yaml): metadata.annotations["helm.sh/resource-policy"]: Helm does not delete the claim
	// info: PersistentVolumeClaim/uploads (shop/templates/uploads.yaml): metadata.annotations["argocd.argoproj.io/sync-options"]: Argo CD neither prunes nor deletes the claim
	// warning: spec.preUpgradeChecks: no guard is added: Helm 3 runs no hooks that a post-renderer adds; hooks must come from the chart, which includes the ferry library chart for that
}

// Mask is for everything that people see or commit.
func ExampleMask() {
	text, err := render.Mask([]byte("kind: Secret\napiVersion: v1\nmetadata: {name: s3}\nstringData:\n  secret-key: correct-horse # rotate me\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(text))
	// Output:
	// kind: Secret
	// apiVersion: v1
	// metadata: {name: s3}
	// stringData:
	//   secret-key: (hidden) # rotate me
}
