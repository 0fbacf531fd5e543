package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/yaml"

	"github.com/helm-ferry/ferry/internal/golden"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/testworld"
)

// TestReleaseScripts runs the scripts under testdata/release, each with Helm 3 and with Helm 4, against
// a real API server, in a namespace of its own. Beside exits they have
//
//	apply FILE          applies manifests
//	bind CLAIM…         makes claims bound, as a controller does
//	live RESOURCE NAME  prints an object, with its API group if it has one: statefulsets.apps
//	gone RESOURCE NAME  demands that there is no such object
//	awaits RESOURCE NAME waits until there is one
//
// A script may play what Jobs do with stores, which are not there, in a file hook.sh. There are
// the variables HELM_BIN, MAJOR and HELM_NAMESPACE; what a script puts into the folder charts is served
// by the repository REPO, and as charts/NAME by the registry REGISTRY.
func TestReleaseScripts(t *testing.T) {
	t.Parallel()
	bin := t.TempDir()
	for _, name := range []string{"ferry", "ferry-hook"} {
		// hundreds of starts: programs without the race detector take a third of the time
		if _, err := testworld.Build(t.Context(), bin, "./cmd/"+name); err != nil {
			t.Fatal(err)
		}
	}
	cluster := testworld.StartAPIServer(t)
	for major, helm := range map[string]string{"3": testworld.Helm3(t), "4": testworld.Helm4(t)} {
		t.Run("helm"+major, func(t *testing.T) {
			t.Parallel()
			testscript.Run(t, testscript.Params{
				Setup: func(env *testscript.Env) error {
					return setUpRelease(t.Context(), env, room{Cluster: cluster, major: major, helm: helm, bin: bin})
				},
				Files: releaseScripts(t, major),
				Cmds: map[string]func(*testscript.TestScript, bool, []string){
					"exits": exits, "apply": inCluster(applyFile), "bind": inCluster(bind), "live": inCluster(live), "gone": inCluster(gone), "awaits": inCluster(awaits),
				},
				Condition: func(condition string) (bool, error) {
					return condition == "helm"+major || condition == "full" && testworld.Full(), nil
				},
				UpdateScripts:       golden.Update(),
				RequireExplicitExec: true,
				RequireUniqueNames:  true,
			})
		})
	}
}

// releaseScripts are the scripts that a Helm runs: those that speak of it, and its share of the others.
func releaseScripts(t *testing.T, major string) []string {
	t.Helper()
	all, err := filepath.Glob("testdata/release/*.txtar")
	if err != nil || len(all) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	var files []string
	for _, file := range all {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, shared := testworld.Helms(t, filepath.Base(file))[major]; shared || bytes.Contains(text, []byte("[helm")) {
			files = append(files, file)
		}
	}
	return files
}

// room is where a script works.
type room struct {
	testworld.Cluster

	major, helm string
	// bin is the folder of ferry, and of ferry-hook, which this machine runs in place of the Jobs' image.
	bin       string
	namespace string
}

// roomKey is that of the room among the values of a script.
type roomKey struct{}

