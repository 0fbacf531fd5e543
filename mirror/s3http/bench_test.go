package s3http_test

import (
	"bufio"
	"crypto/md5"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/s3"
	"github.com/helm-ferry/ferry/mirror/s3http"
)

// serverVariable makes this program a server, so that a benchmark counts the client alone.
const serverVariable = "FERRY_TEST_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(serverVariable) != "" {
		listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it is there at once
		if err != nil {
			panic(err)
		}
		fmt.Fprintln(os.Stdout, "http://"+listener.Addr().String())
		panic(http.Serve(listener, http.HandlerFunc(serveObjects)))
	}
	os.Exit(m.Run())
}

// serveObjects has an object of every size: its key begins with it. What is written is
// read and dropped.
func serveObjects(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	digits, _, _ := strings.Cut(name, "-")
	size, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)

		return
	}
	h := w.Header()
	h["Etag"] = []string{`"9a0364b9e99bb480dd25e1f0284c8555"`}
	if r.Method == http.MethodPut {
		if n, err := io.Copy(io.Discard, r.Body); err != nil || n != size {
			w.WriteHeader(http.StatusBadRequest)
		}

		return
	}
	h["Last-Modified"] = []string{"Thu, 01 Dec 1994 16:00:00 GMT"}
	h["Content-Type"] = []string{"application/octet-stream"}
	h["Content-Length"] = []string{digits}
	h["Server"] = []string{"MinIO"}
	for size > 0 {
		n, err := w.Write(zeros[:min(size, int64(len(zeros)))])
		if err != nil {
			return
		}
		size -= int64(n)
	}
}

var zeros [64 << 10]byte

// otherProcess runs the server in a process of its own.
func otherProcess(tb testing.TB) string {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), serverVariable+"=1")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		tb.Fatal(err)
	}

	return strings.TrimSpace(address)
}

// drivers are the stores of both drivers at an address.
func drivers(tb testing.TB, url string) map[string]mirror.Store {
	tb.Helper()
	e := s3.Endpoint{URL: url, AccessKey: "access", SecretKey: "secret"}
	own, err := s3http.Open(e)
	if err != nil {
		tb.Fatal(err)
	}
	reference, err := s3.Open(e)
	if err != nil {
		tb.Fatal(err)
	}

	return map[string]mirror.Store{"own": own, "minio-go": reference}
}

// relay copies an object from a store to itself, as a mirror does.
func relay(tb testing.TB, store mirror.Store, key string, size int64) {
	tb.Helper()
	obj, body, err := store.Get(tb.Context(), "bucket", key, mirror.Selection{IfMatch: "9a0364b9e99bb480dd25e1f0284c8555"})
	if err != nil {
		tb.Error(err)

		return
	}
	defer body.Close()
	_, err = store.Put(tb.Context(), "bucket", key, mirror.PutRequest{
		Body: body, Size: size, MD5: md5.Sum(nil), Attributes: obj.Attributes,
	})
	if err != nil {
		tb.Error(err)
	}
}

// BenchmarkCopy reads and writes objects with 64 workers. cpu-µs/op is what this process
// spent on one, user and system.
func BenchmarkCopy(b *testing.B) {
	url := otherProcess(b)
	for _, size := range []int64{4 << 10, 1 << 20, 16 << 20} {
		for name, store := range drivers(b, url) {
			b.Run(fmt.Sprintf("%s/%dKiB", name, size>>10), func(b *testing.B) {
				key := fmt.Sprintf("%d-part-00042.parquet", size)
				b.SetParallelism(64 / runtime.GOMAXPROCS(0))
				b.SetBytes(size)
				b.ReportAllocs()
				before := spent(b)
				b.RunParallel(func(next *testing.PB) {
					for next.Next() {
						relay(b, store, key, size)
					}
				})
				b.ReportMetric(float64((spent(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
			})
		}
	}
}

// spent is the time on the processor that this process has used.
func spent(tb testing.TB) time.Duration {
	tb.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		tb.Fatal(err)
	}

	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// What a copy allocates does not grow with the object.
func TestFlatMemory(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(serveObjects))
	t.Cleanup(server.Close)
	store := drivers(t, server.URL)["own"]
	allocated := func(size int64) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		relay(t, store, fmt.Sprintf("%d-k", size), size)
		runtime.ReadMemStats(&after)

		return after.TotalAlloc - before.TotalAlloc
	}
	allocated(64 << 10)
	small, large := allocated(64<<10), allocated(64<<20)
	if large > small+512<<10 {
		t.Errorf("%d bytes were allocated for 64 KiB, %d for 64 MiB", small, large)
	}
}
