package s3http_test

import (
	"bytes"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror"
)

// badBodies are not what their size says.
func badBodies(size int) map[string]io.Reader {
	whole := strings.Repeat("x", size)
	lost := errors.New("connection lost")
	bodies := map[string]io.Reader{
		"long":                   strings.NewReader(whole + "y"),
		"long, a byte at a time": iotest.OneByteReader(strings.NewReader(whole + "y")),
		"failing at the end":     io.MultiReader(strings.NewReader(whole), iotest.ErrReader(lost)),
		"silent at the end":      io.MultiReader(strings.NewReader(whole), silent{}),
	}
	if size > 0 {
		bodies["short"] = strings.NewReader(whole[1:])
		bodies["empty"] = strings.NewReader("")
		bodies["failing"] = io.MultiReader(strings.NewReader(whole[1:]), iotest.ErrReader(lost))
		bodies["failing with data"] = iotest.DataErrReader(io.MultiReader(strings.NewReader(whole), iotest.ErrReader(lost)))
	}

	return bodies
}

// silent reads nothing for ever.
type silent struct{}

func (silent) Read([]byte) (int, error) { return 0, nil }

// A body that is not what its size says is an error and never whole on the wire.
func TestBadBodies(t *testing.T) {
	var whole atomic.Int64
	store, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("uploads") {
			fmt.Fprint(w, "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>")

			return
		}
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			whole.Add(1)
		}
		w.Header().Set("ETag", `"x"`)
	})
	up, err := store.Upload(t.Context(), "bucket", "k", mirror.UploadRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{0, 1, 100, 100_000} {
		for name, body := range badBodies(size) {
			_, err := store.Put(t.Context(), "bucket", "k", mirror.PutRequest{Body: body, Size: int64(size)})
			if err == nil || errors.Is(err, mirror.ErrTemporary) == strings.HasPrefix(name, "long") {
				t.Errorf("%s, %d bytes: put gives %v", name, size, err)
			}
		}
		for name, body := range badBodies(size) {
			if _, err := up.Part(t.Context(), 1, body, int64(size)); err == nil {
				t.Errorf("%s, %d bytes: a part was taken", name, size)
			}
		}
	}
	if _, err := up.Part(t.Context(), 1, strings.NewReader(""), -1); err == nil {
		t.Error("a negative size was taken")
	}
	if n := whole.Load(); n > 0 {
		t.Errorf("%d bodies were whole on the wire", n)
	}
	for _, size := range []int{0, 1, 100_000} {
		body := iotest.DataErrReader(strings.NewReader(strings.Repeat("x", size)))
		if _, err := store.Put(t.Context(), "bucket", "k", mirror.PutRequest{Body: body, Size: int64(size)}); err != nil {
			t.Error(err)
		}
	}
}

// Real servers keep nothing of such a body, though its digest is that of the part that
// would fit.
func TestBadBodiesOnRealServers(t *testing.T) {
	for name, server := range map[string]testworld.S3{"minio": testworld.StartMinIO(t), "versitygw": testworld.StartVersityGW(t)} {
		store := open(t, server)
		if err := store.CreateBucket(t.Context(), "cargo", mirror.BucketRequest{}); err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{0, 1, 100_000} {
			for kind, body := range badBodies(size) {
				sum := md5.Sum(bytes.Repeat([]byte("x"), size))
				_, err := store.Put(t.Context(), "cargo", "k", mirror.PutRequest{Body: body, Size: int64(size), MD5: sum})
				if err == nil {
					t.Errorf("%s took a body that is %s", name, kind)
				}
				if _, err := store.Stat(t.Context(), "cargo", "k"); !errors.Is(err, mirror.ErrNoObject) {
					t.Errorf("%s kept a body that is %s: %v", name, kind, err)
				}
			}
		}
	}
}

// A server that answers before it has read the body leaves nobody reading it, and is
// not believed.
func TestEarlyAnswer(t *testing.T) {
	for _, status := range []int{http.StatusForbidden, http.StatusOK} {
		store, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("ETag", `"x"`)
			w.WriteHeader(status)
		})
		var late atomic.Bool
		for range 20 {
			body := &watched{late: &late}
			_, err := store.Put(t.Context(), "bucket", "k", mirror.PutRequest{Body: body, Size: 1 << 30})
			if err == nil || errors.Is(err, mirror.ErrTemporary) != (status == http.StatusOK) {
				t.Fatalf("%d: got %v", status, err)
			}
			body.returned.Store(true)
		}
		if late.Load() {
			t.Errorf("%d: a body was read after the put had returned", status)
		}
	}
}

// watched has no end, and notes who reads it too late.
type watched struct {
	returned atomic.Bool
	late     *atomic.Bool
}

func (w *watched) Read(p []byte) (int, error) {
	if w.returned.Load() {
		w.late.Store(true)

		return 0, io.EOF
	}

	return len(p), nil
}
