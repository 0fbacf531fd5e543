package testworld_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	core "k8s.io/api/core/v1"
	rbac "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/helm-ferry/ferry/internal/testworld"
)

const manifests = `# a comment alone
---
apiVersion: v1
kind: ConfigMap
metadata: {name: cargo}
data: {port: Kiel}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ServiceAccount, metadata: {name: pilot}}
- apiVersion: rbac.authorization.k8s.io/v1
  kind: Role
  metadata: {name: pilot}
  rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
`

const faulty = `apiVersion: v1
kind: ConfigMap
metadata: {name: cargo}
---
apiVersion: v1
kind: Service
metadata: {name: Not_A_Name}
spec: {ports: [{port: 9000}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: typo}
spec: {replica: 1}
---
apiVersion: example.com/v1
kind: Unknown
metadata: {name: alien}
---
metadata: {name: nameless}
`

// Which is lent, so that it shows that one that is lent is as good as one's own.
func TestAPIServer(t *testing.T) {
	lend(t, "api-server-0", 1, 0)
	server, err := testworld.LaunchAPIServer(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	cluster := server.Cluster
	client, err := kubernetes.NewForConfig(cluster.Config)
	if err != nil {
		t.Fatal(err)
	}

	t.Run("is the pinned version", func(t *testing.T) {
		version, err := client.Discovery().ServerVersion()
		if err != nil {
			t.Fatal(err)
		}
		if version.Major != "1" || version.Minor != "36" {
			t.Errorf("got version %v, want 1.36", version)
		}
	})
	t.Run("keeps the kubeconfig private", func(t *testing.T) {
		info, err := os.Stat(cluster.Kubeconfig)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("the kubeconfig has mode %v", info.Mode())
		}
	})
	t.Run("applies and dry-runs", func(t *testing.T) { testApply(t, cluster, client) })
	t.Run("names what it refuses", func(t *testing.T) { testRefusal(t, cluster) })
	t.Run("obeys roles", func(t *testing.T) { testRoles(t, cluster, client) })
	t.Run("enforces pod security", func(t *testing.T) { testPodSecurity(t, cluster) })
	t.Run("is nobody else's", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := testworld.LaunchAPIServer(ctx, t.TempDir()); !errors.Is(err, context.Canceled) {
			t.Errorf("a second borrower gets: %v", err)
		}
	})
	t.Run("is cleared for the next", func(t *testing.T) { testCleared(t, server) })
}

// lend has servers lent to this process, and waits for one.
func lend(t *testing.T, awaited string, apiServers, minIOs int) {
	t.Helper()
	folder := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	env, wait := testworld.Lend(ctx, folder, apiServers, minIOs)
	t.Cleanup(func() {
		cancel()
		if err := wait(); err != nil {
			t.Error(err)
		}
	})
	name, value, _ := strings.Cut(env, "=")
	t.Setenv(name, value)
	offer := filepath.Join(folder, awaited, "loan.json")
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if _, err := os.Stat(offer); err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("no %s is offered", awaited)
		}
	}
}

