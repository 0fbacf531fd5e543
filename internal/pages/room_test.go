package pages

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/helm-ferry/ferry/internal/kube"
)

// room is a namespace and a folder in which a tool works. Jobs run on this machine, and claims are bound
// as soon as they are there.
type room struct {
	client kube.Client
	folder string
	env    []string
	// log has what the Jobs said, once stop has been called.
	log  string
	stop func()
}

// newRoom makes a room with the chart of the pages in ./chart, and ferry.yaml. jobs is what Jobs have in
// their environment besides.
func newRoom(t *testing.T, tools map[string]string, jobs ...string) *room {
	t.Helper()
	namespace := strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))
	if err := server.Namespace(t.Context(), namespace, nil); err != nil {
		t.Fatal(err)
	}
	client, err := kube.New(server.Config, namespace)
	if err != nil {
		t.Fatal(err)
	}
	r := &room{client: client, folder: t.TempDir()}
	if err := os.Symlink(filepath.Join(programs, "ferry-hook"), r.hook()); err != nil {
		t.Fatal(err)
	}
	home, bin := t.TempDir(), t.TempDir()
	for name, path := range tools {
		if err := os.Symlink(path, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	r.env = []string{
		"HOME=" + home, "PATH=" + bin + ":" + programs + ":" + os.Getenv("PATH"), "LANG=C.UTF-8",
		"KUBECONFIG=" + r.kubeconfig(t), "HELM_NAMESPACE=" + namespace,
	}
	if err := os.CopyFS(filepath.Join(r.folder, "chart"), os.DirFS("../../testdata/charts/bitnami-minio")); err != nil {
		t.Fatal(err)
	}
	r.write(t, "ferry.yaml", "apiVersion: helm-ferry.dev/v1alpha1\nkind: Ferry\nmetadata: {name: lake}\n")
	r.keepRunning(t, jobs)
	return r
}

// hook is the program that Jobs run: ferry-hook, unless a test puts something else there.
func (r *room) hook() string { return filepath.Join(r.folder, "hook") }

// kubeconfig is a file by which clients work in the room's namespace.
func (r *room) kubeconfig(t *testing.T) string {
	t.Helper()
	config, err := clientcmd.LoadFromFile(server.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	config.Contexts[config.CurrentContext].Namespace = r.client.Namespace
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, file); err != nil {
		t.Fatal(err)
	}
	return file
}

// keepRunning does what controllers and nodes would, until the test ends or stop is called.
func (r *room) keepRunning(t *testing.T, env []string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	jobs, claims := make(chan string, 1), make(chan struct{})
	go func() {
		log, err := server.RunJobs(ctx, r.client.Namespace, r.hook(), env...)
		jobs <- fmt.Sprint(log, err)
	}()
	go func() {
		defer close(claims)
		if err := server.BindClaims(ctx, r.client.Namespace); err != nil {
			t.Error(err)
		}
	}()
	stopped := false
	r.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		r.log = <-jobs
		<-claims
	}
	t.Cleanup(func() {
		r.stop()
		if t.Failed() {
			t.Logf("the Jobs:\n%s", r.log)
		}
	})
}

// call runs a program in the room's folder and returns what it prints, or an error with all it says.
func (r *room) call(t *testing.T, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", append([]string{"-c", `exec "$0" "$@"`, name}, args...)...)
	cmd.Dir, cmd.Env = r.folder, r.env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.String(), fmt.Errorf("%s %s: %w\n%s%s", name, strings.Join(args, " "), err, stderr.String(), stdout.String())
	}
	return stdout.String(), nil
}

// must is call for what has to succeed.
func (r *room) must(t *testing.T, name string, args ...string) string {
	t.Helper()
	output, err := r.call(t, name, args...)
	if err != nil {
		t.Fatal(err)
	}
	return output
}

// refused demands that a program has failed, and said each of the parts.
func refused(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("what loses a claim is not refused")
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in\n%v", part, err)
		}
	}
}

func (r *room) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(r.folder, filepath.FromSlash(name))
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// claim returns a claim that must be there, and must not be going.
func (r *room) claim(t *testing.T, name string) *core.PersistentVolumeClaim {
	t.Helper()
	claim, err := r.client.CoreV1().PersistentVolumeClaims(r.client.Namespace).Get(t.Context(), name, meta.GetOptions{})
	if err != nil {
		t.Fatalf("claim %s: %v", name, err)
	}
	if claim.DeletionTimestamp != nil {
		t.Fatalf("claim %s is being deleted", name)
	}
	return claim
}

// unkeep takes the annotation off by which Ferry keeps a claim whatever the guard does: one that was
// there before Ferry has none.
func (r *room) unkeep(t *testing.T, name string) types.UID {
	t.Helper()
	none := []byte(`{"metadata":{"annotations":{"helm.sh/resource-policy":null,"argocd.argoproj.io/sync-options":null}}}`)
	claim, err := r.client.CoreV1().PersistentVolumeClaims(r.client.Namespace).Patch(t.Context(), name, types.MergePatchType, none, meta.PatchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return claim.UID
}

// block returns what a page puts into a file, or what stands under the comment <!-- played: NAME -->.
func block(t *testing.T, page, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "gitops", page))
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile("(?s)<!-- (?:file|played): " + regexp.QuoteMeta(name) + " -->\n```[a-z]*\n(.*?)\n```\n").FindSubmatch(text)
	if match == nil {
		t.Fatalf("%s has no block %s", page, name)
	}
	return string(match[1]) + "\n"
}

// addLibrary gives the room's chart the library chart.
func (r *room) addLibrary(t *testing.T) {
	t.Helper()
	if err := os.CopyFS(filepath.Join(r.folder, "chart", "charts", "ferry"), os.DirFS("../../charts/ferry")); err != nil {
		t.Fatal(err)
	}
	r.write(t, "chart/templates/ferry.yaml", "{{ include \"ferry.objects\" . }}\n")
	file := filepath.Join(r.folder, "chart", "Chart.yaml")
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, append(text, "dependencies: [{name: ferry, version: 0.1.0}]\n"...), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// addPlugin has Helm 4 find its post-renderer, as `ferry shellenv` does.
func (r *room) addPlugin(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile("../../helm4/ferry-post-renderer/plugin.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r.write(t, "plugin/helm4/ferry-post-renderer/plugin.yaml", string(text))
	program := filepath.Join(r.folder, "plugin", "bin", runtime.GOOS+"-"+runtime.GOARCH, "ferry")
	err = os.MkdirAll(filepath.Dir(program), 0o755)
	if err == nil {
		err = os.Symlink(filepath.Join(programs, "ferry"), program)
	}
	if err != nil {
		t.Fatal(err)
	}
	r.env = append(r.env, "HELM_PLUGINS="+filepath.Join(r.folder, "plugin", "helm4"))
}
