package integration

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/testworld"
)

// helm is one of the two Helms in an environment of its own, in which its post-renderer is found as
// `ferry shellenv` has it.
type helm struct {
	path         string
	postRenderer string
	env          []string
}

func newHelm3(t *testing.T) helm {
	t.Helper()
	return helm{testworld.Helm3(t), "ferry", append(newEnv(t), "PATH="+programFolder()+":"+os.Getenv("PATH"))}
}

func newHelm4(t *testing.T) helm {
	t.Helper()
	return helm{testworld.Helm4(t), "ferry-post-renderer", append(newEnv(t), "HELM_PLUGINS="+filepath.Join(plugin, "helm4"))}
}

// newEnv is an environment without a cluster, and without the plugins of the person who tests.
func newEnv(t *testing.T) []string {
	t.Helper()
	home := t.TempDir()
	env := []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "KUBECONFIG=" + filepath.Join(home, "none")}
	for _, kind := range []string{"CACHE", "CONFIG", "DATA"} {
		env = append(env, "XDG_"+kind+"_HOME="+filepath.Join(home, kind))
	}
	return env
}

// withHelms runs a test with each Helm that it falls to.
func withHelms(t *testing.T, test func(t *testing.T, h helm)) {
	t.Helper()
	for major := range testworld.Helms(t, t.Name()) {
		t.Run("helm"+major, func(t *testing.T) {
			test(t, map[string]func(*testing.T) helm{"3": newHelm3, "4": newHelm4}[major](t))
		})
	}
}

// run calls Helm and returns both of its streams, as a person sees them, when it fails.
func (h helm) run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	return call(t, h.env, nil, h.path, args...)
}

// mustRun is run for a call that has to succeed.
func (h helm) mustRun(t *testing.T, args ...string) string {
	t.Helper()
	output, err := h.run(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	return output
}

// template renders a chart through Ferry, which must succeed.
func (h helm) template(t *testing.T, chart string, args ...string) string {
	t.Helper()
	return h.mustRun(t, append([]string{"template", "shop", chart, "--post-renderer", h.postRenderer}, args...)...)
}

// call runs a program and returns what it prints, or an error with all that it says.
func call(t *testing.T, env []string, stdin io.Reader, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env, cmd.Stdin = env, stdin
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s%s", filepath.Base(name), strings.Join(args, " "), err, stderr.String(), stdout.String())
	}
	return stdout.String(), nil
}

// config writes a configuration into a file and returns the flags that hand it to Ferry.
func config(t *testing.T, spec string) []string {
	t.Helper()
	return []string{"--post-renderer-args", "--config=" + configFile(t, spec)}
}

func configFile(t *testing.T, spec string) string {
	t.Helper()
	return writeFile(t, t.TempDir(), "ferry.yaml", "apiVersion: helm-ferry.dev/v1alpha1\nkind: Ferry\nmetadata: {name: shop}\n"+spec)
}

// chart writes a chart named shop with these files.
func chart(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "shop")
	writeFile(t, folder, "Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n")
	for name, text := range files {
		writeFile(t, folder, name, text)
	}
	return folder
}

func writeFile(t *testing.T, folder, name, text string) string {
	t.Helper()
	path := filepath.Join(folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// store is a template of a MinIO server with its Service, Secret and claim.
func store(name string) string {
	return strings.ReplaceAll(`apiVersion: v1
kind: Secret
metadata:
  name: STORE
stringData: {rootUser: admin, rootPassword: correct horse}
---
apiVersion: v1
kind: Service
metadata:
  name: STORE
spec:
  selector: {app: STORE}
  ports:
  - {name: http, port: 9000}
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: STORE
spec:
  serviceName: STORE
  selector:
    matchLabels: {app: STORE}
  template:
    metadata:
      labels: {app: STORE}
    spec:
      containers:
      - name: minio
        image: quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z
        args: [server, /data]
        ports:
        - {containerPort: 9000}
        env:
        - {name: MINIO_ROOT_USER, valueFrom: {secretKeyRef: {name: STORE, key: rootUser}}}
        - {name: MINIO_ROOT_PASSWORD, valueFrom: {secretKeyRef: {name: STORE, key: rootPassword}}}
        volumeMounts:
        - {name: data, mountPath: /data}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`, "STORE", name)
}

// consumer is a template of a workload that keeps to the alias and the shared Secret.
const consumer = `apiVersion: apps/v1
kind: Deployment
metadata: {name: shop-app}
spec:
  selector: {matchLabels: {app: shop-app}}
  template:
    metadata: {labels: {app: shop-app}}
    spec:
      containers:
      - name: app
        image: example.com/shop:1
        env:
        - {name: S3_URL, value: "http://shop-objectstorage:9000"}
        - {name: S3_ACCESS_KEY, valueFrom: {secretKeyRef: {name: shop-objectstorage-credentials, key: access-key}}}
`

// parse reads manifests that must be sound.
func parse(t *testing.T, text string) *manifest.Stream {
	t.Helper()
	stream, err := manifest.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return stream
}

// content decodes every object of a stream, by Kind/name; two of one title are told apart by a
// number.
func content(t *testing.T, stream *manifest.Stream) map[string]any {
	t.Helper()
	objects := map[string]any{}
	for _, o := range stream.Objects() {
		var value any
		if err := o.Root().Decode(&value); err != nil {
			t.Fatal(err)
		}
		title := o.Title()
		for n := 2; objects[title] != nil; n++ {
			title = fmt.Sprintf("%s %d", o.Title(), n)
		}
		objects[title] = value
	}
	return objects
}
