package main

import (
	"context"
	"crypto/x509"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/helm-ferry/ferry/internal/golden"
	"github.com/helm-ferry/ferry/internal/hookcmd"
)

// In the environment they make the test binary be ferry-hook, for tests that need a process, or tell
// whether it knows any authority for certificates.
const (
	asHook  = "TEST_AS_FERRY_HOOK"
	asProbe = "TEST_AS_CERTIFICATE_PROBE"
)

func TestMain(m *testing.M) {
	if os.Getenv(asHook) != "" {
		main()
	}
	if os.Getenv(asProbe) != "" {
		pool, err := x509.SystemCertPool()
		if err != nil || pool.Equal(x509.NewCertPool()) {
			os.Exit(1)
		}
		os.Exit(0)
	}
	testscript.Main(m, map[string]func(){"ferry-hook": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: filepath.Join("testdata", "script"), RequireExplicitExec: true, UpdateScripts: golden.Update()})
}

func TestTheCommandsAreThoseThatTheListNames(t *testing.T) {
	var commands []string
	for _, cmd := range newProgram(os.Getenv).root(noStreams()).Commands() {
		commands = append(commands, cmd.Name())
	}
	slices.Sort(commands)
	want := slices.Sorted(slices.Values(hookcmd.Names()))
	if diff := cmp.Diff(want, commands); diff != "" {
		t.Errorf("commands (-listed +built):\n%s", diff)
	}
}

// TestTheBinaryStaysLight keeps out what would make an image of a few megabytes large, and what
// a program that renders nothing has no use for.
func TestTheBinaryStaysLight(t *testing.T) {
	heavy := []string{
		"testing", "helm.sh/", "sigs.k8s.io/kustomize", "github.com/invopop/jsonschema", "github.com/Masterminds",
		"github.com/helm-ferry/ferry/render", "github.com/helm-ferry/ferry/internal/testworld",
	}
	out, err := goTool(t.Context(), "list", "-deps", ".")
	if err != nil {
		t.Fatal(err)
	}
	for dependency := range strings.Lines(out) {
		for _, prefix := range heavy {
			if strings.HasPrefix(dependency, prefix) {
				t.Errorf("ferry-hook imports %s", strings.TrimSpace(dependency))
			}
		}
	}
}

// TestTheBinaryBringsCertificates runs where the system has none, as in an image with one file.
func TestTheBinaryBringsCertificates(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = []string{asProbe + "=1", "SSL_CERT_FILE=" + filepath.Join(t.TempDir(), "none"), "SSL_CERT_DIR=" + t.TempDir()}
	if err := cmd.Run(); err != nil {
		t.Errorf("no certificate would be trusted: %v", err)
	}
}

func goTool(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	return string(out), err
}
