//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/helm-ferry/ferry/internal/e2e/ledger"
	"github.com/helm-ferry/ferry/internal/testworld"
)

// lake is a release of the lakehouse with an application that writes, in a namespace of its own.
type lake struct {
	*world
	t               *testing.T
	helm            string // helm3 or helm4
	namespace, name string
	chart, values   string
	image           string   // what the hooks run
	second          string   // the store beside MinIO
	from            string   // the store that the configuration of an upgrade migrates from
	storage         string   // more of spec.objectStorage
	set             []string // values that every upgrade has
	outside         *lake    // the release that runs the store outside of this one, if there is one
}

const bucket = "ilum-data"

// The root account of both stores, as testdata/e2e/values.yaml has it.
const accessKey, secretKey = "lake-root", "lake-secret-1"

var ports = map[string]int{"minio": 9000, "versitygw": 7070, "rclone-s3": 8080}

// newLake prepares the namespace and the chart.
func newLake(t *testing.T, helm, namespace string) *lake {
	t.Helper()
	if err := shared.Namespace(t.Context(), namespace, map[string]string{"pod-security.kubernetes.io/enforce": "restricted"}); err != nil {
		t.Fatal(err)
	}
	root, err := testworld.Root()
	if err != nil {
		t.Fatal(err)
	}
	chart := filepath.Join(t.TempDir(), "lakehouse")
	if out, err := exec.CommandContext(t.Context(), "cp", "-r", filepath.Join(root, "charts", "lakehouse"), chart).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, name := range []string{"load.yaml", "smoke.yaml"} {
		template, err := os.ReadFile(filepath.Join(root, "testdata", "e2e", name))
		if err == nil {
			template = bytes.ReplaceAll(template, []byte("PACE"), []byte(pace()))
			err = os.WriteFile(filepath.Join(chart, "templates", name), template, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	l := &lake{
		world: shared, t: t, helm: helm, namespace: namespace, name: "lake",
		chart: chart, values: filepath.Join(root, "testdata", "e2e", "values.yaml"), image: hookImage,
		second: "versitygw", from: "minio", set: []string{"versitygw.enabled=true"},
	}
	t.Cleanup(l.remove)

	return l
}

// remove frees the memory of the release; its namespace goes with the cluster.
func (l *lake) remove() {
	if l.t.Failed() {
		l.describe()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.t.Context()), time.Minute)
	defer cancel()
	if err := l.client.CoreV1().Namespaces().Delete(ctx, l.namespace, meta.DeleteOptions{}); err != nil {
		l.t.Log(err)
	}
}

// describe shows the state of a failed test's namespace.
func (l *lake) describe() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.t.Context()), time.Minute)
	defer cancel()
	pods, err := l.client.CoreV1().Pods(l.namespace).List(ctx, meta.ListOptions{})
	if err != nil {
		l.t.Log(err)

		return
	}
	for _, pod := range pods.Items {
		l.t.Logf("pod %s is %s %s", pod.Name, pod.Status.Phase, pod.Status.Message)
		for _, c := range pod.Status.ContainerStatuses {
			l.t.Logf("  container %s: ready %t %+v", c.Name, c.Ready, c.State)
		}
		lines := int64(40)
		log, err := l.client.CoreV1().Pods(l.namespace).GetLogs(pod.Name, &core.PodLogOptions{TailLines: &lines}).DoRaw(ctx)
		l.t.Logf("  log (%v):\n%s", err, log)
	}
	events, err := l.client.CoreV1().Events(l.namespace).List(ctx, meta.ListOptions{})
	if err != nil {
		l.t.Log(err)

		return
	}
	for _, e := range events.Items {
		if e.Type == core.EventTypeWarning {
			l.t.Logf("event %s/%s: %s: %s", e.InvolvedObject.Kind, e.InvolvedObject.Name, e.Reason, e.Message)
		}
	}
}

