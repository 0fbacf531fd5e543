package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/testworld"
)

// guarded is a release in a namespace of its own, upgraded by a real Helm against a real API server.
// There are no nodes: the test runs the Job of the guard, as the ServiceAccount that Helm made.
type guarded struct {
	cluster testworld.Cluster
	admin   kube.Client
	helm    string
	env     []string
	chart   string
	args    []string // of every installation and upgrade
}

const (
	guardedClaim = `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: uploads}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`
	guardedSet = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: {{ .Values.replicas }}
  persistentVolumeClaimRetentionPolicy: {whenDeleted: {{ .Values.whenDeleted }}, whenScaled: Retain}
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}, annotations: {helm-ferry.dev/keep: "false"}}
    spec: {containers: [{name: db, image: "example.com/db:1"}]}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`
)

func newGuarded(t *testing.T, cluster testworld.Cluster, name string, library bool) guarded {
	t.Helper()
	if err := cluster.Namespace(t.Context(), name, map[string]string{"pod-security.kubernetes.io/enforce": "baseline"}); err != nil {
		t.Fatal(err)
	}
	admin, err := kube.New(cluster.Config, name)
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	return guarded{cluster: cluster, admin: admin, chart: guardedChart(t, library), env: []string{
		"HOME=" + home, "PATH=" + os.Getenv("PATH"), "KUBECONFIG=" + cluster.Kubeconfig, "HELM_NAMESPACE=" + name,
	}}
}

// guardedChart writes a chart with a claim and a StatefulSet, each behind a switch, and on demand with
// the library chart.
func guardedChart(t *testing.T, library bool) string {
	t.Helper()
	chart := filepath.Join(t.TempDir(), "shop")
	files := map[string]string{
		"Chart.yaml":             "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
		"values.yaml":            "claim: true\nset: true\nreplicas: 2\nwhenDeleted: Retain\n",
		"templates/claim.yaml":   "{{- if .Values.claim }}\n" + guardedClaim + "{{- end }}\n",
		"templates/set.yaml":     "{{- if .Values.set }}\n" + guardedSet + "{{- end }}\n",
		"templates/service.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {clusterIP: None, selector: {app: db}, ports: [{port: 80}]}\n",
	}
	if library {
		files["Chart.yaml"] += "dependencies: [{name: ferry, version: 0.1.0}]\n"
		files["templates/ferry.yaml"] = "{{ include \"ferry.objects\" . }}\n"
		if err := os.CopyFS(filepath.Join(chart, "charts", "ferry"), os.DirFS("../../charts/ferry")); err != nil {
			t.Fatal(err)
		}
	}
	for file, text := range files {
		path := filepath.Join(chart, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return chart
}

// install makes the first revision, and the claims that a controller would make and bind.
func (g guarded) install(t *testing.T) {
	t.Helper()
	if out, err := g.command(t.Context(), append([]string{"install", "shop", g.chart}, g.args...)...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"data-db-0", "data-db-1"} {
		claim := fmt.Sprintf("apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: %s}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n", name)
		if err := g.cluster.Apply(t.Context(), g.admin.Namespace, []byte(claim)); err != nil {
			t.Fatal(err)
		}
	}
	claims, err := g.admin.CoreV1().PersistentVolumeClaims(g.admin.Namespace).List(t.Context(), meta.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, claim := range claims.Items {
		claim.Status.Phase = core.ClaimBound
		if _, err := g.admin.CoreV1().PersistentVolumeClaims(claim.Namespace).UpdateStatus(t.Context(), &claim, meta.UpdateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
}

func (g guarded) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, g.helm, args...)
	cmd.Env = g.env
	return cmd
}

// upgrade runs Helm, and the guard's Job while Helm waits for it. It returns how both end, and what
// the guard says.
func (g guarded) upgrade(t *testing.T, args ...string) (exit int, log string, helm error) {
	t.Helper()
	if args[0] == "upgrade" {
		args = append(append([]string{"upgrade", "shop", g.chart}, g.args...), args[1:]...)
	}
	cmd := g.command(t.Context(), args...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	jobs := g.admin.BatchV1().Jobs(g.admin.Namespace)
	exit = -1
	for {
		select {
		case helm = <-done:
			if helm != nil {
				helm = fmt.Errorf("%w\n%s", helm, said.String())
			}
			return exit, log, helm
		case <-time.After(50 * time.Millisecond):
		}
		job, err := jobs.Get(t.Context(), "shop-guard", meta.GetOptions{})
		if apierrors.IsNotFound(err) || err == nil && (job.Status.Succeeded > 0 || job.Status.Failed > 0 || job.DeletionTimestamp != nil) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		exit, log = g.runJob(t, job)
		if err := testworld.FinishJob(t.Context(), g.admin, job, exit == 0); err != nil {
			t.Fatal(err)
		}
	}
}

// runJob does what the pod of a Job would: its arguments, its ConfigMap, its ServiceAccount.
func (g guarded) runJob(t *testing.T, job *batch.Job) (exit int, log string) {
	t.Helper()
	pod := job.Spec.Template.Spec
	folder := t.TempDir()
	mounted, err := g.admin.CoreV1().ConfigMaps(g.admin.Namespace).Get(t.Context(), pod.Volumes[0].ConfigMap.Name, meta.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for file, text := range mounted.Data {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := make([]string, len(pod.Containers[0].Args))
	for i, arg := range pod.Containers[0].Args {
		args[i] = strings.ReplaceAll(arg, "/etc/ferry", folder)
	}
	return g.runAs(t, pod.ServiceAccountName, args)
}

func (g guarded) runAs(t *testing.T, account string, args []string) (exit int, log string) {
	t.Helper()
	config, err := g.cluster.As(t.Context(), g.admin.Namespace, account)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p := newProgram(func(string) string { return "" })
	p.cluster = func() (kube.Client, error) { return kube.New(config, g.admin.Namespace) }
	exit = cli.Main(t.Context(), "ferry-hook", cli.Streams{In: strings.NewReader(""), Out: &out, Err: &out}, args, p.root)
	return exit, out.String()
}

func (g guarded) claim(t *testing.T, name string) *core.PersistentVolumeClaim {
	t.Helper()
	claim, err := g.admin.CoreV1().PersistentVolumeClaims(g.admin.Namespace).Get(t.Context(), name, meta.GetOptions{})
	if err != nil {
		t.Fatalf("claim %s: %v", name, err)
	}
	return claim
}

func lastLine(log string) string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	return lines[len(lines)-1]
}

// ferryPlugin builds the post-renderer of Helm 4 and returns the folder of its plugin.
func ferryPlugin(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "plugin")
	text, err := os.ReadFile("../../helm4/ferry-post-renderer/plugin.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(folder, "helm4", "ferry-post-renderer"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "helm4", "ferry-post-renderer", "plugin.yaml"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := testworld.Build(t.Context(), filepath.Join(folder, "bin", runtime.GOOS+"-"+runtime.GOARCH), "./cmd/ferry"); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(folder, "helm4")
}

// TestGuardInTheCluster upgrades releases through both doors that carry hooks: Helm 4's
// post-renderer, and the library chart under Helm 3.
func TestGuardInTheCluster(t *testing.T) {
	cluster := testworld.StartAPIServer(t)
	t.Run("helm4 post-renderer", func(t *testing.T) {
		testworld.Wide(t, "TestGuard on a real cluster")
		g := newGuarded(t, cluster, "helm4", false)
		g.helm, g.env = testworld.Helm4(t), append(g.env, "HELM_PLUGINS="+ferryPlugin(t))
		config := filepath.Join(t.TempDir(), "ferry.yaml")
		if err := os.WriteFile(config, []byte("apiVersion: helm-ferry.dev/v1alpha1\nkind: Ferry\nmetadata: {name: shop}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		g.args = []string{"--post-renderer", "ferry-post-renderer", "--post-renderer-args", "--config=" + config}
		g.follow(t)
	})
	t.Run("helm3 library chart", func(t *testing.T) {
		g := newGuarded(t, cluster, "helm3", true)
		g.helm = testworld.Helm3(t)
		g.follow(t)
	})
}

// follow takes a release through upgrades that pass and upgrades that are refused.
func (g guarded) follow(t *testing.T) {
	t.Helper()
	g.install(t)

	// nothing is lost
	if exit, log, err := g.upgrade(t, "upgrade", "--set", "replicas=1"); err != nil || exit != 0 || !strings.HasPrefix(lastLine(log), "PASS: ") {
		t.Fatalf("an upgrade that loses nothing: exit %d, %v\n%s", exit, err, log)
	}
	if claim := g.claim(t, "uploads"); claim.Annotations["helm.sh/resource-policy"] == "keep" && g.args == nil {
		t.Error("a claim that is not at risk is annotated")
	}

	// a rendered claim goes: refused, and kept whatever comes; the release is as before
	g.release(t, "uploads")
	uid := g.claim(t, "uploads").UID
	exit, log, err := g.upgrade(t, "upgrade", "--set", "claim=false")
	if err == nil || exit != 4 || !strings.HasPrefix(lastLine(log), "REFUSED: upgrade to revision 3 would delete 1 claim (uploads; 1.0 GiB): go on rendering it") {
		t.Errorf("an upgrade that deletes a claim: exit %d, %v\n%s", exit, err, log)
	}
	if claim := g.claim(t, "uploads"); claim.UID != uid || claim.DeletionTimestamp != nil || claim.Annotations["helm.sh/resource-policy"] != "keep" {
		t.Errorf("the claim is not as it was, and kept: %+v", claim.ObjectMeta)
	}

	// the same upgrade leaves the claim behind now, and says so
	if exit, log, err := g.upgrade(t, "upgrade", "--set", "claim=false"); err != nil || exit != 0 || !strings.Contains(lastLine(log), "left behind: uploads") {
		t.Errorf("the upgrade again: exit %d, %v\n%s", exit, err, log)
	}
	if claim := g.claim(t, "uploads"); claim.UID != uid || claim.DeletionTimestamp != nil {
		t.Error("the claim is gone")
	}
	without := g.revision(t)

	// a rollback to a revision that renders it takes it back
	if exit, log, err := g.upgrade(t, "rollback", "shop", "2"); err != nil || exit != 0 {
		t.Errorf("a rollback: exit %d, %v\n%s", exit, err, log)
	}
	if claim := g.claim(t, "uploads"); claim.UID != uid {
		t.Error("the claim is another one")
	}
	deployed := g.revision(t)

	// one to a revision that does not is refused. Helm leaves it pending, until it rolls back to what is in force
	g.release(t, "uploads")
	if exit, log, err := g.upgrade(t, "rollback", "shop", without); err == nil || exit != 4 || !strings.HasPrefix(lastLine(log), "REFUSED: rollback to revision ") {
		t.Errorf("a rollback that deletes a claim: exit %d, %v\n%s", exit, err, log)
	}
	if _, _, err := g.upgrade(t, "upgrade"); err == nil || !strings.Contains(err.Error(), "in progress") {
		t.Errorf("an upgrade after a rollback that was refused: %v", err)
	}
	if exit, log, err := g.upgrade(t, "rollback", "shop", deployed); err != nil || exit != 0 {
		t.Errorf("a rollback to what is in force: exit %d, %v\n%s", exit, err, log)
	}
	if exit, log, err := g.upgrade(t, "upgrade"); err != nil || exit != 0 {
		t.Errorf("an upgrade after that: exit %d, %v\n%s", exit, err, log)
	}
	if claim := g.claim(t, "uploads"); claim.UID != uid || claim.DeletionTimestamp != nil {
		t.Error("the claim is gone")
	}
}

// release takes from a claim what keeps it.
func (g guarded) release(t *testing.T, claim string) {
	t.Helper()
	unkept := []byte(`{"metadata":{"annotations":{"helm.sh/resource-policy":null}}}`)
	if _, err := g.admin.CoreV1().PersistentVolumeClaims(g.admin.Namespace).Patch(t.Context(), claim, "application/merge-patch+json", unkept, meta.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
}

// revision is the number of the newest one.
func (g guarded) revision(t *testing.T) string {
	t.Helper()
	out, err := g.command(t.Context(), "status", "shop", "--output", "json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var status struct{ Version int }
	if err := json.Unmarshal(out, &status); err != nil {
		t.Fatal(err)
	}
	return strconv.Itoa(status.Version)
}
