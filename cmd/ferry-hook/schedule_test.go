package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/demo/cargo"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/summary"
	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/lease"
	"github.com/helm-ferry/ferry/mirror/state"
)

// A run says in the cluster how it ended, whether it began or not; a cluster out of reach changes
// nothing of how it ends. The API server and its authorisation are real.
func TestMirrorSummary(t *testing.T) {
	t.Parallel()
	cluster := testworld.StartAPIServer(t)
	if err := cluster.Namespace(t.Context(), "lake", nil); err != nil {
		t.Fatal(err)
	}
	if err := cluster.Apply(t.Context(), "lake", []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: lake-mirror-offsite}\n")); err != nil {
		t.Fatal(err)
	}
	client, err := kube.New(cluster.Config, "lake")
	if err != nil {
		t.Fatal(err)
	}
	kept := func() summary.Summary {
		t.Helper()
		found, err := client.CoreV1().ConfigMaps("lake").Get(t.Context(), "lake-mirror-offsite", meta.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		s, err := summary.Parse(found.Data)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	w := newWorld(t, testworld.StartVersityGW(t), testworld.StartVersityGW(t), cargo.Objects()[:5])
	w.cluster = func() (kube.Client, error) { return client, nil }
	line := []string{"mirror", "--mirror=offsite", "--source=" + w.source.Endpoint, "--summary=lake-mirror-offsite"}
	e := w.call(0, line...)
	first := kept()
	if first.Verdict != e.verdict() || first.ExitCode != 0 || first.Objects != 5 || !first.LastSuccess.Equal(first.Ended) ||
		!strings.HasPrefix(first.Report, w.destination.Endpoint+"/ferry-state/reports/") {
		t.Errorf("the summary is %+v, the last line is %s", first, e.verdict())
	}
	if w.below(w.destination, "ferry-state", "reports/") != 1 {
		t.Error("the report is not kept at the destination")
	}
	w.with(map[string]string{"FERRY_SOURCE_ACCESS_KEY": ""}).call(1, line...)
	if s := kept(); s.ExitCode != 1 || !strings.HasPrefix(s.Verdict, "FAILED: mirror offsite: FERRY_SOURCE_ACCESS_KEY is empty") || !s.LastSuccess.Equal(first.LastSuccess) {
		t.Errorf("the summary of a run that did not begin is %+v", s)
	}
	e = w.call(0, append(line[:3:3], "--summary=lake-mirror-none")...)
	w.shows(e, `level=WARN msg="the cluster does not know how this run ended" error="write the summary into ConfigMap lake-mirror-none: `)
	w.cluster = func() (kube.Client, error) { return kube.Client{}, errors.New("no cluster") }
	e = w.call(0, line...)
	w.shows(e, `msg="the cluster does not know how this run ended" error="no cluster"`)
	w.ends(e, "DONE: mirror offsite: 1 bucket, 5 objects (9.8 KiB) proven equal at DST, 0 copied; "+
		"the source does not have ilum-data, ilum-tables, ilum-mlflow, ilum-kestra, ilum-ducklake, ilum-langfuse")
}

// While one writer has the lock of a bucket, each other one is refused, whichever it is: a run of the
// schedule, the command by hand, a restore.
func TestOneWriterAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testworld.StartMinIO(t), testworld.StartVersityGW(t), cargo.Objects()[:5])
	w.mirror(0)
	place := mirror.StateIn(w.store(w.destination), mirror.DefaultStateBucket, "")
	if _, err := place.Open(t.Context(), state.Write); err != nil {
		t.Fatal(err)
	}
	held, locks, err := lease.Take(t.Context(), place, []string{"ilum-files"}, lease.Here("somebody"))
	if err != nil || held.Err() != nil {
		t.Fatal(err)
	}
	// each watches the lock for half a minute, and they do so together
	opts := mirror.Options{Buckets: []string{"ilum-files"}, State: mirror.StateIn(w.store(w.destination), mirror.DefaultStateBucket, "")}
	var others sync.WaitGroup
	defer others.Wait()
	for name, run := range map[string]func() (mirror.Report, error){
		"command": func() (mirror.Report, error) {
			return mirror.Run(t.Context(), w.store(w.source), w.store(w.destination), opts)
		},
		"restore": func() (mirror.Report, error) {
			return mirror.Restore(t.Context(), w.store(w.destination), w.store(w.source), time.Time{}, false, opts)
		},
	} {
		others.Go(func() {
			if rep, err := run(); err != nil || rep.Buckets[0].Guard != mirror.GuardLock {
				t.Errorf("%s: %v, %+v", name, err, rep)
			}
		})
	}
	e := w.mirror(4)
	others.Wait()
	w.shows(e, "REFUSED: mirror offsite: bucket ilum-files: another run writes to it: somebody on ", "run it again when that has ended")
	if err := locks.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.mirror(0)
}

