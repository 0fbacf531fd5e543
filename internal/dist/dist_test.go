package dist

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

const module = "../.."

// released is the folder with archives that hold the program for this machine alone.
var released string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "ferry-dist-test-")
	if err == nil {
		defer os.RemoveAll(folder)
		released = folder
		//nolint:forbidigo // this is main, as far as tests have one
		_, err = Write(context.Background(), Options{Source: module, Out: released, Platforms: []Platform{Host()}})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// archivePath returns the archive of a name in which VERSION stands for the version.
func archivePath(t *testing.T, name string) string {
	t.Helper()
	version, err := Version(module)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(released, strings.Replace(name, "VERSION", version, 1))
}

func TestArchivesAreDeterministic(t *testing.T) {
	again := t.TempDir()
	paths, err := Write(t.Context(), Options{Source: module, Out: again, Platforms: []Platform{Host()}})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if diff := cmp.Diff(content(t, filepath.Join(released, filepath.Base(path))), content(t, path)); diff != "" {
			t.Errorf("%s differs when it is made again", filepath.Base(path))
		}
	}
}

func TestChecksums(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "sha256sum", "--check", "--strict", "SHA256SUMS")
	cmd.Dir = released
	output, err := cmd.CombinedOutput()
	if err != nil || strings.Count(string(output), ": OK") != 3 {
		t.Errorf("%v\n%s", err, output)
	}
}

// TestPluginsNameThePrograms reads both plugin.yaml: they are of one version, and have a command for
// each platform and one for all others.
func TestPluginsNameThePrograms(t *testing.T) {
	type plugin struct {
		Version         string    `json:"version"`
		PlatformCommand []command `json:"platformCommand"`
		RuntimeConfig   struct {
			PlatformCommand []command `json:"platformCommand"`
		} `json:"runtimeConfig"`
	}
	var legacy, nested plugin
	for path, p := range map[string]*plugin{"plugin.yaml": &legacy, postRenderer: &nested} {
		if err := yaml.Unmarshal(content(t, filepath.Join(module, path)), p); err != nil {
			t.Fatal(err)
		}
	}
	if legacy.Version != nested.Version {
		t.Errorf("version of plugin.yaml = %s, of %s = %s", legacy.Version, postRenderer, nested.Version)
	}
	checkCommands(t, legacy.PlatformCommand, "$HELM_PLUGIN_DIR/")
	checkCommands(t, nested.RuntimeConfig.PlatformCommand, "${HELM_PLUGIN_DIR}/../../")

	if err := yaml.Unmarshal(ownPrograms(content(t, filepath.Join(module, postRenderer))), &nested); err != nil {
		t.Fatal(err)
	}
	checkCommands(t, nested.RuntimeConfig.PlatformCommand, "${HELM_PLUGIN_DIR}/")
}

type command struct {
	OS      string `json:"os"`
	Arch    string `json:"arch"`
	Command string `json:"command"`
}

func checkCommands(t *testing.T, commands []command, folder string) {
	t.Helper()
	var want []command
	for _, platform := range Platforms() {
		c := command{platform.OS, platform.Arch, folder + platform.Program()}
		if platform.OS == "windows" { // its other architectures run programs of this one
			c.Arch, c.Command = "", strings.ReplaceAll(c.Command, "/", `\`)
		}
		want = append(want, c)
	}
	want = append(want, command{Command: folder + "bin/ferry"})
	if diff := cmp.Diff(want, commands); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
}

// TestUnsupportedPlatform runs what stands in an archive for platforms that it has no program for.
func TestUnsupportedPlatform(t *testing.T) {
	script := filepath.Join(t.TempDir(), "ferry")
	if err := os.WriteFile(script, unsupported, 0o755); err != nil {
		t.Fatal(err)
	}
	output, err := exec.CommandContext(t.Context(), script, "version").CombinedOutput()
	if err == nil || !strings.HasPrefix(string(output), "ferry: error: this release has no program for ") {
		t.Errorf("%v\n%s", err, output)
	}
	output, err = exec.CommandContext(t.Context(), script, "post-render", "--helm4").Output()
	if err != nil || !strings.HasPrefix(string(output), "ferry: error\n--- ferry: this release has no program for ") {
		t.Errorf("%v\n%s", err, output)
	}
}

func content(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
