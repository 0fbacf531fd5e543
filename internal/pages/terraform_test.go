package pages

import (
	"regexp"
	"strings"
	"testing"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// quoted are the strings in a piece of HCL.
var quoted = regexp.MustCompile(`"([^"]*)"`)

// postRenderer reads binary_path and args out of the page's file, as they are in the folder of the module.
func postRenderer(t *testing.T) (program string, args []string) {
	t.Helper()
	file := strings.ReplaceAll(block(t, "terraform.md", "main.tf"), "${path.module}", ".")
	for line := range strings.Lines(file) {
		name, value, _ := strings.Cut(line, "=")
		for _, match := range quoted.FindAllStringSubmatch(value, -1) {
			switch strings.TrimSpace(name) {
			case "binary_path":
				program = match[1]
			case "args":
				args = append(args, match[1])
			}
		}
	}
	if program == "" || args == nil {
		t.Fatalf("the page names the program %q and the arguments %q", program, args)
	}
	return program, args
}

// TestTerraform upgrades a release with the post-renderer of the page. A chart that brings the guard has it
// run; version 3 of the provider is built on Helm 3, where nothing else does.
func TestTerraform(t *testing.T) {
	t.Parallel()
	r := newRoom(t, map[string]string{"helm": testworld.Helm3(t)})
	r.addLibrary(t)
	program, args := postRenderer(t)
	apply := func(values ...string) error {
		line := []string{"upgrade", "--install", "lake", "./chart", "--timeout", "300s", "--history-max", "0", "--post-renderer", program}
		for _, arg := range args {
			line = append(line, "--post-renderer-args", arg)
		}
		_, err := r.call(t, "helm", append(line, values...)...)
		return err
	}
	if err := apply(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.client.CoreV1().Services(r.client.Namespace).Get(t.Context(), "lake-objectstorage", meta.GetOptions{}); err != nil {
		t.Errorf("the post-renderer added no alias: %v", err)
	}
	uid := r.unkeep(t, "lake-minio")
	if err := apply("--set", "service.ports.api=9001"); err != nil {
		t.Errorf("an upgrade that loses nothing: %v", err)
	}
	r.unkeep(t, "lake-minio")
	refused(t, apply("--set", "persistence.enabled=false"), "pre-upgrade hooks failed")
	if claim := r.claim(t, "lake-minio"); claim.UID != uid || claim.Annotations["helm.sh/resource-policy"] != "keep" {
		t.Errorf("the claim is not the one that was there, and kept: %+v", claim.ObjectMeta)
	}
	if r.stop(); !strings.Contains(r.log, "REFUSED: upgrade to revision 3 would delete 1 claim of minio (lake-minio; 8.0 GiB)") {
		t.Errorf("the guard said\n%s", r.log)
	}
}

// TestTerraformBehindHelm4 runs the same executable where the manifests are those of Helm 4, as a provider
// that is built on it would: Ferry sees that, and adds the guard.
func TestTerraformBehindHelm4(t *testing.T) {
	testworld.Wide(t, "TestTerraform")
	t.Parallel()
	r := newRoom(t, map[string]string{"helm": testworld.Helm4(t)})
	program, args := postRenderer(t)
	r.write(t, "plugins/exec/plugin.yaml", "apiVersion: v1\ntype: postrenderer/v1\nname: exec\nversion: 1.0.0\nruntime: subprocess\n"+
		"runtimeConfig: {platformCommand: [{command: "+program+"}]}\n")
	r.env = append(r.env, "HELM_PLUGINS="+r.folder+"/plugins")
	line := []string{"template", "lake", "./chart", "--post-renderer", "exec"}
	for _, arg := range args {
		line = append(line, "--post-renderer-args", arg)
	}
	manifests := r.must(t, "helm", line...)
	for _, want := range []string{"name: lake-guard", "helm.sh/hook: pre-upgrade,pre-rollback", "name: lake-objectstorage"} {
		if !strings.Contains(manifests, want) {
			t.Errorf("%q is not in\n%s", want, manifests)
		}
	}
}
