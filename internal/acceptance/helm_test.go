package acceptance

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/testworld"
)

const root = "../.."

// plugin is the folder of the installed plugin: what `make build` leaves in a checkout.
var plugin string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var err error
	if plugin, err = install(context.Background()); err != nil { //nolint:forbidigo // TestMain is given no context
		fmt.Fprintln(os.Stderr, "acceptance: install the plugin:", err)
		return 1
	}
	defer os.RemoveAll(plugin)
	defer stopCluster()
	return m.Run()
}

// install builds ferry into a folder with the plugin's files.
func install(ctx context.Context) (string, error) {
	folder, err := os.MkdirTemp("", "ferry-plugin-")
	if err != nil {
		return "", err
	}
	for _, file := range []string{"plugin.yaml", "helm4/ferry-post-renderer/plugin.yaml"} {
		data, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			return folder, err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, file)), 0o755); err != nil {
			return folder, err
		}
		if err := os.WriteFile(filepath.Join(folder, file), data, 0o644); err != nil {
			return folder, err
		}
	}
	_, err = testworld.Build(ctx, filepath.Dir(binary(folder)), "./cmd/ferry")
	return folder, err
}

// binary is where the plugin's files look for the program.
func binary(folder string) string {
	return filepath.Join(folder, "bin", runtime.GOOS+"-"+runtime.GOARCH, "ferry")
}

// helm is one of the two Helms with Ferry as its post-renderer.
type helm struct {
	name, path string
	env        []string // in place of the environment
	renderer   []string // the flags that have it call Ferry
}

// withHelms runs a test with each Helm that it falls to.
func withHelms(t *testing.T, test func(t *testing.T, h helm)) {
	t.Helper()
	for major, path := range testworld.Helms(t, t.Name()) {
		renderer := map[string]string{"3": binary(plugin), "4": "ferry-post-renderer"}[major]
		h := helm{name: "helm" + major, path: path, renderer: []string{"--post-renderer", renderer}}
		t.Run(h.name, func(t *testing.T) {
			home := t.TempDir()
			h.env = []string{
				"HOME=" + home, "PATH=" + os.Getenv("PATH"), "KUBECONFIG=" + filepath.Join(home, "none"),
				"HELM_CACHE_HOME=" + home, "HELM_CONFIG_HOME=" + home, "HELM_DATA_HOME=" + home,
			}
			if h.name == "helm4" {
				h.env = append(h.env, "HELM_PLUGINS="+filepath.Join(plugin, "helm4"))
			}
			test(t, h)
		})
	}
}

// with returns the Helm with one more variable.
func (h helm) with(variable string) helm {
	h.env = append(slices.Clip(h.env), variable)
	return h
}

// run returns what Helm prints, or an error with what it says.
func (h helm) run(t *testing.T, args ...string) ([]byte, error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), h.path, args...)
	command.Env = h.env
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("%s %s: %w\n%s", h.name, strings.Join(args, " "), err, stderr.String())
	}
	return stdout.Bytes(), nil
}
