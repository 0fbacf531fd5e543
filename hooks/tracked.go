package hooks

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/manifest"
)

// trackingAnnotation is how Argo CD knows its objects: APPLICATION:GROUP/KIND:NAMESPACE/NAME. In
// older installations it is the label.
const (
	trackingAnnotation = "argocd.argoproj.io/tracking-id"
	trackingLabel      = "app.kubernetes.io/instance"
)

// Tracked is the situation of a sync of Argo CD, which keeps no record of what it applied: in force
// is what is live and tracked by the application. An application of no name is the one that tracks
// the guard's own hook.
func Tracked(ctx context.Context, client kube.Client, application, toCome string, cfg *config.Config) (Situation, error) {
	s := Situation{Config: cfg, Prunes: true}
	stream, err := manifest.Parse([]byte(toCome))
	if err == nil {
		s.Next, err = Inspect(stream, cfg)
	}
	if err != nil {
		return Situation{}, fmt.Errorf("the manifest to come: %w", err)
	}
	if application == "" {
		if application, err = trackedBy(ctx, client, GuardName(cfg)); err != nil {
			return Situation{}, err
		}
	}
	inForce, err := trackedText(ctx, client, application)
	if err != nil {
		return Situation{}, err
	}
	if s.Current, err = Load(inForce, cfg); err != nil {
		return Situation{}, fmt.Errorf("the live objects of application %s: %w", application, err)
	}
	return s, nil
}

// trackedBy is the application that tracks the ConfigMap of the guard.
func trackedBy(ctx context.Context, client kube.Client, name string) (string, error) {
	configMap, err := client.CoreV1().ConfigMaps(client.Namespace).Get(ctx, name, meta.GetOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return "", fmt.Errorf("get ConfigMap/%s in %s: %w", name, client.Namespace, err)
	}
	if application := applicationOf(configMap.ObjectMeta); err == nil && application != "" {
		return application, nil
	}
	return "", fmt.Errorf("ConfigMap/%s in %s has neither the annotation %s nor the label %s: name the application with --application",
		name, client.Namespace, trackingAnnotation, trackingLabel)
}

func applicationOf(object meta.ObjectMeta) string {
	if application, _, found := strings.Cut(object.Annotations[trackingAnnotation], ":"); found {
		return application
	}
	return object.Labels[trackingLabel]
}

// trackedText writes what is live of an application as a manifest: what has claims, and what may be
// a store.
func trackedText(ctx context.Context, client kube.Client, application string) (string, error) {
	var text strings.Builder
	add := func(apiVersion, kind string, object meta.ObjectMeta, spec any) error {
		if applicationOf(object) != application {
			return nil
		}
		document, err := json.Marshal(map[string]any{
			"apiVersion": apiVersion, "kind": kind, "spec": spec,
			"metadata": map[string]any{"name": object.Name, "labels": object.Labels, "annotations": object.Annotations},
		})
		if err != nil {
			return fmt.Errorf("write %s/%s: %w", kind, object.Name, err)
		}
		text.WriteString("---\n" + string(document) + "\n")
		return nil
	}
	claims, err := listClaims(ctx, client)
	if err != nil {
		return "", fmt.Errorf("list the claims in %s: %w", client.Namespace, err)
	}
	sets, err := listSets(ctx, client)
	if err != nil {
		return "", fmt.Errorf("list the StatefulSets in %s: %w", client.Namespace, err)
	}
	made := map[string]bool{}
	for _, set := range sets {
		for _, template := range set.Spec.VolumeClaimTemplates {
			made[template.Name+"-"+set.Name] = true
		}
		if err := add("apps/v1", "StatefulSet", set.ObjectMeta, set.Spec); err != nil {
			return "", err
		}
	}
	for _, claim := range claims {
		if i := strings.LastIndexByte(claim.Name, '-'); i > 0 && made[claim.Name[:i]] {
			continue // it has the labels of its StatefulSet, and is not Argo CD's
		}
		if err := add("v1", "PersistentVolumeClaim", claim.ObjectMeta, claim.Spec); err != nil {
			return "", err
		}
	}
	deployments, err := client.AppsV1().Deployments(client.Namespace).List(ctx, meta.ListOptions{})
	if err != nil {
		return "", fmt.Errorf("list the Deployments in %s: %w", client.Namespace, err)
	}
	for _, deployment := range deployments.Items {
		if err := add("apps/v1", "Deployment", deployment.ObjectMeta, deployment.Spec); err != nil {
			return "", err
		}
	}
	return text.String(), nil
}
