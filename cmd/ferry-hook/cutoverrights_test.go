package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/testworld"
)

// TestRightsOfTheCutover asks a real API server what the account of cutover, watchdog and bring-back may do in
// each spelling of its Role: what it needs, and nothing else.
func TestRightsOfTheCutover(t *testing.T) {
	needed := []right{
		"get apps/deployments/web", "get apps/statefulsets/db", "get batch/cronjobs/report", "patch batch/cronjobs/report",
		"list /pods", "list batch/jobs", "create batch/jobs", "get batch/jobs/NAME-cutover", "delete batch/jobs/NAME-watchdog",
		"list discovery.k8s.io/endpointslices", "list autoscaling/horizontalpodautoscalers", "list keda.sh/scaledobjects",
		"get argoproj.io/applications/shop", "get helm.toolkit.fluxcd.io/helmreleases/shop", "get kustomize.toolkit.fluxcd.io/kustomizations/shop",
		"get /services/NAME-objectstorage", "get /configmaps/NAME-ferry", "create /configmaps", "get /secrets/NAME-objectstorage-credentials",
		"get /configmaps/NAME-cutover-journal", "update /configmaps/NAME-cutover-journal", "delete /configmaps/NAME-cutover-journal", "update /configmaps/NAME-migration-record",
		"get /secrets/sh.helm.release.v1.NAME.v1",
	}
	never := []right{
		"patch apps/deployments/web", "update apps/deployments/web", "delete apps/deployments/web", "create apps/deployments",
		"patch apps/statefulsets/db", "update apps/statefulsets/db", "delete apps/statefulsets/db", "delete apps/replicasets/rs",
		"update batch/cronjobs/report", "delete batch/cronjobs/report", "create batch/cronjobs",
		"delete /pods/web-1", "create /pods", "patch /pods/web-1", "delete batch/jobs/other", "update batch/jobs/other", "patch batch/jobs/other",
		"delete /persistentvolumeclaims/data", "patch /persistentvolumeclaims/data", "get /persistentvolumeclaims/data",
		"patch /services/NAME-objectstorage", "update /services/NAME-objectstorage", "get /services/other",
		"update /configmaps/other", "delete /configmaps/other", "delete /configmaps/NAME-ferry",
		"create /secrets", "update /secrets/NAME-objectstorage-credentials", "delete /secrets/NAME-objectstorage-credentials", "watch /secrets",
		"list /nodes", "get /persistentvolumes/pv", "create rbac.authorization.k8s.io/rolebindings", "patch argoproj.io/applications/shop",
	}
	for spelling, test := range map[string]struct {
		file, name string
		may, not   []right
	}{
		// a post-renderer is told neither the release nor the revision, whose records it could name
		"renderer": {"render/migration-cutover-helm4/expected.yaml", "shop", []right{"list /secrets", "get /secrets/NAME-minio"}, nil},
		"library": {
			"charts/goldens/lakehouse/cutover-hooks/helm3.yaml", "ilum",
			nil, []right{"list /secrets", "get /secrets/other", "get /secrets/sh.helm.release.v1.other.v1", "list /configmaps", "get /configmaps/other"},
		},
	} {
		t.Run(spelling, func(t *testing.T) {
			cluster := testworld.StartAPIServer(t)
			namespace := "cutover-rights-" + spelling
			if err := cluster.Namespace(t.Context(), namespace, nil); err != nil {
				t.Fatal(err)
			}
			if err := cluster.Apply(t.Context(), namespace, cutoverAccount(t, test.file, test.name)); err != nil {
				t.Fatal(err)
			}
			account, err := cluster.As(t.Context(), namespace, test.name+"-cutover")
			if err != nil {
				t.Fatal(err)
			}
			client, err := kube.New(account, namespace)
			if err != nil {
				t.Fatal(err)
			}
			named := func(r right) right { return right(strings.ReplaceAll(string(r), "NAME", test.name)) }
			for _, r := range append(test.may, needed...) {
				if !may(t, client, named(r)) {
					t.Errorf("the cutover may not %s", named(r))
				}
			}
			for _, r := range append(test.not, never...) {
				if may(t, client, named(r)) {
					t.Errorf("the cutover may %s", named(r))
				}
			}
			scale := right("update apps/deployments/web").attributes(namespace)
			scale.Subresource = "scale"
			if !allowed(t, client, scale) {
				t.Error("the cutover may not scale a Deployment")
			}
		})
	}
}

// cutoverAccount are account, Role and RoleBinding of a cutover that a golden has.
func cutoverAccount(t *testing.T, file, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "testdata", filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	stream, err := manifest.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var found [][]byte
	for _, o := range stream.Objects() {
		if o.Name == name+"-cutover" && (o.Kind == "ServiceAccount" || o.Kind == "Role" || o.Kind == "RoleBinding") {
			found = append(found, bytes.TrimPrefix(o.Document().Bytes(), []byte("---\n")))
		}
	}
	if len(found) != 3 {
		t.Fatalf("%d objects give the cutover its rights, want 3", len(found))
	}
	return bytes.Join(found, []byte("---\n"))
}
