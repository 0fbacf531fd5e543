package charts_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/testworld"
)

// withHelms runs a test with each Helm that it falls to.
func withHelms(t *testing.T, test func(t *testing.T, helm string)) {
	t.Helper()
	for major, helm := range testworld.Helms(t, t.Name()) {
		t.Run("helm"+major, func(t *testing.T) {
			t.Parallel()
			test(t, helm)
		})
	}
}

// run returns what Helm prints, or an error with what it says.
func run(t *testing.T, helm string, args ...string) ([]byte, error) {
	t.Helper()
	home := t.TempDir()
	command := exec.CommandContext(t.Context(), helm, args...)
	command.Env = []string{
		"HOME=" + home, "HELM_CACHE_HOME=" + home, "HELM_CONFIG_HOME=" + home, "HELM_DATA_HOME=" + home,
		"KUBECONFIG=" + filepath.Join(home, "none"),
	}
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("helm %s: %w\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return stdout.Bytes(), nil
}

// render returns the manifests of a chart for the release ilum.
func render(t *testing.T, helm, chart string, args ...string) *manifest.Stream {
	t.Helper()
	text, err := run(t, helm, append([]string{"template", "ilum", chart}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := manifest.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

// find returns the object of that title, such as Service/ilum-minio.
func find(t *testing.T, stream *manifest.Stream, title string) *manifest.Object {
	t.Helper()
	var titles []string
	for _, o := range stream.Objects() {
		if o.Title() == title {
			return o
		}
		titles = append(titles, o.Title())
	}
	t.Fatalf("there is no %s among %s", title, strings.Join(titles, ", "))
	return nil
}
