package main

import (
	"os/exec"
	"path/filepath"
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

// TestReleaseSetsTheVersion links with the flag that internal/cli documents: a wrong name in it would
// go unnoticed, and release the images of a version named dev.
func TestReleaseSetsTheVersion(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "ferry")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary,
		"-ldflags", "-X github.com/helm-ferry/ferry/internal/cli.version=1.2.3", ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), binary, "version", "-o", "yaml").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), "\nversion: 1.2.3\n") {
		t.Errorf("version is not set:\n%s", out)
	}
}