// configuration writes a spec for Ferry, and returns the file.
func (l *lake) configuration(spec string) string {
	l.t.Helper()
	file := filepath.Join(l.t.TempDir(), "ferry.yaml")
	text := "apiVersion: helm-ferry.dev/v1alpha1\nkind: Ferry\nmetadata: {name: lake}\nspec:\n  image: " + l.image + "\n" + spec
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		l.t.Fatal(err)
	}

	return file
}

// secret makes a Secret with keys for a store.
func (l *lake) secret(name, access, key string) {
	l.t.Helper()
	secret := &core.Secret{ObjectMeta: meta.ObjectMeta{Name: name}, StringData: map[string]string{"access-key": access, "secret-key": key}}
	if _, err := l.client.CoreV1().Secrets(l.namespace).Create(l.t.Context(), secret, meta.CreateOptions{}); err != nil {
		l.t.Fatal(err)
	}
}

// line is a command line of Helm or Ferry for the release: the values of the suite, then those of the test.
func (l *lake) line(verb string, set ...string) []string {
	line := []string{verb, l.name, l.chart, "--namespace", l.namespace, "--values", l.values}
	for _, s := range set {
		if strings.HasPrefix(s, "--") {
			line = append(line, s)
		} else {
			line = append(line, "--set", s)
		}
	}

	return line
}

// postRenderer are the flags by which a bare Helm finds Ferry.
func (l *lake) postRenderer() []string {
	if l.helm == "helm3" {
		return []string{"--post-renderer=" + l.ferry}
	}

	return []string{"--post-renderer=ferry-post-renderer"}
}

// install installs the release with a bare Helm and waits until it runs.
func (l *lake) install(set ...string) {
	l.t.Helper()
	l.must(l.t, l.helm, "helm", l.line("install", append(append(set, l.postRenderer()...), "--wait", "--timeout=3m")...)...)
}

// ready waits until a workload has that many ready pods.
func (l *lake) ready(label string, replicas int) {
	l.t.Helper()
	l.await(fmt.Sprintf("%d ready pods of %s", replicas, label), func(ctx context.Context) error {
		pods, err := l.client.CoreV1().Pods(l.namespace).List(ctx, meta.ListOptions{LabelSelector: label})
		if err != nil {
			return err
		}
		n := 0
		for _, pod := range pods.Items {
			for _, c := range pod.Status.Conditions {
				if pod.DeletionTimestamp == nil && c.Type == core.PodReady && c.Status == core.ConditionTrue {
					n++
				}
			}
		}
		if n != replicas || len(pods.Items) != replicas {
			return fmt.Errorf("%d of %d pods are ready", n, len(pods.Items))
		}

		return nil
	})
}

// await waits for something at most two minutes.
func (l *lake) await(what string, probe func(context.Context) error) {
	l.t.Helper()
	l.within(2*time.Minute, what, probe)
}

func (l *lake) within(bound time.Duration, what string, probe func(context.Context) error) {
	l.t.Helper()
	var last error
	err := wait.PollUntilContextTimeout(l.t.Context(), 200*time.Millisecond, bound, true, func(ctx context.Context) (bool, error) {
		last = probe(ctx)

		return last == nil, nil
	})
	if err != nil {
		l.t.Fatalf("%s: %v: %v", what, err, last)
	}
}

// begins waits until the application runs, and has done something.
func (l *lake) begins() {
	l.t.Helper()
	l.ready("app.kubernetes.io/name=load", 1)
	l.goOn()
}

// store opens a store of the release, or the one outside, through its own Service.
func (l *lake) store(provider string) *minio.Client {
	l.t.Helper()
	if provider == external {
		return l.outside.store("versitygw")
	}

	return l.open(provider, accessKey, secretKey)
}

func (l *lake) open(provider, access, secret string) *minio.Client {
	l.t.Helper()
	client, err := minio.New(l.host(provider), &minio.Options{
		Creds:        credentials.NewStaticV4(access, secret, ""),
		Region:       "us-east-1",
		BucketLookup: minio.BucketLookupPath,
		Transport:    &http.Transport{DialContext: l.Dial},
	})
	if err != nil {
		l.t.Fatal(err)
	}

	return client
}

