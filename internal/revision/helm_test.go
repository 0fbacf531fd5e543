package revision_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	core "k8s.io/api/core/v1"
	rbac "k8s.io/api/rbac/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/revision"
	"github.com/helm-ferry/ferry/internal/testworld"
)

// chart renders one ConfigMap, and on demand a hook that nothing runs, so that Helm waits for it.
var chart = map[string]string{
	"Chart.yaml":               "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
	"templates/configmap.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata: {value: {{ .Values.value | quote }}}\n",
	"templates/hook.yaml": `{{- if .Values.wait }}
apiVersion: batch/v1
kind: Job
metadata: {name: wait, annotations: {helm.sh/hook: "pre-upgrade,pre-rollback", helm.sh/hook-weight: "-10"}}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: example.com/wait}]}}}
{{- end }}
`,
	"values.yaml": "value: none\nwait: false\n",
}

// helm runs one Helm with one storage driver in a namespace of its own.
type helm struct {
	path, chart string
	env         []string
}

func (h helm) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), h.path, args...)
	cmd.Env = h.env
	return cmd
}

func (h helm) run(t *testing.T, args ...string) {
	t.Helper()
	if out, err := h.command(t, args...).CombinedOutput(); err != nil {
		t.Fatalf("helm %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// begin starts an upgrade or a rollback, waits until its record is there, and kills Helm.
func (h helm) begin(t *testing.T, client kube.Client, status string, args ...string) revision.History {
	t.Helper()
	cmd := h.command(t, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = cmd.Process.Kill(), cmd.Wait() }()
	for range 300 {
		if history := read(t, client); history.ToCome != nil && history.ToCome.Status == status {
			return history
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("helm %s leaves no revision to come", strings.Join(args, " "))
	return revision.History{}
}

func read(t *testing.T, client kube.Client) revision.History {
	t.Helper()
	history, err := revision.Read(t.Context(), client, "shop")
	if err != nil {
		t.Fatal(err)
	}
	return history
}

// TestRecordsOfHelm follows a release through real Helms: first installation, upgrades, one that
// fails, one that is interrupted, a rollback.
func TestRecordsOfHelm(t *testing.T) {
	cluster := testworld.StartAPIServer(t)
	folder := t.TempDir()
	for name, text := range chart {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, driver := range []string{"secret", "configmap"} {
		for major, path := range testworld.Helms(t, t.Name()+driver) {
			name := "helm" + major
			t.Run(name+"/"+driver, func(t *testing.T) {
				namespace := name + "-" + driver
				if err := cluster.Namespace(t.Context(), namespace, nil); err != nil {
					t.Fatal(err)
				}
				home := t.TempDir()
				h := helm{path: path, chart: folder, env: []string{
					"HOME=" + home, "PATH=" + os.Getenv("PATH"), "KUBECONFIG=" + cluster.Kubeconfig, "HELM_NAMESPACE=" + namespace, "HELM_DRIVER=" + driver,
				}}
				client, err := kube.New(cluster.Config, namespace)
				if err != nil {
					t.Fatal(err)
				}
				follow(t, h, client, map[string]string{"helm3": "", "helm4": "ssa"}[name])
				if driver == "secret" {
					withoutList(t, cluster, client)
				}
			})
		}
	}
}

func follow(t *testing.T, h helm, client kube.Client, applied string) {
	t.Helper()
	if history := read(t, client); history.InForce != nil || history.ToCome != nil {
		t.Errorf("before the first installation: %+v", history)
	}
	h.run(t, "install", "shop", h.chart, "--set", "value=one")
	first := read(t, client)
	check(t, "after the installation", first, "1 deployed one", "")
	if first.InForce.ApplyMethod != applied || first.InForce.Namespace != client.Namespace || first.InForce.Release != "shop" {
		t.Errorf("the first revision: %+v", first.InForce)
	}
	check(t, "during an upgrade", h.begin(t, client, "pending-upgrade", "upgrade", "shop", h.chart, "--set", "value=two,wait=true"), "1 deployed one", "2 pending-upgrade two")
	check(t, "after Helm was killed", read(t, client), "1 deployed one", "2 pending-upgrade two")
	hooks := read(t, client).ToCome.Hooks
	if len(hooks) != 1 || hooks[0].Kind != "Job" || hooks[0].Name != "wait" || hooks[0].Weight != -10 || strings.Join(hooks[0].Events, ",") != "pre-upgrade,pre-rollback" || !strings.Contains(hooks[0].Manifest, "example.com/wait") {
		t.Errorf("hooks of the revision to come: %+v", hooks)
	}

	h.run(t, "rollback", "shop", "1")
	check(t, "after a rollback", read(t, client), "3 deployed one", "")
	if out, err := h.command(t, "upgrade", "shop", h.chart, "--set", "value=four,wait=true", "--timeout", "2s").CombinedOutput(); err == nil {
		t.Fatalf("an upgrade whose hook never ends has succeeded:\n%s", out)
	}
	check(t, "after a failed upgrade", read(t, client), "3 deployed one", "")
	check(t, "during the next one", h.begin(t, client, "pending-upgrade", "upgrade", "shop", h.chart, "--set", "value=five,wait=true"), "3 deployed one", "5 pending-upgrade five")
	// the hooks of a rollback are those of its target, and what is in force is the newest revision
	check(t, "during a rollback", h.begin(t, client, "pending-rollback", "rollback", "shop", "4"), "5 pending-upgrade five", "6 pending-rollback four")
	found, err := revision.ReadOf(t.Context(), client, "Job", "wait")
	if err != nil {
		t.Fatal(err)
	}
	check(t, "by the hook", found, "5 pending-upgrade five", "6 pending-rollback four")
	if none, err := revision.ReadOf(t.Context(), client, "Job", "other"); err != nil || none.ToCome != nil || none.InForce != nil {
		t.Errorf("by a hook of nobody's: %+v, %v", none, err)
	}
	if _, err := revision.Get(t.Context(), client, "shop", 17); !errors.Is(err, revision.ErrNotFound) {
		t.Errorf("a revision that does not exist: %v", err)
	}
}

func check(t *testing.T, when string, history revision.History, inForce, toCome string) {
	t.Helper()
	if got := summary(history.InForce); got != inForce {
		t.Errorf("%s: in force is %q, want %q", when, got, inForce)
	}
	if got := summary(history.ToCome); got != toCome {
		t.Errorf("%s: to come is %q, want %q", when, got, toCome)
	}
}

// summary is number, status and the value that the manifest has.
func summary(r *revision.Revision) string {
	if r == nil {
		return ""
	}
	_, value, _ := strings.Cut(r.Manifest, "value: \"")
	value, _, _ = strings.Cut(value, "\"")
	return fmt.Sprintf("%d %s %s", r.Number, r.Status, value)
}

// withoutList reads as an account that may get some of the records by name, and list none.
func withoutList(t *testing.T, cluster testworld.Cluster, admin kube.Client) {
	t.Helper()
	limited := func(account string, numbers ...int) kube.Client {
		t.Helper()
		names := make([]string, len(numbers))
		for i, n := range numbers {
			names[i] = fmt.Sprintf("sh.helm.release.v1.shop.v%d", n)
		}
		grant(t, admin, account, names)
		config, err := cluster.As(t.Context(), admin.Namespace, account)
		if err != nil {
			t.Fatal(err)
		}
		client, err := kube.New(config, admin.Namespace)
		if err != nil {
			t.Fatal(err)
		}
		return client
	}
	reader := limited("reader", 3, 4, 5, 6, 7)
	if _, err := revision.Read(t.Context(), reader, "shop"); err == nil {
		t.Error("an account without the right to list has listed")
	}
	history, err := revision.ReadAt(t.Context(), reader, "shop", 6)
	if err != nil {
		t.Fatal(err)
	}
	check(t, "without list", history, "5 pending-upgrade five", "6 pending-rollback four")
	// the hooks of a rollback were rendered for their own revision, and climb from there
	history, err = revision.ReadAt(t.Context(), reader, "shop", 4)
	if err != nil {
		t.Fatal(err)
	}
	check(t, "without list, from the target", history, "5 pending-upgrade five", "6 pending-rollback four")
	if _, err := revision.ReadAt(t.Context(), limited("short", 6, 7), "shop", 6); !errors.Is(err, revision.ErrOutOfSight) {
		t.Errorf("the revision in force is out of sight: %v", err)
	}
	if _, err := revision.ReadAt(t.Context(), limited("shorter", 4, 5), "shop", 4); err == nil {
		t.Error("the newest revision may not be read, and nothing is said")
	}
	if history, err := revision.ReadAt(t.Context(), admin, "other", 1); err != nil || history.InForce != nil || history.ToCome != nil {
		t.Errorf("a release without records: %+v, %v", history, err)
	}
	unreadable(t, admin)
}

func grant(t *testing.T, admin kube.Client, account string, names []string) {
	t.Helper()
	object := meta.ObjectMeta{Name: account}
	if _, err := admin.CoreV1().ServiceAccounts(admin.Namespace).Create(t.Context(), &core.ServiceAccount{ObjectMeta: object}, meta.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	role := &rbac.Role{ObjectMeta: object, Rules: []rbac.PolicyRule{{
		APIGroups: []string{""}, Resources: []string{"secrets"}, ResourceNames: names, Verbs: []string{"get"},
	}, {
		APIGroups: []string{""}, Resources: []string{"configmaps"}, ResourceNames: names, Verbs: []string{"get"},
	}}}
	if _, err := admin.RbacV1().Roles(admin.Namespace).Create(t.Context(), role, meta.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	binding := &rbac.RoleBinding{
		ObjectMeta: object, RoleRef: rbac.RoleRef{APIGroup: rbac.GroupName, Kind: "Role", Name: account},
		Subjects: []rbac.Subject{{Kind: rbac.ServiceAccountKind, Name: account, Namespace: admin.Namespace}},
	}
	if _, err := admin.RbacV1().RoleBindings(admin.Namespace).Create(t.Context(), binding, meta.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
}

// unreadable damages two records: an old one, which does not matter, and the one in force.
func unreadable(t *testing.T, client kube.Client) {
	t.Helper()
	damage := func(number int) {
		t.Helper()
		name := fmt.Sprintf("sh.helm.release.v1.shop.v%d", number)
		secret, err := client.CoreV1().Secrets(client.Namespace).Get(t.Context(), name, meta.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		secret.Data["release"] = secret.Data["release"][:100]
		if _, err := client.CoreV1().Secrets(client.Namespace).Update(t.Context(), secret, meta.UpdateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	damage(1)
	check(t, "with an old record damaged", read(t, client), "5 pending-upgrade five", "6 pending-rollback four")
	damage(5)
	_, err := revision.Read(t.Context(), client, "shop")
	bad, ok := errors.AsType[*revision.UnreadableError](err)
	if !ok || bad.Object != "Secret/sh.helm.release.v1.shop.v5" {
		t.Errorf("with the record in force damaged: %v", err)
	}
}
