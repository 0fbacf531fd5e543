package charts_test

import (
	"bytes"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/testworld"
)

// TestAPIServer shows every situation to a real Kubernetes API server: it accepts the objects, and
// it admits their pods to a namespace that enforces the Pod Security Standard "restricted". Pods
// are created as such, since a violation in a pod template only warns.
func TestAPIServer(t *testing.T) {
	t.Parallel()
	cluster := testworld.StartAPIServer(t)
	labels := map[string]string{"pod-security.kubernetes.io/enforce": "restricted"}
	if err := cluster.Namespace(t.Context(), "lakehouse", labels); err != nil {
		t.Fatal(err)
	}
	helm := testworld.Helm4(t)
	for _, file := range situationFiles(t) {
		stream := render(t, helm, "lakehouse", "--values", file)
		if err := cluster.DryRun(t.Context(), "lakehouse", stream.Bytes()); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		for _, o := range stream.Objects() {
			if o.Kind != "ServiceAccount" {
				continue // without its account no pod is admitted
			}
			if err := cluster.Apply(t.Context(), "lakehouse", o.Document().Bytes()); err != nil {
				t.Fatal(err)
			}
		}
		pods := podsOf(t, stream)
		if len(pods) < 2 {
			t.Errorf("%s: there are %d pod templates, want those of both consumers at least", file, len(pods))
		}
		if err := cluster.DryRun(t.Context(), "lakehouse", bytes.Join(pods, []byte("---\n"))); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	violation := bytes.ReplaceAll(podsOf(t, render(t, helm, "lakehouse", "--values", "lakehouse/demo-values.yaml"))[0],
		[]byte("runAsNonRoot: true"), []byte("runAsNonRoot: false"))
	if err := cluster.DryRun(t.Context(), "lakehouse", violation); err == nil || !strings.Contains(err.Error(), "restricted") {
		t.Errorf("a pod that may run as root: %v, want a refusal that names the standard", err)
	}
}

// podsOf turns the pod templates of a stream into pods, as their controllers would: the claims of a
// StatefulSet become volumes.
func podsOf(t *testing.T, stream *manifest.Stream) [][]byte {
	t.Helper()
	var pods [][]byte
	for _, o := range stream.Objects() {
		template := o.Node("spec", "template", "spec")
		if o.Kind == "CronJob" {
			template = o.Node("spec", "jobTemplate", "spec", "template", "spec")
		}
		if template == nil {
			continue
		}
		var spec map[string]any
		if err := template.Decode(&spec); err != nil {
			t.Fatal(err)
		}
		for _, claim := range manifest.Items(o.Node("spec", "volumeClaimTemplates")) {
			name := manifest.Scalar(manifest.Lookup(claim, "metadata", "name"))
			volumes, _ := spec["volumes"].([]any)
			source := map[string]string{"claimName": name + "-" + o.Name + "-0"}
			spec["volumes"] = append(volumes, map[string]any{"name": name, "persistentVolumeClaim": source})
		}
		pod, err := yaml.Marshal(map[string]any{
			"apiVersion": "v1", "kind": "Pod", "metadata": map[string]string{"name": o.Name}, "spec": spec,
		})
		if err != nil {
			t.Fatal(err)
		}
		pods = append(pods, pod)
	}
	return pods
}
