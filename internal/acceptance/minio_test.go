package acceptance

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/testworld"
)

// minioChart is the chart of the MinIO project, out of the module that the test server is built
// from. It is under the AGPL, so that neither the chart nor what it renders is kept here.
func minioChart(t *testing.T) string {
	t.Helper()
	testworld.StartMinIO(t) // has the module in the cache
	command := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/minio/minio")
	command.Dir = filepath.Join(root, "testdata/tools/minio")
	out, err := command.Output()
	if err != nil {
		t.Fatalf("find the module of MinIO: %v", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "helm", "minio")
}

// TestMinIOsOwnChart renders the chart that most releases with MinIO have, in both its modes and
// through both Helms, and shows the result to a real API server.
func TestMinIOsOwnChart(t *testing.T) {
	chart := minioChart(t)
	cluster, namespace, _ := startCluster(t, "minio")
	for mode, claim := range map[string]string{"standalone": "PersistentVolumeClaim/ilum-minio", "distributed": ""} {
		t.Run(mode, func(t *testing.T) {
			withHelms(t, func(t *testing.T, h helm) {
				out, err := h.run(t, append([]string{"template", "ilum", chart, "--set", "mode=" + mode + ",rootUser=admin,rootPassword=test-only-secret",
					"--post-renderer-args", "--config=" + filepath.Join(root, "testdata/charts/bitnami-minio.ferry.yaml")}, h.renderer...)...)
				if err != nil {
					t.Fatal(err)
				}
				checkMinIO(t, out, claim)
				if err := cluster.DryRun(t.Context(), namespace, out); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func checkMinIO(t *testing.T, out []byte, claim string) {
	t.Helper()
	stream, err := manifest.Parse(out)
	if err != nil {
		t.Fatal(err)
	}
	alias := object(stream, "Service/ilum-objectstorage")
	if alias == nil {
		t.Fatal("there is no alias")
	}
	if got := manifest.StringMap(alias.Node("spec", "selector")); got["app"] != "minio" || got["release"] != "ilum" {
		t.Errorf("the alias selects %v", got)
	}
	credentials := object(stream, "Secret/ilum-objectstorage-credentials")
	if credentials == nil || credentials.String("data", "access-key") != "YWRtaW4=" {
		t.Error("the shared Secret does not have the root user of the chart")
	}
	if claim != "" && object(stream, claim).Annotations()["helm.sh/resource-policy"] != "keep" {
		t.Errorf("%s is not kept", claim)
	}
	if set := object(stream, "StatefulSet/ilum-minio"); claim == "" && set.String("spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted") != "Retain" {
		t.Error("the claims go with the StatefulSet")
	}
}

func object(stream *manifest.Stream, title string) *manifest.Object {
	for _, o := range stream.Objects() {
		if o.Title() == title {
			return o
		}
	}
	return nil
}

func renders(t *testing.T, manifests []byte, title string) bool {
	t.Helper()
	stream, err := manifest.Parse(manifests)
	if err != nil {
		t.Fatal(err)
	}
	return object(stream, title) != nil
}
