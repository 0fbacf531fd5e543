package main

import (
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/internal/demo/cargo"
	"github.com/helm-ferry/ferry/internal/testworld"
)

func TestMirrorToTheSameServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testworld.StartMinIO(t), testworld.StartMinIO(t), cargo.Objects())
	w.ends(w.mirror(0), "DONE: mirror offsite: 7 buckets, 332 objects (18 MiB) proven equal at DST, 332 copied")
	w.ends(w.mirror(0), "DONE: mirror offsite: 7 buckets, 332 objects (18 MiB) proven equal at DST, 0 copied")
	w.ends(w.verify(0, "--mirror=offsite"), "DONE: mirror offsite: 7 buckets, 332 objects (18 MiB) proven equal at DST")

	// what the mirror repairs, with the damaged object in the trash
	w.remove(w.destination, "ilum-tables", "warehouse/sales.db/orders/data/00003.parquet")
	w.overwrite(w.destination, "ilum-langfuse", "events/trace-0001.json", strings.Repeat("x", 400))
	e := w.verify(3, "--mirror=offsite")
	w.shows(e, "DIFFERENT: mirror offsite: ", "key=warehouse/sales.db/orders/data/00003.parquet kind=missing", "key=events/trace-0001.json kind=content")
	w.ends(w.mirror(0), "DONE: mirror offsite: 7 buckets, 332 objects (18 MiB) proven equal at DST, 2 copied")
	if trashed := w.below(w.destination, "ferry-state", "trash/"); trashed != 1 {
		t.Errorf("the trash holds %d objects, want 1", trashed)
	}

	// what only the destination has counts where the mirror would remove it
	w.overwrite(w.destination, "ilum-files", "only here", "x")
	w.verify(0, "--mirror=offsite")
	w.configure("    remove: {enabled: true}\n")
	w.ends(w.verify(3, "--mirror=offsite"),
		`DIFFERENT: mirror offsite: 1 of 10 objects of bucket ilum-files are not at the source, only at DST, the first is "only here": see the report`)
}

// One run at a time, from one source: what the state at the destination is for.
func TestMirrorKeepsState(t *testing.T) {
	t.Parallel()
	objects := cargo.Objects()[:5]
	w := newWorld(t, testworld.StartVersityGW(t), testworld.StartVersityGW(t), objects)
	w.configure("    buckets: [ilum-files]\n    state: {bucket: ilum-state, prefix: of/offsite}\n")
	w.mirror(0)
	for prefix, want := range map[string]int{"of/offsite/locks/": 1, "of/offsite/origins/": 1, "of/offsite/reports/": 1, "of/offsite/ferry.json": 1} {
		if got := w.below(w.destination, "ilum-state", prefix); got != want {
			t.Errorf("there are %d objects below %s, want %d", got, prefix, want)
		}
	}
	if held := w.keys(w.destination); len(held) != 2 {
		t.Errorf("the destination has %v", held)
	}
	other := newWorld(t, testworld.StartVersityGW(t), w.destination, objects)
	other.configure("    buckets: [ilum-files]\n    state: {bucket: ilum-state, prefix: of/offsite}\n")
	e := other.mirror(4)
	other.shows(e, "REFUSED: mirror offsite: bucket ilum-files: \"ilum-files\" of "+w.destination.Endpoint+" is a copy of "+w.source.Endpoint+"/ilum-files, first made ",
		" and not of "+other.source.Endpoint+"/ilum-files: if that is meant, run ferry-hook mirror once with --adopt")
	other.shows(other.call(0, "mirror", "--mirror=offsite", "--source="+other.source.Endpoint, "--adopt"), "level=WARN msg=adopted bucket=ilum-files")
	other.mirror(0)
}

func TestOriginOfServices(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "resolv.conf")
	if err := os.WriteFile(file, []byte("nameserver 10.96.0.10\nsearch lake.svc.cluster.local svc.cluster.local\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for location, want := range map[string]string{
		"http://store:9000":          "http://store.lake.svc.cluster.local:9000/b",
		"https://store":              "https://store.lake.svc.cluster.local/b",
		"http://store.other:9000":    "http://store.other:9000/b",
		"https://s3.example.com:443": "https://s3.example.com:443/b",
		"http://[::1]:9000":          "http://[::1]:9000/b",
	} {
		if got := originOf(location, program{resolver: file}.searched())("b").String(); got != want {
			t.Errorf("%s is %s, want %s", location, got, want)
		}
	}
	if got := originOf("http://store:9000", program{resolver: file + "-missing"}.searched())("b").String(); got != "http://store:9000/b" {
		t.Errorf("outside of a cluster it is %s", got)
	}
}

