//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/helm-ferry/ferry/internal/e2e/loss"
	"github.com/helm-ferry/ferry/internal/testworld"
)

var full = flag.Bool("full", false, "run all rows of tables, and write down what came of them")

// cargo is what an application has stored before the upgrade.
var cargo = bytes.Repeat([]byte("ferry "), 1000)

// sample are the rows that show each mechanism once.
var sample = []string{
	"disabled-rendered", "disabled-set-store", "disabled-deletes", "scaled-down", "mode-to-set", "is-hook", "rollback-drops", "renderer-forgotten",
}

// TestLoss upgrades small releases in ways that lose data, with either Helm alone (only with -full), and with Ferry.
func TestLoss(t *testing.T) {
	t.Parallel()
	root, err := testworld.Root()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, "testdata", "e2e", "loss", "*.txtar"))
	if err != nil || len(files) < 25 {
		t.Fatalf("%d rows: %v", len(files), err)
	}
	var table loss.Table
	var mu sync.Mutex
	t.Run("rows", func(t *testing.T) {
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), ".txtar")
			if !*full && !slices.Contains(sample, name) {
				continue
			}
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			row := &loss.Row{Name: name, What: strings.TrimSpace(string(archive.Comment)), Fails: fails(archive)}
			table.Rows = append(table.Rows, row)
			for _, way := range ways() {
				t.Run(name+"/"+string(way), func(t *testing.T) {
					t.Parallel()
					outcome := newTrial(t, root, archive, name, way).run()
					mu.Lock()
					defer mu.Unlock()
					row.Set(way, outcome)
				})
			}
		}
	})
	for _, row := range table.Rows {
		if err := row.Judge(ways()...); err != nil {
			t.Error(err)
		}
	}
	if *full && !t.Failed() {
		if err := table.Write(root); err != nil {
			t.Error(err)
		}
	}
}

// ways are those in which a row is run: with either Helm alone, whose losses a change of Ferry does not change, and
// with Ferry.
func ways() []loss.Way {
	if *full {
		return loss.Ways()
	}

	return []loss.Way{loss.Ferry}
}

// fails tells whether the upgrade of a row is one that cannot end well.
func fails(archive *txtar.Archive) bool {
	return slices.ContainsFunc(archive.Files, func(f txtar.File) bool { return f.Name == "atomic" })
}

// trial is one row in one way.
type trial struct {
	*world
	t                       *testing.T
	way                     loss.Way
	namespace, folder, mode string
	pieces                  map[string]string // file of the chart: content
	path                    string            // the file with the cargo on the node
}

