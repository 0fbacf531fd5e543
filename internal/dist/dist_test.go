package dist

import (
	"bytes"
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
		released = filepath.Join(folder, "released")
		command = filepath.Join(folder, "dist")
		err = start("go", "build", "-o", command, "./internal/dist/cmd/dist")
	}
	if err == nil {
		err = start(command, released, Host().String())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// command writes archives. It is a program of its own: with the race detector in it, packing takes
// ten times as long.
var command string

// start runs a program in the folder of the module.
func start(program string, args ...string) error {
	cmd := exec.Command(program, args...) //nolint:noctx // before there is a test
	cmd.Dir = module
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, output)
	}
	return nil
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
	if err := start(command, again, Host().String()); err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(again, "*"))
	if err != nil || len(paths) != 4 {
		t.Fatalf("%v, %v", paths, err)
	}
	for _, path := range paths {
		if !bytes.Equal(content(t, filepath.Join(released, filepath.Base(path))), content(t, path)) {
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
		Version         string            `json:"version"`
		PlatformCommand []platformCommand `json:"platformCommand"`
		RuntimeConfig   struct {
			PlatformCommand []platformCommand `json:"platformCommand"`
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

type platformCommand struct {
	OS      string `json:"os"`
	Arch    string `json:"arch"`
	Command string `json:"command"`
}

func checkCommands(t *testing.T, commands []platformCommand, folder string) {
	t.Helper()
	var want []platformCommand
	for _, platform := range Platforms() {
		c := platformCommand{platform.OS, platform.Arch, folder + platform.Program()}
		if platform.OS == "windows" { // its other architectures run programs of this one
			c.Arch, c.Command = "", strings.ReplaceAll(c.Command, "/", `\`)
		}
		want = append(want, c)
	}
	want = append(want, platformCommand{Command: folder + "bin/ferry"})
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