// host is the address of a store's own Service.
func (l *lake) host(provider string) string {
	l.t.Helper()
	service, err := l.client.CoreV1().Services(l.namespace).Get(l.t.Context(), l.name+"-"+provider, meta.GetOptions{})
	if err != nil {
		l.t.Fatal(err)
	}

	return fmt.Sprintf("%s:%d", service.Spec.ClusterIP, ports[provider])
}

// contents are the objects of the bucket that the application writes to.
func (l *lake) contents(provider string) map[string]string {
	l.t.Helper()

	return objects(l.t, l.store(provider), bucket)
}

// objects are those of a bucket: key to MD5 of what can be read there. An ETag is only what a store says. What a
// stranger deletes after it was listed is not there.
func objects(t *testing.T, store *minio.Client, bucket string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for object := range store.ListObjects(t.Context(), bucket, minio.ListObjectsOptions{Recursive: true}) {
		if object.Err != nil {
			t.Fatal(object.Err)
		}
		content, err := store.GetObject(t.Context(), bucket, object.Key, minio.GetObjectOptions{})
		if err != nil {
			t.Fatal(err)
		}
		sum := md5.New()
		_, err = io.Copy(sum, content)
		if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
			continue
		}
		if err != nil {
			t.Fatalf("read %s: %v", object.Key, err)
		}
		found[object.Key] = hex.EncodeToString(sum.Sum(nil))
	}

	return found
}

// put writes an object, into a bucket that is made if need be.
func (l *lake) put(store *minio.Client, bucket, key, content string) {
	l.t.Helper()
	there, err := store.BucketExists(l.t.Context(), bucket)
	if err == nil && !there {
		err = store.MakeBucket(l.t.Context(), bucket, minio.MakeBucketOptions{})
	}
	if err == nil {
		_, err = store.PutObject(l.t.Context(), bucket, key, strings.NewReader(content), int64(len(content)), minio.PutObjectOptions{})
	}
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *lake) get(store *minio.Client, bucket, key string) string {
	l.t.Helper()
	object, err := store.GetObject(l.t.Context(), bucket, key, minio.GetObjectOptions{})
	if err != nil {
		l.t.Fatal(err)
	}
	content, err := io.ReadAll(object)
	if err != nil {
		l.t.Fatal(err)
	}

	return string(content)
}

// ledger reads what the writers of the release were promised so far.
func (l *lake) ledger() *ledger.Ledger {
	l.t.Helper()
	known := ledger.New()
	for _, file := range l.ledgers() {
		if err := read(known, file); err != nil {
			l.t.Fatal(err)
		}
	}

	return known
}

// ledgers are the files of the writers, which are on the node.
func (l *lake) ledgers() []string {
	l.t.Helper()
	claim, err := l.client.CoreV1().PersistentVolumeClaims(l.namespace).Get(l.t.Context(), l.name+"-load", meta.GetOptions{})
	if err != nil {
		l.t.Fatal(err)
	}
	volume, err := l.client.CoreV1().PersistentVolumes().Get(l.t.Context(), claim.Spec.VolumeName, meta.GetOptions{})
	if err != nil {
		l.t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(volume.Spec.HostPath.Path, "*.jsonl"))
	if err != nil || len(files) == 0 {
		l.t.Fatalf("no ledger: %v", err)
	}

	return files
}

func read(known *ledger.Ledger, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	err = known.Read(f)

	return errors.Join(err, f.Close())
}

// jobDone tells whether all Jobs of a label have completed.
func (l *lake) jobDone(label string) func(context.Context) error {
	return func(ctx context.Context) error {
		jobs, err := l.client.BatchV1().Jobs(l.namespace).List(ctx, meta.ListOptions{LabelSelector: label})
		if err != nil {
			return err
		}
		if len(jobs.Items) == 0 {
			return errors.New("no Job yet")
		}
		for _, job := range jobs.Items {
			if job.Status.Succeeded == 0 {
				return fmt.Errorf("job %s: %d active, %d failed", job.Name, job.Status.Active, job.Status.Failed)
			}
		}

		return nil
	}
}
