package cutover_test

import (
	"fmt"
	"strings"
	"testing"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/helm-ferry/ferry/hooks/cutover"
	"github.com/helm-ferry/ferry/internal/kube"
)

// TestWhatHeals is about the fields of objects of Argo CD and Flux that have them write a consumer back.
func TestWhatHeals(t *testing.T) {
	api := cutover.Consumer{Kind: "Deployment", Name: "api"}
	const healing = `"syncPolicy": {"automated": {"selfHeal": true}}`
	const detecting = `"driftDetection": {"mode": "enabled"`
	for name, test := range map[string]struct {
		judge func([]byte, cutover.Consumer) (bool, error)
		text  string
		want  bool
	}{
		"Argo CD, selfHeal":               {cutover.ApplicationHeals, `{"spec": {` + healing + `}}`, true},
		"Argo CD, by hand":                {cutover.ApplicationHeals, `{"spec": {}}`, false},
		"Argo CD, automated alone":        {cutover.ApplicationHeals, `{"spec": {"syncPolicy": {"automated": {}}}}`, false},
		"Argo CD, automated switched off": {cutover.ApplicationHeals, `{"spec": {"syncPolicy": {"automated": {"enabled": false, "selfHeal": true}}}}`, false},
		"Argo CD, its own sync":           {cutover.ApplicationHeals, `{"spec": {` + healing + `}, "status": {"operationState": {"phase": "Running"}}}`, false},
		"Argo CD, a sync that has ended":  {cutover.ApplicationHeals, `{"spec": {` + healing + `}, "status": {"operationState": {"phase": "Succeeded"}}}`, true},
		"Argo CD, ignored": {
			cutover.ApplicationHeals, `{"spec": {` + healing + `, "ignoreDifferences": [{"kind": "Deployment", "jsonPointers": ["/spec/replicas"]}]}}`, false,
		},
		"Argo CD, another kind ignored": {
			cutover.ApplicationHeals, `{"spec": {` + healing + `, "ignoreDifferences": [{"kind": "StatefulSet", "jsonPointers": ["/spec/replicas"]}]}}`, true,
		},
		"Argo CD, another name ignored": {
			cutover.ApplicationHeals, `{"spec": {` + healing + `, "ignoreDifferences": [{"kind": "Deployment", "name": "web", "jsonPointers": ["/spec/replicas"]}]}}`, true,
		},
		"Argo CD, another field ignored": {
			cutover.ApplicationHeals, `{"spec": {` + healing + `, "ignoreDifferences": [{"kind": "*", "jsonPointers": ["/spec/paused"]}]}}`, true,
		},
		"Flux, drift detection":      {cutover.HelmReleaseHeals, `{"spec": {` + detecting + `}}}`, true},
		"Flux, none":                 {cutover.HelmReleaseHeals, `{"spec": {}}`, false},
		"Flux, a warning":            {cutover.HelmReleaseHeals, `{"spec": {"driftDetection": {"mode": "warn"}}}`, false},
		"Flux, suspended":            {cutover.HelmReleaseHeals, `{"spec": {"suspend": true, ` + detecting + `}}}`, false},
		"Flux, its own upgrade":      {cutover.HelmReleaseHeals, `{"spec": {` + detecting + `}}, "status": {"conditions": [{"type": "Reconciling", "status": "True"}]}}`, false},
		"Flux, at rest":              {cutover.HelmReleaseHeals, `{"spec": {` + detecting + `}}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}`, true},
		"Flux, ignored":              {cutover.HelmReleaseHeals, `{"spec": {` + detecting + `, "ignore": [{"paths": ["/spec/replicas"]}]}}}`, false},
		"Flux, ignored by a pattern": {cutover.HelmReleaseHeals, `{"spec": {` + detecting + `, "ignore": [{"paths": ["/spec/replicas"], "target": {"kind": "Deploy.*"}}]}}}`, false},
		"Flux, half a pattern":       {cutover.HelmReleaseHeals, `{"spec": {` + detecting + `, "ignore": [{"paths": ["/spec/replicas"], "target": {"kind": "Deploy"}}]}}}`, true},
		"a Kustomization":            {cutover.KustomizationHeals, `{"spec": {}}`, true},
		"a Kustomization, suspended": {cutover.KustomizationHeals, `{"spec": {"suspend": true}}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := test.judge([]byte(test.text), api)
			if err != nil || got != test.want {
				t.Errorf("heals is %t, %v; want %t", got, err, test.want)
			}
		})
	}
}

// TestSelfHealing: a cutover stops nothing where a GitOps tool would start it again, says which field is to be
// set, and lets pass what it may not read.
func TestSelfHealing(t *testing.T) {
	w := newWorld(t)
	w.bucket("minio", "files")
	w.put("minio", "files", "a", "1")
	namespace := w.client.Namespace
	kinds := []struct{ group, version, kind string }{
		{"argoproj.io", "v1alpha1", "Application"}, {"helm.toolkit.fluxcd.io", "v2", "HelmRelease"}, {"kustomize.toolkit.fluxcd.io", "v1", "Kustomization"},
	}
	w.mark(`{"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:` + namespace + `/api"},
		"labels": {"helm.toolkit.fluxcd.io/name": "shop", "helm.toolkit.fluxcd.io/namespace": "` + namespace + `",
		"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "` + namespace + `"}}}`)

	found, err := cutover.Heals(t.Context(), w.client, w.between(2, "minio", "versitygw"))
	if err != nil || len(found.Certain) > 0 || len(found.Possible) != len(kinds) {
		t.Errorf("without the kinds: %+v, %v", found, err)
	}
	for _, k := range kinds {
		plural := strings.ToLower(k.kind) + "s"
		w.apply(strings.NewReplacer("scaledobjects", plural, "scaledobject", strings.ToLower(k.kind), "keda.sh", k.group, "ScaledObject", k.kind, "v1alpha1", k.version).
			Replace(scaledObjects))
	}
	object := func(i int, name, spec string) {
		w.Helper()
		text := fmt.Sprintf("apiVersion: %s/%s\nkind: %s\nmetadata: {name: %s}\nspec: %s\n", kinds[i].group, kinds[i].version, kinds[i].kind, name, spec)
		w.eventually("the API server knows "+kinds[i].kind, func() bool { return w.cluster.Apply(t.Context(), namespace, []byte(text)) == nil })
	}
	object(0, "shop", "{syncPolicy: {automated: {selfHeal: true}}}")
	object(1, "shop", "{driftDetection: {mode: enabled}}")
	object(2, "apps", "{interval: 1m}")
	w.refused(w.cutover("versitygw"), "nothing was stopped",
		"Application/shop in namespace "+namespace+" has spec.syncPolicy.automated.selfHeal: true, and would start Deployment/api again: set that to false",
		"HelmRelease/shop in namespace "+namespace+" has spec.driftDetection.mode: enabled, and would start Deployment/api again: set its spec.suspend to true",
		"Kustomization/apps in namespace "+namespace+" has spec.suspend not set, and would start Deployment/api again: set its spec.suspend to true")

	t.Run("who may not read them", func(t *testing.T) {
		found, err := cutover.Heals(t.Context(), w.reader(), w.between(2, "minio", "versitygw"))
		if err != nil || len(found.Certain) > 0 || len(found.Possible) != len(kinds) {
			t.Fatalf("%+v, %v", found, err)
		}
		for _, p := range found.Possible {
			if !strings.Contains(p.What, "may not be read from here") || !strings.Contains(p.What, "starts Deployment/api again if it has") {
				t.Errorf("%s", p)
			}
		}
	})
	t.Run("dealt with", func(t *testing.T) {
		object(0, "shop", "{syncPolicy: {automated: {selfHeal: false}}}")
		object(1, "shop", "{suspend: true, driftDetection: {mode: enabled}}")
		object(2, "apps", "{interval: 1m, suspend: true}")
		found, err := cutover.Heals(t.Context(), w.client, w.between(2, "minio", "versitygw"))
		if err != nil || len(found.Certain)+len(found.Possible) > 0 {
			t.Errorf("%+v, %v", found, err)
		}
	})
	t.Run("a label of the chart alone", func(t *testing.T) {
		w.mark(`{"metadata": {"annotations": null, "labels": {"app.kubernetes.io/instance": "nobody", "helm.toolkit.fluxcd.io/name": null, "kustomize.toolkit.fluxcd.io/name": null}}}`)
		found, err := cutover.Heals(t.Context(), w.client, w.between(2, "minio", "versitygw"))
		if err != nil || len(found.Certain)+len(found.Possible) > 0 {
			t.Errorf("%+v, %v", found, err)
		}
		object(0, "nobody", "{syncPolicy: {automated: {selfHeal: true}}}")
		if found, err = cutover.Heals(t.Context(), w.client, w.between(2, "minio", "versitygw")); err != nil || len(found.Certain) != 1 {
			t.Errorf("with an Application of that name: %+v, %v", found, err)
		}
	})
}

// mark patches the metadata of the consumer api.
func (w *world) mark(patch string) {
	w.Helper()
	if _, err := w.client.AppsV1().Deployments(w.client.Namespace).Patch(w.ctx(), "api", types.MergePatchType, []byte(patch), meta.PatchOptions{}); err != nil {
		w.Fatal(err)
	}
}

// reader may read the workloads of the release, and nothing of GitOps tools.
func (w *world) reader() kube.Client {
	w.Helper()
	namespace := w.client.Namespace
	w.apply(`apiVersion: v1
kind: ServiceAccount
metadata: {name: reader}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules:
- {apiGroups: [apps], resources: [deployments, statefulsets, replicasets], verbs: [get]}
- {apiGroups: [batch], resources: [cronjobs], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: reader, namespace: ` + namespace + `}]
`)
	config, err := w.cluster.As(w.ctx(), namespace, "reader")
	if err != nil {
		w.Fatal(err)
	}
	client, err := kube.New(config, namespace)
	if err != nil {
		w.Fatal(err)
	}
	w.eventually("the account may read", func() bool {
		_, err := client.AppsV1().Deployments(namespace).Get(w.ctx(), "api", meta.GetOptions{})
		return err == nil
	})
	return client
}
