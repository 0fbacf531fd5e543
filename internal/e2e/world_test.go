//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/kubernetes"

	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/internal/testworld/image"
	"github.com/helm-ferry/ferry/internal/testworld/node"
)

// Names of the images. They are never pulled.
const (
	hookImage = "localhost/ferry-hook:e2e"
	loadImage = "localhost/load:e2e"
)

// world is the cluster and the programs of the suite.
type world struct {
	*node.Node
	client kubernetes.Interface
	load   string // path of the application
	ferry  string // path of the program, in the folder of the plugin
	folder string
}

// shared is the world of all tests of the package; TestMain makes it.
var shared *world

var keep = flag.Bool("keep", false, "leave the cluster running")

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "ferry-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)

		return 1
	}
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Minute) //nolint:forbidigo // this is main, as far as tests have one; programs may have to be built
	defer cancel()
	theirs := os.Getenv("KUBECONFIG")
	shared, err = newWorld(ctx, folder, theirs)
	if !*keep {
		defer func() {
			// a cluster that was there before stays
			if err := errors.Join(node.Down(context.WithoutCancel(ctx), filepath.Join(folder, "cluster")), os.RemoveAll(folder)); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "the suite needs a cluster:", err)

		return 1
	}

	return m.Run()
}

// newWorld uses the cluster that a kubeconfig is of, or makes one.
func newWorld(ctx context.Context, folder, kubeconfig string) (*world, error) {
	var n *node.Node
	var err error
	if kubeconfig != "" {
		n, err = node.Open(filepath.Dir(kubeconfig))
	} else {
		n, err = node.Up(ctx, filepath.Join(folder, "cluster"))
	}
	if err != nil {
		return nil, err
	}
	client, err := kubernetes.NewForConfig(n.Config)
	if err != nil {
		return nil, err
	}
	w := &world{Node: n, client: client, folder: folder}
	for _, name := range []string{"helm3", "helm4"} {
		if _, err := testworld.Program(ctx, name); err != nil {
			return nil, err
		}
	}
	if err := w.plugin(ctx); err != nil {
		return nil, err
	}

	return w, w.images(ctx)
}

// plugin lays the plugin out as a release does: the program where plugin.yaml of both formats looks for it.
func (w *world) plugin(ctx context.Context) error {
	root, err := testworld.Root()
	if err != nil {
		return err
	}
	plugin := filepath.Join(w.folder, "plugins", "ferry")
	program, err := testworld.Build(ctx, filepath.Join(plugin, "bin", "linux-amd64"), "./cmd/ferry")
	if err != nil {
		return err
	}
	w.ferry = program
	for _, file := range []string{"plugin.yaml", "helm4/ferry-post-renderer/plugin.yaml"} {
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(plugin, file)), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(plugin, file), text, 0o644); err != nil {
			return err
		}
	}

	return nil
}

// images loads what pods run.
func (w *world) images(ctx context.Context) error {
	folder := filepath.Join(w.folder, "programs")
	hook, err := testworld.Build(ctx, folder, "./cmd/ferry-hook")
	if err != nil {
		return err
	}
	load, err := testworld.Build(ctx, folder, "./internal/e2e/load")
	if err != nil {
		return err
	}
	w.load = load
	images := []image.Image{
		{Name: hookImage, Entrypoint: []string{"/ferry-hook"}, User: "65532:65532", Files: map[string]string{"/ferry-hook": hook}},
		{Name: loadImage, Entrypoint: []string{"/load"}, User: "65532:65532", Files: map[string]string{"/load": load}},
	}
	for _, program := range []struct{ name, image, entrypoint string }{
		{"minio", "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z", "minio"},
		{"versitygw", "ghcr.io/versity/versitygw:v1.8.0", "versitygw"},
		{"rclone", "rclone/rclone:1.75.1", "rclone"},
	} {
		path, err := testworld.Program(ctx, program.name)
		if err != nil {
			return err
		}
		images = append(images, image.Image{
			Name: program.image, Entrypoint: []string{"/" + program.entrypoint}, Files: map[string]string{"/" + program.entrypoint: path},
			Env: testworld.Uncollected(),
		})
	}
	pause, err := testworld.Build(ctx, folder, "./internal/testworld/cmd/pause")
	if err != nil {
		return err
	}
	for _, name := range []string{"quay.io/minio/minio:pause", "rustfs/rustfs:pause"} { // stores for tests of claims
		images = append(images, image.Image{Name: name, Entrypoint: []string{"/pause"}, User: "65532:65532", Files: map[string]string{"/pause": pause}})
	}
	for _, i := range images {
		if err := w.Load(ctx, i); err != nil {
			return err
		}
	}

	return nil
}

// beside runs the parts of a test beside one another. The one part that make e2e has of it is not to queue anew behind
// the short rows of tables.
func beside(t *testing.T) {
	t.Helper()
	if *full {
		t.Parallel()
	}
}

// pace is the time between two operations of an application or an outsider. With -full, a third of both processors goes
// into what they write.
func pace() string {
	if *full {
		return "40ms"
	}

	return "100ms"
}

// program is one that runs inside the cluster's network.
type program struct {
	cmd *exec.Cmd
	out *bytes.Buffer
	end context.CancelFunc
}

// start starts a program with the Helm of that major as HELM_BIN.
func (w *world) start(t *testing.T, helm, name string, args ...string) *program {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	bin, err := testworld.Program(ctx, helm)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	switch name {
	case "helm":
		name = bin
	case "ferry":
		name = w.ferry
	}
	cmd := w.Command(ctx, name, args...)
	cmd.Env = append(cmd.Env, w.environment(helm)...)
	cmd.Env = append(cmd.Env, "HELM_BIN="+bin)
	p := &program{cmd: cmd, out: &bytes.Buffer{}, end: cancel}
	cmd.Stdout, cmd.Stderr = p.out, p.out
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}

	return p
}

// environment has the Helm of that major find Ferry.
func (w *world) environment(helm string) []string {
	plugins := filepath.Join(w.folder, "plugins")
	found := plugins
	if helm != "helm3" { // whose post-renderers are plugins
		found += ":" + filepath.Join(plugins, "ferry", "helm4")
	}

	return []string{"HOME=" + filepath.Join(w.folder, helm), "HELM_PLUGINS=" + found}
}

// wait returns the exit code of a program and all that it said.
func (p *program) wait(t *testing.T) (int, string) {
	t.Helper()
	defer p.end()
	err := p.cmd.Wait()
	t.Logf("$ %s\n%s", strings.Join(p.cmd.Args[3:], " "), p.out.String())
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), p.out.String()
	}
	if err != nil {
		t.Fatalf("%q: %v\n%s", p.cmd.Args, err, p.out.String())
	}

	return 0, p.out.String()
}

// run is start and wait.
func (w *world) run(t *testing.T, helm, name string, args ...string) (int, string) {
	t.Helper()

	return w.start(t, helm, name, args...).wait(t)
}

// must is run for what has to end well.
func (w *world) must(t *testing.T, helm, name string, args ...string) string {
	t.Helper()
	exit, out := w.run(t, helm, name, args...)
	if exit != 0 {
		t.Fatalf("%s %q: exit code %d", name, args, exit)
	}

	return out
}
