package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/copying"
	"github.com/helm-ferry/ferry/internal/demo/cargo"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/s3"
	"github.com/helm-ferry/ferry/mirror/s3http"
)

func noStreams() cli.Streams {
	return cli.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}
}

// ending is what a command line leaves behind.
type ending struct {
	code           int
	stdout, stderr string
}

// verdict is the last line of stderr.
func (e ending) verdict() string {
	lines := strings.Split(strings.TrimSpace(e.stderr), "\n")
	return lines[len(lines)-1]
}

// world is a source and a destination, and the environment that a Job would have.
type world struct {
	*testing.T
	source, destination testworld.S3
	environment         map[string]string
	config              string
	cluster             func() (kube.Client, error) // nil: none
}

// newWorld gives the source the objects.
func newWorld(t *testing.T, source, destination testworld.S3, objects []cargo.Object) world {
	t.Helper()
	w := world{T: t, source: source, destination: destination, environment: map[string]string{
		"FERRY_SOURCE_ACCESS_KEY": source.AccessKey, "FERRY_SOURCE_SECRET_KEY": source.SecretKey,
		"FERRY_DESTINATION_ACCESS_KEY": destination.AccessKey, "FERRY_DESTINATION_SECRET_KEY": destination.SecretKey,
	}}
	w.configure("")
	if err := cargo.Load(t.Context(), w.client(source), objects); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w world) client(s testworld.S3) *minio.Client {
	w.Helper()
	client, err := s.Client()
	if err != nil {
		w.Fatal(err)
	}
	return client
}

// configure writes the configuration: a mirror offsite with the given further fields.
func (w *world) configure(mirror string) {
	w.Helper()
	w.config = filepath.Join(w.TempDir(), "ferry.yaml")
	text := fmt.Sprintf(`apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata: {name: ilum}
spec:
  objectStorage: {defaultBuckets: [%s]}
  migration: {enabled: true, from: minio, to: rustfs}
  mirrors:
  - name: offsite
    rpo: 1h
    destination: {endpoint: %q, secretName: ilum-backup}
%s`, strings.Join(cargo.Buckets(), ", "), w.destination.Endpoint, mirror)
	if err := os.WriteFile(w.config, []byte(text), 0o600); err != nil {
		w.Fatal(err)
	}
}

// call runs a command line in this process and demands an exit code. Secrets must never show.
func (w world) call(code int, args ...string) ending {
	w.Helper()
	var stdout, stderr bytes.Buffer
	p := newProgram(func(name string) string { return w.environment[name] })
	p.patience = 2 * time.Second
	if w.cluster != nil {
		p.cluster = w.cluster
	}
	args = append(args, "--config="+w.config)
	got := cli.Main(w.Context(), "ferry-hook", cli.Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr}, args, p.root)
	e := ending{got, stdout.String(), stderr.String()}
	if got != code {
		w.Fatalf("exit code %d, want %d\n%s%s", got, code, e.stdout, e.stderr)
	}
	for name, value := range w.environment {
		if strings.HasSuffix(name, "_KEY") && value != "" && strings.Contains(e.stdout+e.stderr, value) {
			w.Errorf("the output shows %s", name)
		}
	}
	return e
}

func (w world) mirror(code int) ending {
	w.Helper()
	return w.call(code, "mirror", "--mirror=offsite", "--source="+w.source.Endpoint)
}

func (w world) migrate(code int, more ...string) ending {
	w.Helper()
	return w.call(code, append([]string{"migrate", "--source=" + w.source.Endpoint, "--destination=" + w.destination.Endpoint}, more...)...)
}

func (w world) verify(code int, more ...string) ending {
	w.Helper()
	return w.call(code, append([]string{"verify", "--source=" + w.source.Endpoint}, more...)...)
}

// ends demands a verdict, in which SRC and DST stand for the endpoints.
func (w world) ends(e ending, want string) {
	w.Helper()
	want = w.fill(want)
	if got := e.verdict(); got != want {
		w.Errorf("verdict\n%s, want\n%s\n%s", got, want, e.stderr)
	}
}

