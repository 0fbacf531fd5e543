package render_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/hookcmd"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/render"
)

// twoStores is a release with two stores, for a migration from one to the other.
const twoStores = `---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: shop-minio}
spec:
  selector: {matchLabels: {app: minio}}
  template:
    metadata: {labels: {app: minio}}
    spec:
      containers:
      - name: minio
        image: quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z
        args: [server, /export]
        env:
        - {name: MINIO_ROOT_USER, value: somebody}
        - {name: MINIO_ROOT_PASSWORD, value: something}
        ports: [{containerPort: 9000}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: shop-rustfs}
spec:
  selector: {matchLabels: {app: rustfs}}
  template:
    metadata: {labels: {app: rustfs}}
    spec:
      containers:
      - name: rustfs
        image: rustfs/rustfs:1.0.0
        env:
        - {name: RUSTFS_ACCESS_KEY, value: somebody}
        - {name: RUSTFS_SECRET_KEY, value: something}
        ports: [{containerPort: 9000}]
`

// everyJob asks for everything that runs ferry-hook.
const everyJob = `apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata: {name: shop}
spec:
  objectStorage: {defaultBuckets: [cargo]}
  migration: {enabled: true, from: minio, to: rustfs, dryRun: true}
  mirrors:
  - name: offsite
    rpo: 1h
    destination: {endpoint: "https://s3.example.com", secretName: shop-backup}
  - name: ambient
    rpo: 1d
    destination: {endpoint: "https://s3.example.com"}
`

