package main

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/render"
)

// A cutover sees who is there, scales, suspends, and keeps its watchdog, journal and record. Of what it
// stops it may change nothing but the scale; of CronJobs there is none.
var (
	cutoverNeeds = []right{
		"get apps/deployments/web", "get apps/statefulsets/db", "get apps/replicasets/old", "get batch/cronjobs/report", "patch batch/cronjobs/report",
		"list /pods", "list batch/jobs", "list discovery.k8s.io/endpointslices", "list autoscaling/horizontalpodautoscalers", "list keda.sh/scaledobjects",
		"get argoproj.io/applications/shop", "get helm.toolkit.fluxcd.io/helmreleases/shop", "get kustomize.toolkit.fluxcd.io/kustomizations/shop",
		"create batch/jobs", "get batch/jobs/shop-cutover", "delete batch/jobs/shop-watchdog", "get /services/shop-objectstorage", "get /configmaps/shop-ferry",
		"create /configmaps", "get /configmaps/shop-cutover-journal", "update /configmaps/shop-cutover-journal", "delete /configmaps/shop-cutover-journal",
		"get /configmaps/shop-migration-record", "update /configmaps/shop-migration-record",
		"get /secrets/shop-objectstorage-credentials", "get /secrets/sh.helm.release.v1.shop.v1", "get /configmaps/sh.helm.release.v1.shop.v1",
	}
	cutoverNever = []right{
		"patch apps/deployments/web", "update apps/deployments/web", "delete apps/deployments/web", "create apps/deployments", "deletecollection apps/deployments",
		"patch apps/statefulsets/db", "update apps/statefulsets/db", "delete apps/statefulsets/db", "patch apps/replicasets/old", "delete apps/replicasets/old",
		"update batch/cronjobs/report", "delete batch/cronjobs/report", "create batch/cronjobs", "list batch/cronjobs",
		"delete batch/jobs/other", "delete batch/jobs/shop-cutover", "update batch/jobs/other", "patch batch/jobs/other", "deletecollection batch/jobs",
		"create /pods", "delete /pods/web-1", "patch /pods/web-1", "deletecollection /pods",
		"get /persistentvolumeclaims/data", "patch /persistentvolumeclaims/data", "update /persistentvolumeclaims/data", "delete /persistentvolumeclaims/data",
		"patch /services/shop-objectstorage", "update /services/shop-objectstorage", "delete /services/shop-objectstorage", "get /services/other", "list /services",
		"update /configmaps/other", "delete /configmaps/other", "patch /configmaps/other", "update /configmaps/shop-ferry", "delete /configmaps/shop-ferry",
		"patch /configmaps/shop-migration-record", "delete /configmaps/shop-migration-record", "delete /configmaps/sh.helm.release.v1.shop.v1",
		"create /secrets", "update /secrets/shop-objectstorage-credentials", "patch /secrets/shop-objectstorage-credentials", "delete /secrets/shop-objectstorage-credentials",
		"update /secrets/sh.helm.release.v1.shop.v1", "watch /secrets", "patch argoproj.io/applications/shop", "patch autoscaling/horizontalpodautoscalers/web",
		"create /serviceaccounts", "patch rbac.authorization.k8s.io/roles/shop-cutover", "create rbac.authorization.k8s.io/rolebindings",
		"list /nodes", "get /persistentvolumes/pv", "list /namespaces", "list rbac.authorization.k8s.io/clusterroles",
	}
)

