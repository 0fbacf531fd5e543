package release_test

import (
	"fmt"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/release"
)

func ExampleInspect() {
	cfg, err := config.Load("ferry.yaml", []byte(`
apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata: {name: shop}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	stream, err := manifest.Parse([]byte(`
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: shop-minio}
spec:
  template:
    spec:
      containers: [{name: minio, image: "quay.io/minio/minio:1"}]
  volumeClaimTemplates:
  - metadata: {name: data}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	found, err := release.Inspect(stream, cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	resolution, err := found.Resolve(cfg.Spec.ObjectStorage)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(resolution.Active.Name()+":", resolution.Reason)
	fmt.Println(found.Claims[0].Title())
	// Output:
	// minio: it is the only enabled provider
	// PersistentVolumeClaim/data-shop-minio-0 (of StatefulSet/shop-minio)
}