func TestMirrorThatWouldRemoveTooMuchIsRefused(t *testing.T) {
	t.Parallel()
	objects := cargo.Objects()[:5]
	w := newWorld(t, testworld.StartVersityGW(t), testworld.StartVersityGW(t), objects)
	w.configure("    buckets: [ilum-files]\n    remove: {enabled: true}\n")
	w.mirror(0)
	w.remove(w.source, "ilum-files", objects[0].Key)
	w.ends(w.mirror(4), "REFUSED: mirror offsite: bucket ilum-files: 1 of the 5 objects at the destination would be replaced or removed, more than 10 %: "+
		"if that is meant, raise remove.maxPercent of the mirror for one run")
}

func TestMirrorOfBuckets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testworld.StartVersityGW(t), testworld.StartVersityGW(t), cargo.Objects()[:5])
	w.ends(w.mirror(0), "DONE: mirror offsite: 1 bucket, 5 objects (9.8 KiB) proven equal at DST, 5 copied; "+
		"the source does not have ilum-data, ilum-tables, ilum-mlflow, ilum-kestra, ilum-ducklake, ilum-langfuse")

	// a bucket that the mirror names itself has to be there
	w.configure("    buckets: [ilum-files, ilum-data]\n")
	e := w.mirror(5)
	w.shows(e, w.fill(`PARTIAL: mirror offsite: bucket ilum-data: read bucket "ilum-data" of SRC: `), "ilum-files   5")

	w.configure("    buckets: [\"*\"]\n    exclude: [\"notes*/**\"]\n")
	w.ends(w.mirror(0), "DONE: mirror offsite: 1 bucket, 4 objects (7.8 KiB) proven equal at DST, 0 copied")
}

// TestMirrorWithAmbientCredentials gets the keys of the destination from a credentials service, as
// clouds have them.
func TestMirrorWithAmbientCredentials(t *testing.T) {
	w := newWorld(t, testworld.StartVersityGW(t), testworld.StartVersityGW(t), cargo.Objects()[:5])
	service := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
		answer := map[string]string{
			"AccessKeyId": w.destination.AccessKey, "SecretAccessKey": w.destination.SecretKey,
			"Expiration": time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
		}
		if err := json.NewEncoder(out).Encode(answer); err != nil {
			t.Error(err)
		}
	}))
	defer service.Close()
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", service.URL)
	text, err := os.ReadFile(w.config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(w.config, []byte(strings.ReplaceAll(string(text), ", secretName: ilum-backup", "")), 0o600); err != nil {
		t.Fatal(err)
	}
	w = w.with(map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": service.URL, "FERRY_DESTINATION_ACCESS_KEY": "", "FERRY_DESTINATION_SECRET_KEY": ""})
	w.shows(w.mirror(0), "DONE: mirror offsite: 1 bucket, 5 objects", `credentials="the container credentials service"`)
}

// TestRecords has the report and the metrics in files, also when a run could not begin.
func TestRecords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testworld.StartVersityGW(t), testworld.StartVersityGW(t), cargo.Objects()[:1])
	report, metrics := filepath.Join(t.TempDir(), "report.json"), filepath.Join(t.TempDir(), "ferry.prom")
	line := []string{"mirror", "--mirror=offsite", "--source=" + w.source.Endpoint, "--report=" + report, "--metrics=" + metrics}
	holds := func(name, want string) {
		t.Helper()
		if text, err := os.ReadFile(name); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s does not hold %q: %v\n%s", name, want, err, text)
		}
	}
	w.call(0, line...)
	holds(report, `"verdict": "DONE: mirror offsite: `)
	holds(metrics, `ferry_mirror_last_success_timestamp_seconds{run="mirror offsite"}`)
	w.with(map[string]string{"FERRY_SOURCE_ACCESS_KEY": ""}).call(1, line...)
	holds(report, `"verdict": "FAILED: mirror offsite: FERRY_SOURCE_ACCESS_KEY is empty`)
	holds(metrics, `ferry_mirror_exit_code{run="mirror offsite"} 1`)
	holds(metrics, `ferry_mirror_last_success_timestamp_seconds{run="mirror offsite"}`)
	e := w.call(1, "mirror", "--mirror=offsite", "--source="+w.source.Endpoint, "--report=no/such/folder/report.json")
	w.shows(e, "ferry-hook: error: --report: ")
}

func TestAStoreThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testworld.StartMinIO(t), testworld.S3{Endpoint: "http://127.0.0.1:9", AccessKey: "somebody", SecretKey: "something"}, cargo.Objects()[:1])
	e := w.mirror(1)
	w.shows(e, "level=WARN msg=\"waiting for the destination\" url=http://127.0.0.1:9",
		"ferry-hook: error: destination http://127.0.0.1:9 does not answer: ", "connection refused", "hint: kubectl get pods,endpointslices")
}

// TestTermination sends what a pod gets that is deleted, to a process, and continues afterwards.
func TestTermination(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testworld.StartMinIO(t), testworld.StartVersityGW(t), cargo.Objects())
	w.configure("    bandwidth: 1MiB\n")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "mirror", "--config="+w.config, "--mirror=offsite", "--source="+w.source.Endpoint)
	cmd.Env = []string{asHook + "=1"}
	for name, value := range w.environment {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	log := &podLog{}
	cmd.Stdout, cmd.Stderr = &stream{log}, &stream{log}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for w.keys(w.destination)["ilum-files"] == 0 {
		time.Sleep(50 * time.Millisecond)
	}
	sent := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	err := cmd.Wait()
	e := ending{code: cmd.ProcessState.ExitCode(), stderr: log.text.String()}
	if took := time.Since(sent); e.code != 130 || took > 5*time.Second {
		t.Errorf("ended with %v after %s, want exit code 130 within seconds", err, took)
	}
	w.shows(e, "BUCKET")
	if v := e.verdict(); !strings.HasPrefix(v, "INTERRUPTED: mirror offsite: ") || !strings.HasSuffix(v, ": run it again to continue") {
		t.Errorf("the last line of the log is %q", v)
	}
	w.configure("")
	w.mirror(0)
	w.verify(0, "--mirror=offsite")
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testworld.StartVersityGW(t), testworld.StartVersityGW(t), cargo.Objects())
	w.configure("    bandwidth: 1MiB\n    deadline: 2s\n")
	e := w.mirror(5)
	w.shows(e, "PARTIAL: mirror offsite: ", " after the deadline of 2s: the next run continues")
}

// TestVersions has fields of the configuration reach the run.
func TestVersions(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]bool{"    versions: true\n": {true, false}, "    settings: true\n": {false, true}, "": {}} {
		w := newWorld(t, testworld.StartMinIO(t), testworld.StartMinIO(t), cargo.Objects()[:1])
		w.configure(text)
		cfg, err := loadConfig(w.config)
		if err != nil {
			t.Fatal(err)
		}
		j, err := mirrorJob(cfg, "offsite", w.source.Endpoint)
		if got := [2]bool{j.Options.Versions, j.Options.Settings}; err != nil || got != want {
			t.Errorf("with %q versions and settings are %t: %v", text, got, err)
		}
		w.mirror(0)
	}
}

// TestAuthority trusts a store whose certificate is of an authority of the user's, by the configuration alone.
func TestAuthority(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testworld.StartVersityGW(t), testworld.StartVersityGW(t), cargo.Objects()[:5])
	behind, err := url.Parse(w.destination.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewTLSServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(behind)
		r.Out.Host = r.In.Host // is signed
	}})
	t.Cleanup(proxy.Close)
	w.destination.Endpoint = proxy.URL
	w.configure("")
	w.shows(w.mirror(1), "certificate signed by unknown authority")
	bundle := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: proxy.Certificate().Raw})
	text, err := os.ReadFile(w.config)
	if err != nil {
		t.Fatal(err)
	}
	trusting := string(text) + "  caBundle: |\n    " + strings.ReplaceAll(strings.TrimSpace(string(bundle)), "\n", "\n    ") + "\n"
	if err := os.WriteFile(w.config, []byte(trusting), 0o600); err != nil {
		t.Fatal(err)
	}
	w.shows(w.mirror(0), "DONE: mirror offsite: 1 bucket, 5 objects ", "proven equal at "+proxy.URL+", 5 copied")
}