// TestRightsOfTheCutover asks a real API server what the account of cutover, bring-back and watchdog may do
// in each spelling of its Role: what it needs, and nothing else.
func TestRightsOfTheCutover(t *testing.T) {
	cluster := testworld.StartAPIServer(t)
	for name, test := range map[string]struct {
		manifests []byte
		may, not  []right
	}{
		// a post-renderer is told neither the release nor the revision, whose records it could name
		"helm": {renderedCutover(t), []right{"list /secrets", "list /configmaps", "get /secrets/shop-minio"}, nil},
		"library": {
			libraryCutover(t),
			[]right{"get /secrets/sh.helm.release.v1.shop.v11"},
			[]right{"list /secrets", "list /configmaps", "get /secrets/shop-minio", "get /configmaps/other", "get /secrets/sh.helm.release.v1.other.v1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			namespace := "cutover-" + name
			if err := cluster.Namespace(t.Context(), namespace, nil); err != nil {
				t.Fatal(err)
			}
			if err := cluster.Apply(t.Context(), namespace, test.manifests); err != nil {
				t.Fatal(err)
			}
			account, err := cluster.As(t.Context(), namespace, "shop-cutover")
			if err != nil {
				t.Fatal(err)
			}
			client, err := kube.New(account, namespace)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range slices.Concat(test.may, cutoverNeeds) {
				if !may(t, client, r) {
					t.Errorf("the cutover may not %s", r)
				}
			}
			for _, r := range slices.Concat(test.not, cutoverNever) {
				if may(t, client, r) {
					t.Errorf("the cutover may %s", r)
				}
			}
			maySubresources(t, client)
		})
	}
}

// maySubresources asks for those: the scale of what has replicas, and no way into a pod.
func maySubresources(t *testing.T, client kube.Client) {
	t.Helper()
	for r, want := range map[right]map[string]bool{
		"get apps/deployments/web": {"scale": true}, "update apps/deployments/web": {"scale": true, "status": false}, "patch apps/deployments/web": {"scale": false},
		"get apps/statefulsets/db": {"scale": true}, "update apps/statefulsets/db": {"scale": true, "status": false},
		"get apps/replicasets/old": {"scale": true}, "update apps/replicasets/old": {"scale": true, "status": false},
		"create /pods/web-1": {"exec": false, "eviction": false}, "get /pods/web-1": {"log": false}, "create /serviceaccounts/default": {"token": false},
	} {
		for subresource, want := range want {
			attributes := r.attributes(client.Namespace)
			attributes.Subresource = subresource
			if got := allowed(t, client, attributes); got != want {
				t.Errorf("the cutover may %s, its %s: %v, want %v", r, subresource, got, want)
			}
		}
	}
}

// renderedCutover are account, Role and RoleBinding as the renderer adds them.
func renderedCutover(t *testing.T) []byte {
	t.Helper()
	text := []byte(`apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata: {name: shop}
spec:
  objectStorage: {activeProvider: minio}
  migration: {enabled: true, from: minio, to: versitygw}
`)
	cfg, err := config.Load("ferry.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	rendering, err := render.Render(t.Context(), []byte(storesAndReport), render.Config{
		Door: render.Helm4, Hooks: render.HooksHelm, Ferry: &render.Document{Config: cfg, Text: text},
	})
	if err != nil {
		t.Fatal(err)
	}
	return cutoverRights(t, rendering.Bytes())
}

// libraryCutover are the same as the library chart renders them.
func libraryCutover(t *testing.T) []byte {
	t.Helper()
	values := `objectStorage:
  activeProvider: minio
  providers: [{name: minio, credentials: {secretName: shop-minio}}, {name: versitygw, credentials: {secretName: shop-versitygw}}]
migration: {minioToVersitygw: {enabled: true}}
`
	command := exec.CommandContext(t.Context(), testworld.Helm3(t), "template", "shop", guardedChart(t, true), "--values", "-")
	command.Stdin = strings.NewReader(values)
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	return cutoverRights(t, out)
}

// cutoverRights are the objects that give rights to the cutover's account, wherever they hold.
func cutoverRights(t *testing.T, manifests []byte) []byte {
	t.Helper()
	stream, err := manifest.Parse(manifests)
	if err != nil {
		t.Fatal(err)
	}
	var text [][]byte
	var titles []string
	for _, o := range stream.Objects() {
		gives := o.Kind == "ServiceAccount" || o.Is("rbac.authorization.k8s.io", o.Kind)
		if document := o.Document().Bytes(); gives && bytes.Contains(document, []byte("shop-cutover")) {
			text, titles = append(text, bytes.TrimPrefix(document, []byte("---\n"))), append(titles, o.Title())
		}
	}
	want := []string{"ServiceAccount/shop-cutover", "Role/shop-cutover", "RoleBinding/shop-cutover"}
	if !slices.Equal(titles, want) {
		t.Fatalf("%v give the cutover its rights, want %v", titles, want)
	}
	return bytes.Join(text, []byte("---\n"))
}
