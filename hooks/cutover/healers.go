package cutover

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/manifest"
)

// Healing is what GitOps tools do about consumers that a cutover stops.
type Healing struct {
	// Certain starts a consumer again while it is stopped: the cutover refuses.
	Certain []Problem `json:"certain,omitempty"`
	// Possible may do so: what tells it cannot be read. The cutover notices a consumer that runs.
	Possible []Problem `json:"possible,omitempty"`
}

// Heals looks for Applications of Argo CD, and HelmReleases and Kustomizations of Flux, that would start the
// consumers of a cutover again. One of them only writes back what the manifest of a consumer sets.
func Heals(ctx context.Context, client kube.Client, s hooks.Situation) (Healing, error) {
	var found Healing
	if !s.Config.Spec.Migration.Quiesce {
		return found, nil
	}
	for _, c := range consumersOf(s) {
		if c.Namespace != "" && c.Namespace != client.Namespace || !sets(s, c) {
			continue
		}
		live, err := marksOf(ctx, client, c)
		if err != nil {
			return found, err
		}
		if live == nil {
			continue
		}
		for _, h := range healersOf(*live, client.Namespace) {
			if err := found.ask(ctx, client, h, c); err != nil {
				return found, err
			}
		}
	}
	return found, nil
}

// checkHealers names the GitOps tools that would start consumers again; those that only may are logged.
func (w World) checkHealers(ctx context.Context, s hooks.Situation) ([]Problem, error) {
	healing, err := Heals(ctx, w.Client, s)
	for _, p := range healing.Possible {
		w.Log.Warn("preflight", "object", p.Object, "problem", p.What, "remedy", p.Remedy)
	}
	return healing.Certain, err
}

// pointer is the field by which a consumer is stopped.
func (c Consumer) pointer() string {
	if c.Kind == kindCronJob {
		return "/spec/suspend"
	}
	return "/spec/replicas"
}

// sets tells whether a manifest sets that field.
func sets(s hooks.Situation, c Consumer) bool {
	field := strings.Split(strings.TrimPrefix(c.pointer(), "/"), "/")
	for _, m := range []hooks.Manifest{s.Current, s.Next} {
		if m.Release != nil && slices.ContainsFunc(m.Release.Objects, func(o *manifest.Object) bool {
			return o.Kind == c.Kind && o.Name == c.Name && o.String(field...) != ""
		}) {
			return true
		}
	}
	return false
}

// marksOf are the labels and annotations of a live consumer, nil if it is not there or cannot be stopped.
func marksOf(ctx context.Context, client kube.Client, c Consumer) (*meta.ObjectMeta, error) {
	var live meta.Object
	var err error
	switch c.Kind {
	case kindDeployment:
		live, err = client.AppsV1().Deployments(client.Namespace).Get(ctx, c.Name, meta.GetOptions{})
	case kindReplicaSet:
		live, err = client.AppsV1().ReplicaSets(client.Namespace).Get(ctx, c.Name, meta.GetOptions{})
	case kindStatefulSet:
		live, err = client.AppsV1().StatefulSets(client.Namespace).Get(ctx, c.Name, meta.GetOptions{})
	case kindCronJob:
		live, err = client.BatchV1().CronJobs(client.Namespace).Get(ctx, c.Name, meta.GetOptions{})
	default:
		return nil, nil
	}
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("get %s in %s: %w", c.Title(), client.Namespace, err)
	}
	return &meta.ObjectMeta{Labels: live.GetLabels(), Annotations: live.GetAnnotations()}, nil
}

// healer is an object that may write a consumer back.
type healer struct {
	kind, path, name string
	// namespaces are where it may be.
	namespaces []string
	// sure tells that the marks of the consumer are the tool's own, and nobody else's.
	sure bool
	// how is what makes it write back, off the remedy.
	how, off string
	// judge tells whether the object writes a consumer back.
	judge func(text []byte, c Consumer) (bool, error)
}

