package cutover

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	autoscaling "k8s.io/api/autoscaling/v2"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// checkScalers names what would start consumers again that are stopped. A HorizontalPodAutoscaler rests
// while its workload has no replicas, unless it may go down to none itself.
func (w World) checkScalers(ctx context.Context, consumers []Consumer) ([]Problem, error) {
	if !w.Config.Spec.Migration.Quiesce {
		return nil, nil
	}
	is := func(kind, name string) bool {
		return slices.ContainsFunc(consumers, func(c Consumer) bool { return c.Kind == kind && c.Name == name })
	}
	var problems []Problem
	scalers, err := w.Client.AutoscalingV2().HorizontalPodAutoscalers(w.Client.Namespace).List(ctx, meta.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list the HorizontalPodAutoscalers in %s: %w", w.Client.Namespace, err)
	}
	for _, hpa := range scalers.Items {
		problems = append(problems, ofAutoscaler(hpa, is)...)
	}
	scaled, err := w.scaledObjects(ctx)
	if err != nil {
		return nil, err
	}
	for _, o := range scaled {
		kind := o.Spec.ScaleTargetRef.Kind
		if kind == "" {
			kind = kindDeployment
		}
		if is(kind, o.Spec.ScaleTargetRef.Name) && !o.paused() {
			problems = append(problems, Problem{
				"ScaledObject/" + o.Name, fmt.Sprintf("would start %s/%s again", kind, o.Spec.ScaleTargetRef.Name),
				"pause it for the upgrade: kubectl annotate scaledobject " + o.Name + " autoscaling.keda.sh/paused=true",
			})
		}
	}
	return problems, nil
}

// ofAutoscaler is the problem with a HorizontalPodAutoscaler of a consumer, if there is one.
func ofAutoscaler(hpa autoscaling.HorizontalPodAutoscaler, is func(kind, name string) bool) []Problem {
	target := hpa.Spec.ScaleTargetRef
	if hpa.Spec.MinReplicas == nil || *hpa.Spec.MinReplicas != 0 || !is(target.Kind, target.Name) {
		return nil
	}
	return []Problem{{
		"HorizontalPodAutoscaler/" + hpa.Name, fmt.Sprintf("may start %s/%s from no replicas", target.Kind, target.Name),
		"set its minReplicas to 1 for the upgrade",
	}}
}

// scaledObject is the part of KEDA's object that matters.
type scaledObject struct {
	meta.ObjectMeta `json:"metadata"`

	Spec struct {
		ScaleTargetRef struct {
			Kind string `json:"kind"`
			Name string `json:"name"`
		} `json:"scaleTargetRef"`
	} `json:"spec"`
}

func (o scaledObject) paused() bool { return o.Annotations["autoscaling.keda.sh/paused"] == "true" }

// scaledObjects are those of the namespace, none where there is no KEDA.
func (w World) scaledObjects(ctx context.Context) ([]scaledObject, error) {
	path := "/apis/keda.sh/v1alpha1/namespaces/" + w.Client.Namespace + "/scaledobjects"
	text, err := w.Client.Discovery().RESTClient().Get().AbsPath(path).DoRaw(ctx)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	var list struct {
		Items []scaledObject `json:"items"`
	}
	if err == nil {
		err = json.Unmarshal(text, &list)
	}
	if err != nil {
		return nil, fmt.Errorf("list the ScaledObjects in %s: %w", w.Client.Namespace, err)
	}
	return list.Items, nil
}
