package hookrun_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/helm-ferry/ferry/internal/hookrun"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/testworld"
)

// world is a real API server. The test does what the Job controller and a node would; a node is what
// serves logs, so that a proxy in front of the server does.
type world struct {
	client kube.Client
	// log is what pods have said so far.
	log atomic.Pointer[string]
}

func newWorld(t *testing.T) *world {
	t.Helper()
	cluster := testworld.StartAPIServer(t)
	if err := cluster.Namespace(t.Context(), "shop", nil); err != nil {
		t.Fatal(err)
	}
	w := &world{}
	w.say("")
	target, err := url.Parse(cluster.Config.Host)
	if err != nil {
		t.Fatal(err)
	}
	transport, err := rest.TransportFor(cluster.Config)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }, Transport: transport}
	server := httptest.NewServer(http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		if strings.HasSuffix(request.URL.Path, "/log") {
			fmt.Fprint(response, *w.log.Load())
			return
		}
		proxy.ServeHTTP(response, request)
	}))
	t.Cleanup(server.Close)
	if w.client, err = kube.New(&rest.Config{Host: server.URL, QPS: -1}, "shop"); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) say(text string) { w.log.Store(&text) }

// job waits until there is a Job of a name that has not ended.
func (w *world) job(t *testing.T, name string) *batch.Job {
	t.Helper()
	for range 500 {
		job, err := w.client.BatchV1().Jobs("shop").Get(t.Context(), name, meta.GetOptions{})
		if err == nil && len(job.Status.Conditions) == 0 && job.DeletionTimestamp == nil {
			return job
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("there is no Job %s", name)
	return nil
}

// pod makes the pod of a Job, which has ended with a code.
func (w *world) pod(t *testing.T, job *batch.Job, code int32) {
	t.Helper()
	pods := w.client.CoreV1().Pods("shop")
	pod := &core.Pod{ObjectMeta: meta.ObjectMeta{Name: job.Name + "-x", Labels: map[string]string{"batch.kubernetes.io/job-name": job.Name}}, Spec: job.Spec.Template.Spec}
	pod, err := pods.Create(t.Context(), pod, meta.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	pod.Status.Phase = core.PodFailed
	pod.Status.ContainerStatuses = []core.ContainerStatus{{Name: "ferry", State: core.ContainerState{Terminated: &core.ContainerStateTerminated{ExitCode: code}}}}
	if _, err := pods.UpdateStatus(t.Context(), pod, meta.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
}

func (w *world) gone(t *testing.T, job string) {
	t.Helper()
	if _, err := w.client.BatchV1().Jobs("shop").Get(t.Context(), job, meta.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("Job %s is there: %v", job, err)
	}
}

const hooksText = `apiVersion: v1
kind: ServiceAccount
metadata: {name: mover, annotations: {helm.sh/hook: "pre-upgrade,pre-rollback", helm.sh/hook-delete-policy: before-hook-creation}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: before, annotations: {helm.sh/hook: pre-upgrade, helm.sh/hook-delete-policy: "before-hook-creation,hook-succeeded"}}
spec: {activeDeadlineSeconds: 30, template: {spec: {restartPolicy: Never, serviceAccountName: mover, containers: [{name: ferry, image: ferry}]}}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: after, annotations: {helm.sh/hook: post-upgrade, helm.sh/hook-delete-policy: before-hook-creation}}
spec: {activeDeadlineSeconds: 30, template: {spec: {restartPolicy: Never, containers: [{name: ferry, image: ferry}]}}}
`

func documents(t *testing.T) []*manifest.Document {
	t.Helper()
	stream, err := manifest.Parse([]byte(hooksText))
	if err != nil {
		t.Fatal(err)
	}
	return stream.Documents
}

func TestRun(t *testing.T) {
	w := newWorld(t)
	var log bytes.Buffer
	runner := hookrun.Runner{Client: w.client, Log: &log, Interval: 20 * time.Millisecond, Edit: func(job *batch.Job) {
		job.Spec.Template.Spec.Containers[0].Args = []string{"edited"}
	}}
	run := func(ctx context.Context) chan error {
		ended := make(chan error, 1)
		go func() { ended <- runner.Run(ctx, documents(t), "pre-upgrade") }()
		return ended
	}
	finish := func(job *batch.Job, succeeded bool) {
		t.Helper()
		if err := testworld.FinishJob(t.Context(), w.client, job, succeeded); err != nil {
			t.Fatal(err)
		}
	}

	// it fails: the last line is the error, the exit code is known, and the Job stays to be looked at
	ended := run(t.Context())
	job := w.job(t, "before")
	if args := job.Spec.Template.Spec.Containers[0].Args; len(args) != 1 {
		t.Errorf("the Job is not edited: %q", args)
	}
	w.say("first\n")
	w.pod(t, job, 4)
	time.Sleep(200 * time.Millisecond)
	w.say("first\nREFUSED: no\n")
	finish(job, false)
	failed, is := errors.AsType[*hookrun.FailedError](<-ended)
	if !is || failed.Code != 4 || failed.Error() != "REFUSED: no" || log.String() != "first\nREFUSED: no\n" {
		t.Errorf("got %+v, log %q", failed, log.String())
	}
	if err := w.client.CoreV1().Pods("shop").Delete(t.Context(), "before-x", meta.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}

	// it succeeds in the place of the one before, and goes; the Job of another event is not made
	ended = run(t.Context())
	finish(w.job(t, "before"), true)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	w.gone(t, "before")
	w.gone(t, "after")

	// an interrupted run takes its Job with it
	ctx, cancel := context.WithCancel(t.Context())
	ended = run(ctx)
	w.job(t, "before")
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	w.gone(t, "before")

	// a Job that somebody deletes has not succeeded
	ended = run(t.Context())
	w.job(t, "before")
	if err := runner.Remove(t.Context(), "before"); err != nil {
		t.Error(err)
	}
	if err := <-ended; !apierrors.IsNotFound(err) {
		t.Errorf("got %v", err)
	}
	if err := runner.Remove(t.Context(), "before"); err != nil {
		t.Errorf("remove a Job that is not there: %v", err)
	}
}