// shows demands text in the log or the report.
func (w world) shows(e ending, texts ...string) {
	w.Helper()
	for _, text := range texts {
		if !strings.Contains(e.stdout+e.stderr, text) {
			w.Errorf("the output does not show %q:\n%s%s", text, e.stdout, e.stderr)
		}
	}
}

// overwrite puts other content under a key of a store.
func (w world) overwrite(s testworld.S3, bucket, key, content string) {
	w.Helper()
	_, err := w.client(s).PutObject(w.Context(), bucket, key, strings.NewReader(content), int64(len(content)), minio.PutObjectOptions{})
	if err != nil {
		w.Fatal(err)
	}
}

func (w world) remove(s testworld.S3, bucket, key string) {
	w.Helper()
	if err := w.client(s).RemoveObject(w.Context(), bucket, key, minio.RemoveObjectOptions{}); err != nil {
		w.Fatal(err)
	}
}

// keys returns how many objects each bucket of a store holds.
func (w world) keys(s testworld.S3) map[string]int {
	w.Helper()
	buckets, err := w.client(s).ListBuckets(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	counts := map[string]int{}
	for _, bucket := range buckets {
		counts[bucket.Name] = 0
		for o := range w.client(s).ListObjects(w.Context(), bucket.Name, minio.ListObjectsOptions{Recursive: true}) {
			if o.Err != nil {
				w.Fatal(o.Err)
			}
			counts[bucket.Name]++
		}
	}
	return counts
}

// data is keys without Ferry's own bucket.
func (w world) data(s testworld.S3) map[string]int {
	w.Helper()
	counts := w.keys(s)
	delete(counts, "ferry-state")
	return counts
}

// below counts the objects of a bucket whose keys begin with a prefix.
func (w world) below(s testworld.S3, bucket, prefix string) int {
	w.Helper()
	count := 0
	for o := range w.client(s).ListObjects(w.Context(), bucket, minio.ListObjectsOptions{Recursive: true, Prefix: prefix}) {
		if o.Err != nil {
			w.Fatal(o.Err)
		}
		count++
	}
	return count
}

// reportOf decodes a report that was printed with -o json.
func (w world) reportOf(e ending) copying.Result {
	w.Helper()
	var r copying.Result
	if err := json.Unmarshal([]byte(e.stdout), &r); err != nil {
		w.Fatalf("%v:\n%s", err, e.stdout)
	}
	return r
}

// with returns a world with another environment.
func (w world) with(changes map[string]string) world {
	w.environment = maps.Clone(w.environment)
	maps.Copy(w.environment, changes)
	return w
}

// fill puts the endpoints into a text.
func (w world) fill(text string) string {
	return strings.NewReplacer("SRC", w.source.Endpoint, "DST", w.destination.Endpoint).Replace(text)
}

// podLog is written as a container runtime writes the log of a pod: two readers, one for stdout and
// one for stderr, append to it.
type podLog struct {
	mu   sync.Mutex
	text strings.Builder
}

// stream is one of the two. It is a type of its own, since a command gives two equal writers one
// pipe.
type stream struct{ log *podLog }

func (s *stream) Write(p []byte) (int, error) {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return s.log.text.Write(p)
}

// store opens a store as the program does.
func (w world) store(s testworld.S3) *s3http.Store {
	w.Helper()
	store, err := s3http.Open(s3.Endpoint{URL: s.Endpoint, AccessKey: s.AccessKey, SecretKey: s3.Secret(s.SecretKey)})
	if err != nil {
		w.Fatal(err)
	}
	return store
}

// points reads the runs over a bucket that the destination can be taken back to, the oldest first.
func (w world) points(bucket string) []mirror.Point {
	w.Helper()
	place := mirror.StateIn(w.store(w.destination), mirror.DefaultStateBucket, "")
	items, err := place.List(w.Context(), "past/"+bucket+"/")
	if err != nil {
		w.Fatal(err)
	}
	var points []mirror.Point
	for _, item := range items {
		if !strings.HasSuffix(item.Name, "/run.json") {
			continue
		}
		doc, _, err := place.Get(w.Context(), item.Name)
		var point mirror.Point
		if err == nil {
			err = json.Unmarshal(doc, &point)
		}
		if err != nil {
			w.Fatal(err)
		}
		points = append(points, point)
	}
	return points
}