// testCleared gives a server back and borrows it again.
func testCleared(t *testing.T, server *testworld.APIServer) {
	t.Helper()
	state := func(c testworld.Cluster) (namespaces, roles []string) {
		client, err := kubernetes.NewForConfig(c.Config)
		if err != nil {
			t.Fatal(err)
		}
		found, err := client.CoreV1().Namespaces().List(t.Context(), meta.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range found.Items {
			namespaces = append(namespaces, n.Name)
		}
		all, err := client.RbacV1().ClusterRoles().List(t.Context(), meta.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all.Items {
			roles = append(roles, r.Name)
		}

		return namespaces, roles
	}
	role := &rbac.ClusterRole{ObjectMeta: meta.ObjectMeta{Name: "left-behind"}}
	client, err := kubernetes.NewForConfig(server.Config)
	if err == nil {
		_, err = client.RbacV1().ClusterRoles().Create(t.Context(), role, meta.CreateOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
	before, _ := state(server.Cluster)
	server.Stop()
	again, err := testworld.LaunchAPIServer(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer again.Stop()
	if again.Config.Host != server.Config.Host {
		t.Errorf("the next borrower gets %s, not %s", again.Config.Host, server.Config.Host)
	}
	namespaces, roles := state(again.Cluster)
	if want := []string{"default", "kube-node-lease", "kube-public", "kube-system"}; !slices.Equal(namespaces, want) || len(before) <= len(want) {
		t.Errorf("of the namespaces %v there are %v", before, namespaces)
	}
	if slices.Contains(roles, "left-behind") || !slices.Contains(roles, "cluster-admin") {
		t.Errorf("there are the roles %v", roles)
	}
	for _, name := range before {
		if !slices.Contains(namespaces, name) {
			if err := again.Namespace(t.Context(), name, nil); err != nil {
				t.Errorf("what was there cannot be made again: %v", err)
			}
		}
	}
}

func testApply(t *testing.T, cluster testworld.Cluster, client kubernetes.Interface) {
	ctx := t.Context()
	if err := cluster.Namespace(ctx, "harbour", nil); err != nil {
		t.Fatal(err)
	}
	if err := cluster.DryRun(ctx, "harbour", []byte(manifests)); err != nil {
		t.Fatal(err)
	}
	_, err := client.CoreV1().ConfigMaps("harbour").Get(ctx, "cargo", meta.GetOptions{})
	if !apierrors.IsNotFound(err) {
		t.Fatalf("after a dry run the object is there: %v", err)
	}
	if err := cluster.Apply(ctx, "harbour", []byte(manifests)); err != nil {
		t.Fatal(err)
	}
	cargo, err := client.CoreV1().ConfigMaps("harbour").Get(ctx, "cargo", meta.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if cargo.Data["port"] != "Kiel" {
		t.Errorf("got data %v", cargo.Data)
	}
	if _, err := client.RbacV1().Roles("harbour").Get(ctx, "pilot", meta.GetOptions{}); err != nil {
		t.Errorf("an item of a list is missing: %v", err)
	}
}

func testRefusal(t *testing.T, cluster testworld.Cluster) {
	err := cluster.DryRun(t.Context(), "default", []byte(faulty))
	if err == nil {
		t.Fatal("a faulty stream was accepted")
	}
	for _, want := range []string{
		"document 2, Service Not_A_Name: ", "document 3, Deployment typo: ", "document 4, Unknown alien: ",
		"document 5: kind or apiVersion is missing", "field not declared in schema",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "document 1") {
		t.Errorf("a correct document was refused:\n%v", err)
	}
}

func testRoles(t *testing.T, cluster testworld.Cluster, admin kubernetes.Interface) {
	ctx := t.Context()
	binding := &rbac.RoleBinding{
		ObjectMeta: meta.ObjectMeta{Name: "pilot"},
		RoleRef:    rbac.RoleRef{APIGroup: rbac.GroupName, Kind: "Role", Name: "pilot"},
		Subjects:   []rbac.Subject{{Kind: "ServiceAccount", Name: "pilot", Namespace: "harbour"}},
	}
	if _, err := admin.RbacV1().RoleBindings("harbour").Create(ctx, binding, meta.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	config, err := cluster.As(ctx, "harbour", "pilot")
	if err != nil {
		t.Fatal(err)
	}
	pilot, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pilot.CoreV1().ConfigMaps("harbour").Get(ctx, "cargo", meta.GetOptions{}); err != nil {
		t.Errorf("a verb of the role is denied: %v", err)
	}
	_, err = pilot.CoreV1().ConfigMaps("harbour").List(ctx, meta.ListOptions{})
	if !apierrors.IsForbidden(err) {
		t.Errorf("a verb beyond the role is not forbidden: %v", err)
	}
}

func testPodSecurity(t *testing.T, cluster testworld.Cluster) {
	ctx := t.Context()
	restricted := map[string]string{"pod-security.kubernetes.io/enforce": "restricted"}
	if err := cluster.Namespace(ctx, "vault", restricted); err != nil {
		t.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(cluster.Config)
	if err != nil {
		t.Fatal(err)
	}
	yes, no := true, false
	pod := &core.Pod{
		ObjectMeta: meta.ObjectMeta{Name: "careful"},
		Spec: core.PodSpec{
			SecurityContext: &core.PodSecurityContext{
				RunAsNonRoot: &yes, SeccompProfile: &core.SeccompProfile{Type: core.SeccompProfileTypeRuntimeDefault},
			},
			Containers: []core.Container{{
				Name: "main", Image: "example.com/main:1",
				SecurityContext: &core.SecurityContext{
					AllowPrivilegeEscalation: &no, Capabilities: &core.Capabilities{Drop: []core.Capability{"ALL"}},
				},
			}},
		},
	}
	if _, err := client.CoreV1().Pods("vault").Create(ctx, pod, meta.CreateOptions{}); err != nil {
		t.Errorf("a pod of the restricted standard is refused: %v", err)
	}
	pod.Name, pod.Spec.SecurityContext = "careless", nil
	_, err = client.CoreV1().Pods("vault").Create(ctx, pod, meta.CreateOptions{})
	if !apierrors.IsForbidden(err) {
		t.Errorf("a pod outside the restricted standard is accepted: %v", err)
	}
}
