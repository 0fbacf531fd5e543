package config_test

import (
	"fmt"

	"github.com/helm-ferry/ferry/internal/config"
)

func ExampleLoad() {
	loaded, err := config.Load("ferry.yaml", []byte(`
apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata: {name: ilum}
spec:
  mirrors:
  - name: offsite
    rpo: 1d
    destination: {endpoint: https://s3.example.com}
    buckets: [ilum-data]
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	mirror := loaded.Spec.Mirrors[0]
	schedule, err := config.Schedule(mirror.RPO, mirror.Deadline)
	fmt.Println(loaded.Spec.ObjectStorage.Alias.Name, mirror.Deadline, schedule, err)
	// Output: ilum-objectstorage 20m 0 */8 * * * <nil>
}

func ExampleLoad_errors() {
	_, err := config.Load("ferry.yaml", []byte(`
apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata: {name: ilum}
spec:
  preUpgradeChecks: {enabeld: true}
  migration: {enabled: true, from: mino, to: rustfs, deadline: 4 minutes}
`))
	fmt.Println(err)
	// Output:
	// ferry.yaml:6:22: spec.preUpgradeChecks.enabeld: unknown field; did you mean "enabled"?
	// ferry.yaml:7:36: spec.migration.from: "mino" is not a provider; did you mean "minio"?
	// ferry.yaml:7:64: spec.migration.deadline: "4 minutes" is not a duration: write a number and a unit, for example 90s, 4m, 1h30m, 30d, 2w
}
