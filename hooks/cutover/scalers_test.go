package cutover_test

import (
	"testing"

	autoscaling "k8s.io/api/autoscaling/v2"

	"github.com/helm-ferry/ferry/hooks/cutover"
)

// TestAutoscalers: one rests while its workload has no replicas, unless it may go down to none itself,
// which an API server takes only where a feature gate allows it.
func TestAutoscalers(t *testing.T) {
	isAPI := func(kind, name string) bool { return kind == "Deployment" && name == "api" }
	for name, test := range map[string]struct {
		minimum *int32
		target  string
		want    int
	}{
		"without a minimum":      {nil, "api", 0},
		"a minimum of one":       {new(int32(1)), "api", 0},
		"down to none":           {new(int32(0)), "api", 1},
		"another one's workload": {new(int32(0)), "other", 0},
	} {
		t.Run(name, func(t *testing.T) {
			hpa := autoscaling.HorizontalPodAutoscaler{Spec: autoscaling.HorizontalPodAutoscalerSpec{
				MinReplicas: test.minimum, ScaleTargetRef: autoscaling.CrossVersionObjectReference{Kind: "Deployment", Name: test.target},
			}}
			if got := cutover.OfAutoscaler(hpa, isAPI); len(got) != test.want {
				t.Errorf("problems %v, want %d", got, test.want)
			}
		})
	}
}