func setUpRelease(ctx context.Context, env *testscript.Env, r room) error {
	script := env.WorkDir[strings.LastIndexByte(env.WorkDir, '/')+1:]
	r.namespace = strings.TrimPrefix(script, "script-") + "-helm" + r.major
	if err := r.Namespace(ctx, r.namespace, nil); err != nil {
		return err
	}
	env.Values[roomKey{}] = r
	passRaceOptions(env)
	charts := httptest.NewServer(chartServer(filepath.Join(env.WorkDir, "charts")))
	env.Defer(charts.Close)
	for name, value := range map[string]string{
		"PATH": r.bin + string(filepath.ListSeparator) + env.Getenv("PATH"), "HELM_BIN": r.helm, "MAJOR": r.major, "HELM_NAMESPACE": r.namespace, "KUBECONFIG": r.Kubeconfig,
		"REPO": charts.URL, "REGISTRY": charts.Listener.Addr().String(),
		"HELM_CACHE_HOME": env.WorkDir + "/.cache", "HELM_CONFIG_HOME": env.WorkDir + "/.config", "HELM_DATA_HOME": env.WorkDir + "/.data",
	} {
		env.Setenv(name, value)
	}
	hook := filepath.Join(r.bin, "ferry-hook")
	program := hook
	if played := filepath.Join(env.WorkDir, "hook.sh"); exists(played) {
		program = played
		text, err := os.ReadFile(played)
		if err != nil {
			return err
		}
		if err := os.WriteFile(played, []byte(strings.ReplaceAll(string(text), "FERRY_HOOK", hook)), 0o700); err != nil {
			return err
		}
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	var log string
	var failed error
	go func() {
		defer close(ended)
		log, failed = r.RunJobs(running, r.namespace, program)
	}()
	env.Defer(func() {
		stop()
		<-ended
		env.T().Log("the Jobs:\n"+log, failed)
	})
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// inCluster is a command of scripts that works in the cluster.
func inCluster(do func(ts *testscript.TestScript, p room, args []string) error) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		p, ok := ts.Value(roomKey{}).(room)
		if neg || !ok || len(args) == 0 {
			ts.Fatalf("this command cannot be negated, and needs arguments")
		}
		ts.Check(do(ts, p, args))
	}
}

func applyFile(ts *testscript.TestScript, p room, args []string) error {
	for attempt := 1; ; attempt++ {
		err := p.Apply(context.Background(), p.namespace, []byte(ts.ReadFile(args[0]))) //nolint:forbidigo // scripts have none
		_, unknown := errors.AsType[*apimeta.NoKindMatchError](err)
		if !unknown && !apierrors.IsNotFound(err) || attempt == 300 {
			return err
		}
		time.Sleep(100 * time.Millisecond) // a kind that was just made is known in a moment
	}
}

func bind(_ *testscript.TestScript, p room, args []string) error {
	client, err := kube.New(p.Config, p.namespace)
	if err != nil {
		return err
	}
	claims := client.CoreV1().PersistentVolumeClaims(p.namespace)
	for _, name := range args {
		claim, err := claims.Get(context.Background(), name, meta.GetOptions{}) //nolint:forbidigo // scripts have none
		if err != nil {
			return err
		}
		claim.Status.Phase = core.ClaimBound
		if _, err := claims.UpdateStatus(context.Background(), claim, meta.UpdateOptions{}); err != nil { //nolint:forbidigo // scripts have none
			return err
		}
	}
	return nil
}

func (p room) get(resource, name string) (string, error) {
	client, err := dynamic.NewForConfig(p.Config)
	if err != nil {
		return "", err
	}
	resource, group, _ := strings.Cut(resource, ".")
	kind := schema.GroupVersionResource{Group: group, Version: "v1", Resource: resource}
	o, err := client.Resource(kind).Namespace(p.namespace).Get(context.Background(), name, meta.GetOptions{}) //nolint:forbidigo // scripts have none
	if err != nil {
		return "", err
	}
	o.SetManagedFields(nil)
	text, err := yaml.Marshal(o)
	return string(text), err
}

func live(ts *testscript.TestScript, p room, args []string) error {
	text, err := p.get(args[0], args[1])
	fmt.Fprint(ts.Stdout(), text)
	return err
}

func gone(_ *testscript.TestScript, p room, args []string) error {
	text, err := p.get(args[0], args[1])
	switch {
	case err == nil:
		return fmt.Errorf("%s is there:\n%s", args[1], text)
	case apierrors.IsNotFound(err):
		return nil
	}
	return err
}

func awaits(_ *testscript.TestScript, r room, args []string) error {
	var err error
	for range 600 {
		if _, err = r.get(args[0], args[1]); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}