func newTrial(t *testing.T, root string, archive *txtar.Archive, name string, way loss.Way) *trial {
	t.Helper()
	x := &trial{world: shared, t: t, way: way, namespace: "loss-" + name + "-" + string(way), folder: t.TempDir(), pieces: map[string]string{}}
	for _, file := range archive.Files {
		x.pieces[file.Name] = string(file.Data)
		if !strings.HasSuffix(file.Name, ".yaml") {
			x.mode = file.Name
		}
	}
	if err := x.Namespace(t.Context(), x.namespace, map[string]string{"pod-security.kubernetes.io/enforce": "restricted"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		if err := x.client.CoreV1().Namespaces().Delete(ctx, x.namespace, meta.DeleteOptions{}); err != nil {
			t.Log(err)
		}
	})
	for _, chart := range []string{"before", "after", "failing"} {
		templates := filepath.Join(x.folder, chart, "templates")
		if err := os.MkdirAll(templates, 0o755); err != nil {
			t.Fatal(err)
		}
		content := x.pieces[chart+".yaml"]
		if chart == "failing" {
			content = x.pieces["before.yaml"] + "\n" + `{{ include "deployment" (dict "name" "never" "image" "localhost/none:1") }}`
		}
		write := func(file, content string) {
			if err := os.WriteFile(filepath.Join(x.folder, chart, file), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		for _, file := range []string{"Chart.yaml", "templates/_pieces.tpl"} {
			text, err := os.ReadFile(filepath.Join(root, "testdata", "e2e", "loss", "chart", file))
			if err != nil {
				t.Fatal(err)
			}
			write(file, string(text))
		}
		write("templates/all.yaml", content)
	}
	config := "apiVersion: helm-ferry.dev/v1alpha1\nkind: Ferry\nmetadata: {name: app}\nspec: {image: " + hookImage + "}\n"
	if err := os.WriteFile(filepath.Join(x.folder, "ferry.yaml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}

	return x
}

func (x *trial) helm() string {
	if x.way == loss.Helm3 {
		return "helm3"
	}

	return "helm4"
}

// do runs Helm on a chart, with Ferry or without.
func (x *trial) do(ferry bool, verb, chart string, more ...string) (int, string) {
	x.t.Helper()
	line := append([]string{verb, "app", filepath.Join(x.folder, chart), "--namespace", x.namespace}, more...)
	if ferry {
		line = append(line, "--post-renderer=ferry-post-renderer", "--post-renderer-args=--config="+filepath.Join(x.folder, "ferry.yaml"))
	}

	return x.world.run(x.t, x.helm(), "helm", line...)
}

func (x *trial) mustDo(ferry bool, verb, chart string, more ...string) {
	x.t.Helper()
	if exit, out := x.do(ferry, verb, chart, more...); exit != 0 {
		x.t.Fatalf("%s %s: exit code %d\n%s", verb, chart, exit, out)
	}
}

// run stores the cargo, does what loses it, and looks for it.
func (x *trial) run() loss.Outcome {
	x.t.Helper()
	ferry := x.way == loss.Ferry
	var exit int
	var out string
	switch x.mode {
	case "rollback":
		x.mustDo(ferry, "install", "after")
		x.mustDo(ferry, "upgrade", "before", "--no-hooks") // the guard would not let a claim be renamed
		x.store()
		exit, out = x.world.run(x.t, x.helm(), "helm", "rollback", "app", "1", "--namespace", x.namespace)
	case "atomic":
		x.mustDo(ferry, "install", "after")
		flag := "--atomic"
		if x.helm() == "helm4" {
			flag = "--rollback-on-failure"
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			exit, out = x.do(ferry, "upgrade", "failing", flag, "--timeout=25s")
		}()
		x.store()
		<-done
	case "forgotten":
		x.mustDo(ferry, "install", "before")
		x.store()
		exit, out = x.do(false, "upgrade", "after")
	case "uninstall":
		x.mustDo(ferry, "install", "before")
		x.store()
		exit, out = x.world.run(x.t, x.helm(), "helm", "uninstall", "app", "--namespace", x.namespace)
	default:
		x.mustDo(false, "install", "before")
		x.store()
		// by default Helm 3 waits for five minutes until a claim that is in use is gone
		exit, out = x.do(ferry, "upgrade", "after", "--timeout=60s")
	}
	x.settle()
	x.restart()
	outcome := loss.Outcome{Exit: exit, Before: len(cargo), Verdict: verdict(out)}
	outcome.After, outcome.Left = x.settle()
	if ferry && outcome.Kept() {
		x.mustDo(ferry, "upgrade", "before", "--install")
		x.runs()
		outcome.Back, _ = x.settle()
	}
	if exit != 0 && outcome.Verdict == "" {
		x.t.Logf("it failed otherwise:\n%s", out)
	}

	return outcome
}

// verdict is the guard's last word in what Helm says.
func verdict(out string) string {
	i := strings.LastIndex(out, "REFUSED: ")
	if i < 0 {
		return ""
	}
	line, _, _ := strings.Cut(out[i:], "\n")
	line, _, _ = strings.Cut(line, `\n`) // Helm 4 escapes the lines of a log

	return strings.TrimSuffix(line, `"`)
}

// store writes the cargo into the volume of the application's last pod, once that runs.
func (x *trial) store() {
	x.t.Helper()
	mounted := x.runs()
	last := mounted[len(mounted)-1]
	// of several claims, app is the one that goes
	if i := slices.IndexFunc(mounted, func(m mount) bool { return m.claim == "app" }); i >= 0 {
		last = mounted[i]
	}
	x.path = filepath.Join(last.path, "cargo")
	if err := os.WriteFile(x.path, cargo, 0o644); err != nil {
		x.t.Fatal(err)
	}
}

// runs waits until all pods that mount a claim run, and returns what they mount.
func (x *trial) runs() (mounted []mount) {
	x.t.Helper()
	err := wait.PollUntilContextTimeout(x.t.Context(), 200*time.Millisecond, 90*time.Second, true, func(ctx context.Context) (bool, error) {
		var err error
		if mounted, err = x.mounted(ctx); err != nil || len(mounted) == 0 {
			return false, err
		}
		wanted, err := x.replicas(ctx)

		return len(mounted) >= wanted, err
	})
	if err != nil {
		x.t.Fatalf("no running pod mounts a claim: %v", err)
	}

	return mounted
}

// replicas is how many pods of the application mount a claim once all of them run.
func (x *trial) replicas(ctx context.Context) (int, error) {
	deployments, err := x.client.AppsV1().Deployments(x.namespace).List(ctx, meta.ListOptions{})
	if err != nil {
		return 0, err
	}
	sets, err := x.client.AppsV1().StatefulSets(x.namespace).List(ctx, meta.ListOptions{})
	if err != nil {
		return 0, err
	}
	n := 0
	for _, d := range deployments.Items {
		if d.Name != "never" && d.Spec.Template.Spec.Volumes[0].PersistentVolumeClaim != nil {
			n += int(*d.Spec.Replicas)
		}
	}
	for _, s := range sets.Items {
		n += int(*s.Spec.Replicas)
	}

	return n, nil
}

// mount is a claim that a running pod mounts, and its folder on the node.
type mount struct {
	claim, path string
}

func (x *trial) mounted(ctx context.Context) ([]mount, error) {
	pods, err := x.client.CoreV1().Pods(x.namespace).List(ctx, meta.ListOptions{})
	if err != nil {
		return nil, err
	}
	var found []mount
	for _, pod := range pods.Items {
		if pod.Status.Phase != core.PodRunning || pod.DeletionTimestamp != nil {
			continue
		}
		for _, volume := range pod.Spec.Volumes {
			if volume.PersistentVolumeClaim == nil {
				continue
			}
			m := mount{claim: volume.PersistentVolumeClaim.ClaimName}
			claim, err := x.client.CoreV1().PersistentVolumeClaims(x.namespace).Get(ctx, m.claim, meta.GetOptions{})
			if err != nil || claim.Spec.VolumeName == "" {
				continue
			}
			m.path = x.Volume(claim.Spec.VolumeName)
			found = append(found, m)
		}
	}
	slices.SortFunc(found, func(a, b mount) int { return strings.Compare(a.claim, b.claim) })

	return found, nil
}

// restart ends all pods, as the drain of a node does: a claim that is only waiting for its pod to go is
// gone then.
func (x *trial) restart() {
	x.t.Helper()
	now := int64(0)
	err := x.client.CoreV1().Pods(x.namespace).DeleteCollection(x.t.Context(), meta.DeleteOptions{GracePeriodSeconds: &now}, meta.ListOptions{})
	if err != nil {
		x.t.Fatal(err)
	}
}

// settle waits until nothing happens any more, and returns how many bytes of the cargo a running pod
// of the release reads, and how many are left somewhere.
func (x *trial) settle() (read, left int) {
	x.t.Helper()
	const calm = 10 // looks in a row that show the same
	for same, looks := 0, 0; same < calm; looks++ {
		if looks == 600 {
			x.t.Fatal("things still happen after minutes")
		}
		r, l, err := x.look()
		if err != nil {
			x.t.Fatal(err)
		}
		busy, err := x.busy(x.t.Context())
		if err != nil {
			x.t.Fatal(err)
		}
		same++
		if busy || r != read || l != left {
			same = 0
		}
		read, left = r, l
		time.Sleep(300 * time.Millisecond)
	}

	return read, left
}

// busy tells whether controllers and the kubelet still have to do something: pods come or go, or a volume goes with
// its claim. A pod that cannot be scheduled, since its claim is gone, or has no image, stays as it is.
func (x *trial) busy(ctx context.Context) (bool, error) {
	pods, err := x.client.CoreV1().Pods(x.namespace).List(ctx, meta.ListOptions{})
	if err != nil {
		return false, err
	}
	owned, stuckPods := map[string]int{}, 0
	for _, pod := range pods.Items {
		switch {
		case pod.DeletionTimestamp != nil || pod.Status.Phase == core.PodPending && !stuck(pod):
			return true, nil
		case pod.Status.Phase == core.PodPending:
			stuckPods++
		}
		for _, owner := range pod.OwnerReferences {
			owned[owner.Kind]++
		}
	}
	deployments, err := x.client.AppsV1().Deployments(x.namespace).List(ctx, meta.ListOptions{})
	if err != nil {
		return false, err
	}
	sets, err := x.client.AppsV1().StatefulSets(x.namespace).List(ctx, meta.ListOptions{})
	if err != nil {
		return false, err
	}
	volumes, err := x.client.CoreV1().PersistentVolumes().List(ctx, meta.ListOptions{})
	if err != nil {
		return false, err
	}
	wanted := 0
	for _, d := range deployments.Items {
		wanted += int(*d.Spec.Replicas)
	}
	for _, s := range sets.Items {
		// one pod comes after the other, and a stuck one holds up the rest
		if s.Status.ObservedGeneration < s.Generation || owned["StatefulSet"] == 0 && *s.Spec.Replicas > 0 || s.Status.ReadyReplicas == s.Status.Replicas && s.Status.Replicas != *s.Spec.Replicas {
			return true, nil
		}
	}
	released := slices.ContainsFunc(volumes.Items, func(v core.PersistentVolume) bool {
		return v.Spec.ClaimRef != nil && v.Spec.ClaimRef.Namespace == x.namespace && v.Status.Phase == core.VolumeReleased
	})

	// a new pod that is stuck keeps the old one
	return owned["ReplicaSet"] < wanted || owned["ReplicaSet"] > wanted+stuckPods || released, nil
}

// stuck tells whether a pod that is pending stays so.
func stuck(pod core.Pod) bool {
	for _, c := range pod.Status.Conditions {
		if c.Type == core.PodScheduled && c.Reason == core.PodReasonUnschedulable {
			return true
		}
	}

	return slices.ContainsFunc(pod.Status.ContainerStatuses, func(c core.ContainerStatus) bool {
		return c.State.Waiting != nil && (c.State.Waiting.Reason == "ErrImagePull" || c.State.Waiting.Reason == "ImagePullBackOff" || c.State.Waiting.Reason == "ErrImageNeverPull")
	})
}

func (x *trial) look() (read, left int, err error) {
	mounted, err := x.mounted(x.t.Context())
	if err != nil {
		return 0, 0, err
	}
	content, err := os.ReadFile(x.path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, 0, err
	}
	if !bytes.Equal(content, cargo) {
		content = nil
	}
	for _, m := range mounted {
		if filepath.Join(m.path, "cargo") == x.path {
			read = len(content)
		}
	}

	return read, len(content), nil
}
