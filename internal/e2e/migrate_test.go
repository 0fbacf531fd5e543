//go:build e2e

package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// configured writes the configuration of a step and returns the flags that pass it to the renderer.
func (l *lake) configured(storage string) []string {
	l.t.Helper()
	file := filepath.Join(l.t.TempDir(), "ferry.yaml")
	text := fmt.Sprintf(`apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata: {name: lake}
spec:
  image: %s
  objectStorage: {defaultBuckets: [ilum-files, ilum-data], %s}
  migration: {enabled: true, from: minio, to: versitygw, deadline: 2m}
`, hookImage, storage)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		l.t.Fatal(err)
	}

	return append(l.postRenderer(), "--post-renderer-args=--config="+file, "--set=ferry.enabled=false", "--timeout=5m")
}

// upgrade upgrades the release with a bare Helm.
func (l *lake) upgrade(storage string, set ...string) (int, string) {
	l.t.Helper()

	return l.run(l.t, l.helm, "helm", l.line("upgrade", append(set, l.configured(storage)...)...)...)
}

// log is what a hook's Job said last.
func (l *lake) log(job string) string {
	l.t.Helper()
	pods, err := l.client.CoreV1().Pods(l.namespace).List(l.t.Context(), meta.ListOptions{LabelSelector: "batch.kubernetes.io/job-name=" + job})
	if err != nil {
		l.t.Fatal(err)
	}
	var text strings.Builder
	for _, pod := range pods.Items {
		log, err := l.client.CoreV1().Pods(l.namespace).GetLogs(pod.Name, &core.PodLogOptions{}).DoRaw(l.t.Context())
		if err != nil {
			l.t.Fatal(err)
		}
		text.Write(log)
	}

	return text.String()
}

// stopped ends the application, so that what it was promised no longer changes.
func (l *lake) stopped() {
	l.t.Helper()
	l.scale(0)
	l.ready("app.kubernetes.io/name=load", 0)
}

func (l *lake) scale(replicas int32) {
	l.t.Helper()
	scale, err := l.client.AppsV1().Deployments(l.namespace).GetScale(l.t.Context(), l.name+"-load", meta.GetOptions{})
	if err != nil {
		l.t.Fatal(err)
	}
	scale.Spec.Replicas = replicas
	if _, err := l.client.AppsV1().Deployments(l.namespace).UpdateScale(l.t.Context(), l.name+"-load", scale, meta.UpdateOptions{}); err != nil {
		l.t.Fatal(err)
	}
}

// A release moves from one store to the other under load: nothing that its application was promised is
// lost, nothing that it deleted comes back, and it runs again.
func TestMove(t *testing.T) {
	l := newLake(t, "helm4", "move-helm4")
	l.must(t, l.helm, "helm", l.line("install", append(l.configured("previousProvider: minio"), "--wait", "versitygw.enabled=true")...)...)
	l.ready("app.kubernetes.io/name=load", 1)
	outside := l.outsider()
	l.await("the first pass", l.jobDone("app.kubernetes.io/component=migration"))
	time.Sleep(3 * time.Second) // of writing
	exit, out := l.upgrade("previousProvider: minio, cutoverAcknowledged: true", "versitygw.enabled=true")
	if exit != 0 {
		t.Fatalf("the cutover ended with %d", exit)
	}
	l.ready("app.kubernetes.io/name=load", 1)
	l.ready("app.kubernetes.io/name=notebook", 1)
	time.Sleep(2 * time.Second) // of writing to the other store
	outside.stop()
	l.stopped()
	l.proven("versitygw")
	for _, fault := range outside.ledger().Check(l.contents("versitygw")) {
		if !strings.Contains(out, fault.Key) {
			t.Errorf("the late write of %s by the outsider is %s, and nobody says so", fault.Key, fault.Kind)
		}
	}
}

// proven checks that a store holds what the application was promised.
func (l *lake) proven(provider string) {
	l.t.Helper()
	known := l.ledger()
	written, present := known.Keys()
	if faults := known.Check(l.contents(provider)); len(faults) > 0 || present < 20 {
		l.t.Errorf("of %d keys, %d present at %s: %v", written, present, provider, faults)
	}
}
