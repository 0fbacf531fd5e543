package hooks_test

import (
	"fmt"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/internal/config"
)

func ExampleJudge() {
	cfg, err := config.Load("ferry.yaml", []byte("apiVersion: helm-ferry.dev/v1alpha1\nkind: Ferry\nmetadata: {name: shop}\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	inForce, err := hooks.Load("{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: uploads}}", cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	toCome, err := hooks.Load("", cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	plan := hooks.Judge(hooks.Situation{Release: "shop", Revision: 8, Current: inForce, Next: toCome, Config: cfg, Live: &hooks.Live{
		Claims: []hooks.LiveClaim{{Name: "uploads", UID: "1", Phase: "Bound", Size: "10Gi"}},
	}})
	fmt.Println(plan.Verdict)
	// Output:
	// REFUSED: upgrade to revision 8 would delete 1 claim (uploads; 10 GiB): go on rendering it, or annotate the live claim with helm.sh/resource-policy: keep
}
