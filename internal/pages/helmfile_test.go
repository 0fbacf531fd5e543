package pages

import (
	"strings"
	"testing"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// helmfile is the part of a helmfile that the page uses.
type helmfile struct {
	Releases []struct {
		Name             string   `json:"name"`
		Chart            string   `json:"chart"`
		PostRenderer     string   `json:"postRenderer"`
		PostRendererArgs []string `json:"postRendererArgs"`

		Hooks []struct {
			Events  []string `json:"events"`
			Command string   `json:"command"`
			Args    []string `json:"args"`
		} `json:"hooks"`
	} `json:"releases"`
}

// TestHelmfile syncs the page's file with both Helms: hooks, then Helm. A plan that refuses ends the sync.
func TestHelmfile(t *testing.T) {
	t.Parallel()
	for major, helm := range testworld.Helms(t, t.Name()) {
		t.Run("helm"+major, func(t *testing.T) {
			t.Parallel()
			r := newRoom(t, map[string]string{"helm": helm})
			r.env = append(r.env, "HELM_BIN="+helm)
			var file helmfile
			text := strings.ReplaceAll(block(t, "helmfile.md", "helmfile.yaml"), "storage", r.client.Namespace)
			if err := yaml.Unmarshal([]byte(text), &file); err != nil || len(file.Releases) != 1 || len(file.Releases[0].Hooks) != 1 {
				t.Fatalf("the page's file is %+v, %v", file, err)
			}
			release := file.Releases[0]
			if major == "4" {
				release.PostRenderer = "ferry-post-renderer"
				r.addPlugin(t)
			}
			sync := func(values ...string) error {
				hook := release.Hooks[0]
				if output, err := r.call(t, hook.Command, append(hook.Args, values...)...); err != nil {
					return err
				} else if !strings.Contains(output, "alias") {
					t.Errorf("the plan says\n%s", output)
				}
				line := []string{"upgrade", "--install", release.Name, release.Chart, "--create-namespace", "--namespace", r.client.Namespace}
				line = append(line, "--post-renderer", release.PostRenderer)
				for _, arg := range release.PostRendererArgs {
					line = append(line, "--post-renderer-args", arg)
				}
				_, err := r.call(t, "helm", append(line, "--reset-values")...)
				return err
			}
			if err := sync(); err != nil {
				t.Fatal(err)
			}
			if _, err := r.client.CoreV1().Services(r.client.Namespace).Get(t.Context(), "lake-objectstorage", meta.GetOptions{}); err != nil {
				t.Errorf("the post-renderer added no alias: %v", err)
			}
			uid := r.unkeep(t, "lake-minio")
			refused(t, sync("--set", "persistence.enabled=false"), "exit status 4", "REFUSED: upgrade to revision 2 would delete 1 claim")
			if claim := r.claim(t, "lake-minio"); claim.UID != uid || claim.Annotations["helm.sh/resource-policy"] != "" {
				t.Errorf("a plan changed the claim: %+v", claim.ObjectMeta)
			}
			if history := r.must(t, "helm", "history", "lake", "--max", "5"); strings.Contains(history, "\n2 ") {
				t.Errorf("Helm was called:\n%s", history)
			}
		})
	}
}