// TestJobsCallWhatFerryHookHas runs the real ferry-hook as each added pod would. It has to get as
// far as the credentials: the subcommand and the flags exist, the configuration loads, the mirror
// is found. Then it has to miss each variable of the pod that is left out, by its name.
func TestJobsCallWhatFerryHookHas(t *testing.T) {
	t.Parallel()
	rendering, configFile := renderEveryJob(t)
	hook := testworld.Built(t, "./cmd/ferry-hook")
	var called []string
	for _, pod := range ferryPods(rendering) {
		called = append(called, strings.Join(pod.args, " "))
		if !slices.Contains(hookcmd.Names(), pod.args[0]) {
			t.Errorf("%s calls ferry-hook %s: there are %q", pod.title, pod.args[0], hookcmd.Names())
			continue
		}
		for i, left := range pod.variables {
			cmd := exec.CommandContext(t.Context(), hook, replaced(pod.args, "/etc/ferry/ferry.yaml", configFile)...)
			cmd.Env = []string{}
			for _, variable := range slices.Delete(slices.Clone(pod.variables), i, i+1) {
				cmd.Env = append(cmd.Env, variable+"=something")
			}
			out, err := cmd.CombinedOutput()
			exit, ok := errors.AsType[*exec.ExitError](err)
			if !ok || exit.ExitCode() != 1 || !bytes.Contains(out, []byte(left+" is empty")) {
				t.Errorf("%s without %s: ferry-hook %s: %v\n%s", pod.title, left, strings.Join(pod.args, " "), err, out)
			}
		}
	}
	slices.Sort(called)
	want := []string{
		"migrate --config=/etc/ferry/ferry.yaml --source=http://shop-minio-migration:9000 --destination=http://shop-rustfs-migration:9000 --dry-run",
		"mirror --config=/etc/ferry/ferry.yaml --mirror=ambient --source=http://shop-objectstorage:9000 --summary=shop-mirror-ambient",
		"mirror --config=/etc/ferry/ferry.yaml --mirror=offsite --source=http://shop-objectstorage:9000 --summary=shop-mirror-offsite",
	}
	if diff := cmp.Diff(want, called); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestTheGuardCallsWhatFerryHookHas does the same for the guard, which has to get as far as the
// cluster, in each spelling of its hooks.
func TestTheGuardCallsWhatFerryHookHas(t *testing.T) {
	t.Parallel()
	hook := testworld.Built(t, "./cmd/ferry-hook")
	cfg, err := config.Load("ferry.yaml", []byte(everyJob))
	if err != nil {
		t.Fatal(err)
	}
	for _, spelling := range []render.Hooks{render.HooksHelm, render.HooksArgoCD, render.HooksApart} {
		rendering, err := render.Render(t.Context(), []byte(twoStores), render.Config{
			Door: render.Helm4, Hooks: spelling, Ferry: &render.Document{Config: cfg, Text: []byte(everyJob)}, Image: "ghcr.io/helm-ferry/ferry-hook:test",
		})
		if err != nil {
			t.Fatal(err)
		}
		reachesTheCluster(t, hook, rendering, "shop-guard")
	}
}

// TestTheCutoverCallsWhatFerryHookHas does the same for the hooks of a cutover.
func TestTheCutoverCallsWhatFerryHookHas(t *testing.T) {
	t.Parallel()
	hook := testworld.Built(t, "./cmd/ferry-hook")
	text := strings.ReplaceAll(everyJob, ", dryRun: true", "")
	cfg, err := config.Load("ferry.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, spelling := range []render.Hooks{render.HooksHelm, render.HooksApart} {
		rendering, err := render.Render(t.Context(), []byte(twoStores), render.Config{
			Door: render.Helm4, Hooks: spelling, Ferry: &render.Document{Config: cfg, Text: []byte(text)}, Image: "ghcr.io/helm-ferry/ferry-hook:test",
		})
		if err != nil {
			t.Fatal(err)
		}
		reachesTheCluster(t, hook, rendering, "shop-cutover")
		reachesTheCluster(t, hook, rendering, "shop-bring-back")
	}
}

// reachesTheCluster runs a Job with the configuration that it mounts.
func reachesTheCluster(t *testing.T, hook string, rendering *render.Rendering, job string) {
	t.Helper()
	folder := t.TempDir()
	var args []string
	mounted := ""
	documents := slices.Concat(rendering.Hooks, rendering.Added())
	for _, document := range documents {
		if o := document.Objects()[0]; o.Kind == "Job" && o.Name == job {
			container := manifest.Items(o.Node("spec", "template", "spec", "containers"))[0]
			for _, arg := range manifest.Items(manifest.Lookup(container, "args")) {
				args = append(args, strings.ReplaceAll(arg.Value, "/etc/ferry", folder))
			}
			volume := manifest.Items(o.Node("spec", "template", "spec", "volumes"))[0]
			mounted = manifest.Scalar(manifest.Lookup(volume, "configMap", "name"))
		}
	}
	for _, document := range documents {
		o := document.Objects()[0]
		if o.Kind != "ConfigMap" || o.Name != mounted {
			continue
		}
		for file, text := range manifest.StringMap(o.Node("data")) {
			if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(args) == 0 || !slices.Contains(hookcmd.Names(), args[0]) {
		t.Fatalf("%s calls %q", job, args)
	}
	cmd := exec.CommandContext(t.Context(), hook, args...)
	cmd.Env = []string{}
	out, err := cmd.CombinedOutput()
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.ExitCode() != 1 || !bytes.Contains(out, []byte("open the cluster from inside a pod")) {
		t.Errorf("ferry-hook %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// TestHooksApart demands the hooks of the Helm 4 door, in the order in which they are to be made.
func TestHooksApart(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load("ferry.yaml", []byte(everyJob))
	if err != nil {
		t.Fatal(err)
	}
	rendering, err := render.Render(t.Context(), []byte(twoStores), render.Config{
		Hooks: render.HooksApart, Ferry: &render.Document{Config: cfg, Text: []byte(everyJob)}, Image: "ghcr.io/helm-ferry/ferry-hook:test",
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, document := range rendering.Hooks {
		o := document.Objects()[0]
		got = append(got, o.Annotations()["helm.sh/hook-weight"]+" "+o.Title())
	}
	want := []string{"-20 ServiceAccount/shop-guard", "-19 Role/shop-guard", "-18 RoleBinding/shop-guard", "-15 ConfigMap/shop-guard", "-10 Job/shop-guard"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("hooks (-want +got):\n%s", diff)
	}
	for _, o := range rendering.Stream.Objects() {
		if o.Hook() {
			t.Errorf("%s is in the stream", o.Title())
		}
	}
	if rendering.Guard != render.GuardClient {
		t.Errorf("the guard is %q", rendering.Guard)
	}
}

// renderEveryJob returns the rendering and a file with the configuration that the pods mount.
func renderEveryJob(t *testing.T) (*render.Rendering, string) {
	t.Helper()
	cfg, err := config.Load("ferry.yaml", []byte(everyJob))
	if err != nil {
		t.Fatal(err)
	}
	rendering, err := render.Render(t.Context(), []byte(twoStores), render.Config{
		Ferry: &render.Document{Config: cfg, Text: []byte(everyJob)}, Image: "ghcr.io/helm-ferry/ferry-hook:test",
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ferry.yaml")
	for _, o := range rendering.Stream.Objects() {
		if o.Is("", "ConfigMap") && o.Name == "shop-ferry" {
			if err := os.WriteFile(file, []byte(o.String("data", "ferry.yaml")), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return rendering, file
}

// ferryPod is what the container of an added pod template runs.
type ferryPod struct {
	title           string
	args, variables []string
}

func ferryPods(rendering *render.Rendering) []ferryPod {
	var pods []ferryPod
	for _, document := range rendering.Added() {
		for _, o := range document.Objects() {
			containers := o.Node("spec", "template", "spec", "containers")
			if o.Kind == "CronJob" {
				containers = o.Node("spec", "jobTemplate", "spec", "template", "spec", "containers")
			}
			if containers == nil {
				continue
			}
			for _, container := range containers.Content {
				pod := ferryPod{title: o.Title()}
				for _, arg := range manifest.Lookup(container, "args").Content {
					pod.args = append(pod.args, arg.Value)
				}
				for _, variable := range manifest.Lookup(container, "env").Content {
					pod.variables = append(pod.variables, manifest.Scalar(manifest.Lookup(variable, "name")))
				}
				pods = append(pods, pod)
			}
		}
	}
	return pods
}

func replaced(args []string, old, with string) []string {
	list := make([]string, len(args))
	for i, arg := range args {
		list[i] = strings.ReplaceAll(arg, old, with)
	}
	return list
}
