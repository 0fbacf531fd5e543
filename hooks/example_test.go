package hooks_test

import (
	"fmt"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/release"
)

func ExampleJudge() {
	cfg, err := config.Load("ferry.yaml", []byte("apiVersion: helm-ferry.dev/v1alpha1\nkind: Ferry\nmetadata: {name: shop}\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	load := func(text string) (m hooks.Manifest) {
		if m.Stream, err = manifest.Parse([]byte(text)); err == nil {
			m.Release, err = release.Inspect(m.Stream, cfg)
		}
		return m
	}
	inForce := load("{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: uploads}}")
	toCome := load("")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(hooks.Judge(inForce, toCome, release.Resolution{}, cfg).Verdict)
	// Output:
	// REFUSED: the upgrade would delete 1 claim (uploads): go on rendering it, or annotate the live claim with helm.sh/resource-policy: keep
}