// argoNamespace is where Argo CD keeps Applications unless it is told otherwise.
const argoNamespace = "argocd"

// healersOf are those that the marks of a live consumer name.
func healersOf(live meta.ObjectMeta, own string) []healer {
	var found []healer
	if name, namespaces, sure := application(live, own); name != "" {
		found = append(found, healer{
			kind: "Application", path: "argoproj.io/v1alpha1", name: name, namespaces: namespaces, sure: sure, judge: applicationHeals,
			how: "spec.syncPolicy.automated.selfHeal: true",
			off: "set that to false for the upgrade, or name %s of the consumer in its spec.ignoreDifferences",
		})
	}
	if name := live.Labels["helm.toolkit.fluxcd.io/name"]; name != "" && live.Annotations["helm.toolkit.fluxcd.io/driftDetection"] != "disabled" {
		found = append(found, healer{
			kind: "HelmRelease", path: "helm.toolkit.fluxcd.io/v2", name: name, sure: true, judge: helmReleaseHeals,
			namespaces: []string{live.Labels["helm.toolkit.fluxcd.io/namespace"]},
			how:        "spec.driftDetection.mode: enabled",
			off:        "set its spec.suspend to true for the upgrade, or name %s of the consumer in its spec.driftDetection.ignore",
		})
	}
	if name := live.Labels["kustomize.toolkit.fluxcd.io/name"]; name != "" && !leftAlone(live.Annotations) {
		found = append(found, healer{
			kind: "Kustomization", path: "kustomize.toolkit.fluxcd.io/v1", name: name, sure: true, judge: kustomizationHeals,
			namespaces: []string{live.Labels["kustomize.toolkit.fluxcd.io/namespace"]},
			how:        "spec.suspend not set",
			off:        "set its spec.suspend to true for the upgrade: it writes %s at each interval",
		})
	}
	return found
}

// application is the Application that tracks a consumer, and where it may be. The label alone is one that
// charts set, too.
func application(live meta.ObjectMeta, own string) (name string, namespaces []string, sure bool) {
	namespaces = []string{argoNamespace, own}
	name, _, sure = strings.Cut(live.Annotations["argocd.argoproj.io/tracking-id"], ":")
	if !sure {
		return live.Labels["app.kubernetes.io/instance"], namespaces, false
	}
	if namespace, rest, elsewhere := strings.Cut(name, "_"); elsewhere {
		return rest, []string{namespace}, true
	}
	return name, namespaces, true
}

// leftAlone tells whether a Kustomization does not write an object that is there.
func leftAlone(annotations map[string]string) bool {
	ssa := annotations["kustomize.toolkit.fluxcd.io/ssa"]
	return annotations["kustomize.toolkit.fluxcd.io/reconcile"] == "disabled" || ssa == "IfNotPresent" || ssa == "Ignore"
}

// ask reads the object of a healer, and adds what it does about a consumer.
func (found *Healing) ask(ctx context.Context, client kube.Client, h healer, c Consumer) error {
	unseen := "is not found"
	for _, namespace := range h.namespaces {
		path := fmt.Sprintf("/apis/%s/namespaces/%s/%ss/%s", h.path, namespace, strings.ToLower(h.kind), h.name)
		text, err := client.Discovery().RESTClient().Get().AbsPath(path).DoRaw(ctx)
		if apierrors.IsNotFound(err) {
			continue
		}
		if apierrors.IsForbidden(err) {
			unseen = "may not be read from here"
			continue
		}
		heals := false
		if err == nil {
			heals, err = h.judge(text, c)
		}
		if err != nil {
			return fmt.Errorf("get %s/%s in %s: %w", h.kind, h.name, namespace, err)
		}
		if heals {
			found.Certain = append(found.Certain, Problem{
				h.kind + "/" + h.name, fmt.Sprintf("in namespace %s has %s, and would start %s again", namespace, h.how, c.Title()), h.remedy(c),
			})
		}
		return nil
	}
	if h.sure {
		found.Possible = append(found.Possible, Problem{
			h.kind + "/" + h.name,
			fmt.Sprintf("%s (namespace %s), and starts %s again if it has %s", unseen, strings.Join(h.namespaces, " or "), c.Title(), h.how),
			h.remedy(c),
		})
	}
	return nil
}

