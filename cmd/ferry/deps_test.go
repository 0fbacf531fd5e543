package main

import (
	"os/exec"
	"strings"
	"testing"
)

// TestBinaryStaysLight names what the binary must not link: what only tests and generators need, and
// what would make the start of a post-renderer slow.
func TestBinaryStaysLight(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, heavy := range []string{
		"testing", "github.com/invopop/jsonschema", "github.com/santhosh-tekuri/jsonschema", "sigs.k8s.io/kustomize",
		"github.com/helm-ferry/ferry/internal/docgen", "github.com/helm-ferry/ferry/internal/testworld",
	} {
		for dependency := range strings.Lines(string(out)) {
			if dependency = strings.TrimSpace(dependency); dependency == heavy || strings.HasPrefix(dependency, heavy+"/") {
				t.Errorf("links %s", dependency)
			}
		}
	}
}
