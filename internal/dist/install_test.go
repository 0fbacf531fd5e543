package dist

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// home is where one Helm keeps its plugins, caches and settings during a test; another plugin is
// installed there already.
type home struct {
	helm string
	env  []string
}

func newHome(t *testing.T, helm string) home {
	t.Helper()
	folder := t.TempDir()
	plugins := filepath.Join(folder, "data", "helm", "plugins")
	other := filepath.Join(plugins, "other")
	if err := os.MkdirAll(other, 0o755); err != nil {
		t.Fatal(err)
	}
	text := "name: other\nversion: 1.0.0\nusage: test\ndescription: test\ncommand: echo the other plugin works\n"
	if err := os.WriteFile(filepath.Join(other, "plugin.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	env := []string{"HOME=" + folder, "PATH=" + os.Getenv("PATH"), "NO_PROXY=127.0.0.1"}
	for _, kind := range []string{"cache", "config", "data"} {
		env = append(env, "XDG_"+strings.ToUpper(kind)+"_HOME="+filepath.Join(folder, kind))
	}
	return home{helm, env}
}

// run demands that a command of Helm succeeds and prints what is wanted.
func (h home) run(t *testing.T, want string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), h.helm, args...)
	cmd.Env = h.env
	output, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(output), want) {
		t.Fatalf("helm %s: %v, want %q in\n%s", strings.Join(args, " "), err, want, output)
	}
}

// shell runs a line of a shell in which helm is Helm.
func (h home) shell(t *testing.T, want, line string) {
	t.Helper()
	bin := t.TempDir()
	if err := os.Symlink(h.helm, filepath.Join(bin, "helm")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-ec", line)
	cmd.Env = slices.Concat(h.env, []string{"PATH=" + bin + ":" + os.Getenv("PATH")})
	output, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(output), want) {
		t.Fatalf("%s: %v, want %q in\n%s", line, err, want, output)
	}
}

// chart is one that Ferry adds an alias to.
func chart(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(module, "charts", "lakehouse"))
	if err != nil {
		t.Fatal(err)
	}
	return path + " -f " + filepath.Join(path, "ci", "path-a-keep-minio-values.yaml")
}

const alias = "name: ilum-objectstorage"

func TestHelm4InstallsThePluginFromItsArchive(t *testing.T) {
	h := newHome(t, testworld.Helm4(t))
	h.run(t, "Installed plugin: ferry", "plugin", "install", "--verify=false", archivePath(t, "ferry-VERSION.tgz"))
	h.run(t, strings.TrimSuffix(filepath.Base(archivePath(t, "VERSION.tgz")), ".tgz"), "ferry", "version")
	h.run(t, "the other plugin works", "other")
	h.shell(t, alias, `eval "$(helm ferry shellenv)"; helm other; helm template ilum `+chart(t)+` --post-renderer ferry-post-renderer`)
}

func TestHelm4InstallsThePostRendererAlone(t *testing.T) {
	h := newHome(t, testworld.Helm4(t))
	h.run(t, "Installed plugin: ferry-post-renderer", "plugin", "install", "--verify=false", archivePath(t, "ferry-post-renderer-VERSION.tgz"))
	h.run(t, "the other plugin works", "other")
	h.shell(t, alias, `helm template ilum `+chart(t)+` --post-renderer ferry-post-renderer`)
}

func TestHelm3InstallsThePluginFromAServer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/gzip")
		http.ServeFile(w, r, filepath.Join(released, filepath.Base(r.URL.Path)))
	}))
	defer server.Close()
	h := newHome(t, testworld.Helm3(t))
	name := filepath.Base(archivePath(t, "ferry-VERSION-helm3.tgz"))
	h.run(t, "Installed plugin: ferry", "plugin", "install", server.URL+"/"+name)
	h.run(t, strings.TrimSuffix(filepath.Base(archivePath(t, "VERSION.tgz")), ".tgz"), "ferry", "version")
	h.run(t, "the other plugin works", "other")
	h.shell(t, alias, `eval "$(helm ferry shellenv)"; helm other; helm template ilum `+chart(t)+` --post-renderer ferry`)

	// Helm 4 with the same folder of plugins takes what Helm 3 has installed
	h.helm = testworld.Helm4(t)
	h.run(t, "the other plugin works", "other")
	h.shell(t, alias, `eval "$(helm ferry shellenv)"; helm other; helm template ilum `+chart(t)+` --post-renderer ferry-post-renderer`)
}