func (h healer) remedy(c Consumer) string { return fmt.Sprintf(h.off, c.pointer()) }

// applicationHeals: with selfHeal, unless it ignores the field. None does while a sync of its own runs, of
// which this may be a hook.
func applicationHeals(text []byte, c Consumer) (bool, error) {
	var a struct {
		Spec struct {
			SyncPolicy struct {
				Automated *struct {
					Enabled  *bool `json:"enabled"`
					SelfHeal bool  `json:"selfHeal"`
				} `json:"automated"`
			} `json:"syncPolicy"`
			IgnoreDifferences []struct {
				Kind         string   `json:"kind"`
				Name         string   `json:"name"`
				JSONPointers []string `json:"jsonPointers"`
			} `json:"ignoreDifferences"`
		} `json:"spec"`
		Status struct {
			OperationState struct {
				Phase string `json:"phase"`
			} `json:"operationState"`
		} `json:"status"`
	}
	if err := json.Unmarshal(text, &a); err != nil {
		return false, err
	}
	automated := a.Spec.SyncPolicy.Automated
	if automated == nil || !automated.SelfHeal || automated.Enabled != nil && !*automated.Enabled || a.Status.OperationState.Phase == "Running" {
		return false, nil
	}
	for _, ignored := range a.Spec.IgnoreDifferences {
		its := (ignored.Kind == "*" || ignored.Kind == c.Kind) && (ignored.Name == "" || ignored.Name == c.Name)
		if its && slices.Contains(ignored.JSONPointers, c.pointer()) {
			return false, nil
		}
	}
	return true, nil
}

// helmReleaseHeals: with drift detection, unless it is suspended or ignores the field. It looks at no drift
// while it works on a revision, of which this may be a hook.
func helmReleaseHeals(text []byte, c Consumer) (bool, error) {
	var r struct {
		Spec struct {
			Suspend        bool `json:"suspend"`
			DriftDetection struct {
				Mode   string `json:"mode"`
				Ignore []struct {
					Paths  []string `json:"paths"`
					Target *struct {
						Kind string `json:"kind"`
						Name string `json:"name"`
					} `json:"target"`
				} `json:"ignore"`
			} `json:"driftDetection"`
		} `json:"spec"`
		Status struct {
			Conditions []meta.Condition `json:"conditions"`
		} `json:"status"`
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return false, err
	}
	works := slices.ContainsFunc(r.Status.Conditions, func(c meta.Condition) bool { return c.Type == "Reconciling" && c.Status == meta.ConditionTrue })
	if r.Spec.Suspend || r.Spec.DriftDetection.Mode != "enabled" || works {
		return false, nil
	}
	for _, ignored := range r.Spec.DriftDetection.Ignore {
		its := ignored.Target == nil || selects(ignored.Target.Kind, c.Kind) && selects(ignored.Target.Name, c.Name)
		if its && slices.Contains(ignored.Paths, c.pointer()) {
			return false, nil
		}
	}
	return true, nil
}

// selects tells whether a pattern of Flux's, which has to fit as a whole, selects a word.
func selects(pattern, word string) bool {
	if pattern == "" {
		return true
	}
	fits, err := regexp.MatchString("^(?:"+pattern+")$", word)
	return err == nil && fits
}

// kustomizationHeals: unless it is suspended.
func kustomizationHeals(text []byte, _ Consumer) (bool, error) {
	var k struct {
		Spec struct {
			Suspend bool `json:"suspend"`
		} `json:"spec"`
	}
	err := json.Unmarshal(text, &k)
	return err == nil && !k.Spec.Suspend, err
}