// A run whose source hangs in the middle is ended by its deadline, gives its locks back, and leaves
// nothing that the next one could not go on with.
func TestHungRunEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testworld.StartVersityGW(t), testworld.StartVersityGW(t), cargo.Objects()[:5])
	hanging, hung := hang(t, w.source.Endpoint)
	w.configure("    deadline: 4s\n")
	began := time.Now()
	e := w.call(5, "mirror", "--mirror=offsite", "--source="+hanging)
	w.shows(e, "PARTIAL: mirror offsite: ", " after the deadline of 4s: the next run continues")
	if took := time.Since(began); took > 20*time.Second || hung.Load() == 0 {
		t.Errorf("it took %s, and %d reads hung", took, hung.Load())
	}
	w.configure("    deadline: 5m\n")
	w.shows(w.call(0, "mirror", "--mirror=offsite", "--source="+w.source.Endpoint, "--adopt"), "DONE: mirror offsite: ", "5 copied")
}

// hang puts a proxy before a store that answers all but the reads of objects.
func hang(t *testing.T, endpoint string) (address string, hung *atomic.Int64) {
	t.Helper()
	target, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	hung = &atomic.Int64{}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = target.Scheme, target.Host, r.In.Host
	}}
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && strings.Count(strings.Trim(r.URL.Path, "/"), "/") > 0 {
			hung.Add(1)
			<-r.Context().Done()
			return
		}
		proxy.ServeHTTP(out, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, hung
}

// A store that lost its volume, or a new installation under the old name, does not become the last
// state of its mirror, whether the mirror removes or not; nor does one that was written over take what
// there was with it.
func TestFreshSource(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		remove string
		start  func(testing.TB) testworld.S3
	}{
		"removing": {"    remove: {enabled: true, maxPercent: 100}\n", testworld.StartVersityGW},
		"adding":   {"", testworld.StartMinIO},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, testworld.StartMinIO(t), test.start(t), cargo.Objects()[:5])
			w.configure("    buckets: [ilum-files]\n" + test.remove)
			w.mirror(0)
			for _, o := range cargo.Objects()[:5] {
				w.remove(w.source, "ilum-files", o.Key)
			}
			e := w.mirror(4)
			w.shows(e, "REFUSED: mirror offsite: bucket ilum-files: the source is empty")
			if held := w.below(w.destination, "ilum-files", ""); held != 5 {
				t.Errorf("the copy has %d objects", held)
			}
			w.overwrite(w.source, "ilum-files", cargo.Objects()[0].Key, "written over")
			w.mirror(0)
			if trashed := w.below(w.destination, "ferry-state", "trash/"); trashed == 0 {
				t.Error("what was written over is not in the trash")
			}
			points := w.points("ilum-files")
			target := testworld.StartMinIO(t)
			rep, err := mirror.Restore(t.Context(), w.store(w.destination), w.store(target), points[0].Ended, false, mirror.Options{
				Buckets: []string{"ilum-files"}, CreateBuckets: true, State: mirror.StateIn(w.store(w.destination), mirror.DefaultStateBucket, ""),
			})
			if err != nil || rep.Outcome() != mirror.OutcomeDone || rep.Totals.Copied != 5 {
				t.Errorf("before that it was %v, %+v", err, rep)
			}
		})
	}
}

// A run ends before its Job does, whose deadline counts from before the pod was started, and so late that
// the Job does not begin another one, which it does ten seconds after the end.
func TestMargin(t *testing.T) {
	for deadline, want := range map[time.Duration]time.Duration{
		4 * time.Second: time.Second, time.Minute: 8 * time.Second, 20 * time.Minute: 8 * time.Second,
	} {
		if got := margin(deadline); got != want {
			t.Errorf("a run with a deadline of %s ends %s before it, want %s", deadline, got, want)
		}
	}
}
