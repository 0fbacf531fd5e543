package s3_test

import (
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/s3"
)

// serve opens a store on a server of the test's own.
func serve(t *testing.T, handler http.HandlerFunc) *s3.Store {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	store, err := s3.Open(s3.Endpoint{URL: server.URL, AccessKey: "access", SecretKey: "secret"})
	if err != nil {
		t.Fatal(err)
	}

	return store
}

// Headers that minio-go cannot read do not keep an object from being read, and
// reach the caller as they are.
func TestRawHeaders(t *testing.T) {
	store := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("tagging") {
			w.WriteHeader(http.StatusNotImplemented)

			return
		}
		h := w.Header()
		h.Set("ETag", `W/"9A0364B9E99BB480DD25E1F0284C8555"`)
		h.Set("Last-Modified", "Thu, 01 Dec 1994 16:00:00 GMT")
		h.Set("Expires", "0")
		h.Set("Content-Type", "text/x")
		h.Set("X-Amz-Tagging-Count", "many")
		h.Set("X-Amz-Restore", "broken")
		h.Set("X-Minio-Source-Mtime", "never")
		h.Set("X-Amz-Meta-City", "=?UTF-8?B?xYFvZMW6?=")
		h.Set("X-Amz-Server-Side-Encryption", "aws:kms")
		h.Set("Content-Length", "7")
		fmt.Fprint(w, "content")
	})
	want := mirror.Object{
		Entry: mirror.Entry{
			Key: "k", Size: 7, ETag: "9a0364b9e99bb480dd25e1f0284c8555", Modified: time.Date(1994, 12, 1, 16, 0, 0, 0, time.UTC),
		},
		Attributes: mirror.Attributes{
			Headers:  map[string]string{"content-type": "text/x", "expires": "0"},
			Metadata: map[string]string{"city": "=?UTF-8?B?xYFvZMW6?="},
		},
		Length: 7, OpaqueETag: true,
	}
	obj, err := store.Stat(t.Context(), "bucket", "k")
	if diff := cmp.Diff(want, obj); err != nil || diff != "" {
		t.Errorf("stat: %v (-want +got):\n%s", err, diff)
	}
	want.TagCount = mirror.UnknownTags
	obj, body, err := store.Get(t.Context(), "bucket", "k", mirror.Selection{})
	if diff := cmp.Diff(want, obj); err != nil || diff != "" {
		t.Fatalf("get: %v (-want +got):\n%s", err, diff)
	}
	defer body.Close()
	if content, err := io.ReadAll(body); err != nil || string(content) != "content" {
		t.Errorf("read %q, %v", content, err)
	}
}

// A put is one request with a known length and digest, an unsigned payload and no
// chunks; attributes go out as they are.
func TestPutOnTheWire(t *testing.T) {
	var got http.Header
	var length atomic.Int64
	store := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error(err)
		}
		got = r.Header.Clone()
		length.Store(r.ContentLength)
		w.Header().Set("ETag", `"9a0364b9e99bb480dd25e1f0284c8555"`)
	})
	for _, content := range []string{"", "content"} {
		_, err := store.Put(t.Context(), "bucket", "k", mirror.PutRequest{
			Body: strings.NewReader(content), Size: int64(len(content)), MD5: md5.Sum([]byte(content)),
			Attributes: mirror.Attributes{
				Headers:  map[string]string{"expires": "-1", "content-type": "x", "content-encoding": "gzip"},
				Metadata: map[string]string{"city": "Łódź", "acl": "x"},
				Tags:     map[string]string{"a b": "c+d"},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		if length.Load() != int64(len(content)) {
			t.Errorf("announced %d bytes of %q", length.Load(), content)
		}
		for name, want := range map[string]string{
			"Content-Md5": map[string]string{"": "1B2M2Y8AsgTpgAmY7PhCfg==", "content": "mgNkuembtIDdJeHwKEyFVQ=="}[content],
			"Expires":     "-1", "Content-Type": "x", "Content-Encoding": "gzip",
			"X-Amz-Meta-City": "Łódź", "X-Amz-Meta-Acl": "x", "X-Amz-Tagging": "a+b=c%2Bd",
			"X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD",
		} {
			if got.Get(name) != want {
				t.Errorf("%s is %q, want %q", name, got.Get(name), want)
			}
		}
	}
}

// Each request is sent once: the engine owns the retries.
func TestNoRetries(t *testing.T) {
	var requests atomic.Int64
	store := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, "<Error><Code>SlowDown</Code><Message>slow down</Message></Error>")
	})
	for method, err := range everyError(t, store) {
		if !errors.Is(err, mirror.ErrTemporary) {
			t.Errorf("%s: %v is not temporary", method, err)
		}
	}
	if got, want := requests.Load(), int64(len(everyError(t, store))); got != want {
		t.Errorf("%d requests, want %d", got, want)
	}
}

// A listing ends with its context, in the middle of a request too.
func TestListingEndsWithItsContext(t *testing.T) {
	store := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := store.List(ctx, "bucket", mirror.Cursor{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if spent := time.Since(start); spent > 5*time.Second {
		t.Errorf("ended after %v", spent)
	}
}

// A server that answers before it has read the body leaves nobody reading it.
func TestBodyIsLeftAlone(t *testing.T) {
	store := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	for range 20 {
		body := &watched{}
		_, err := store.Put(t.Context(), "bucket", "k", mirror.PutRequest{Body: body, Size: 1 << 30})
		if err == nil {
			t.Fatal("the put succeeded")
		}
		body.returned = true // a read after this is a data race
	}
}

type watched struct{ returned bool }

func (w *watched) Read(p []byte) (int, error) {
	if w.returned {
		panic("read after the put has returned")
	}

	return len(p), nil
}

// What a server refuses is told apart by its code.
func TestErrorKinds(t *testing.T) {
	var status int
	var code string
	store := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		if code != "" {
			fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message></Error>", code)
		}
	})
	for _, test := range []struct {
		status int
		code   string
		want   error
	}{
		{404, "NoSuchBucket", mirror.ErrNoBucket},
		{404, "NoSuchKey", mirror.ErrNoObject},
		{404, "", mirror.ErrNoObject},
		{412, "PreconditionFailed", mirror.ErrChanged},
		{412, "", mirror.ErrChanged},
		{400, "XMinioInvalidObjectName", mirror.ErrKeyRefused},
		{400, "KeyTooLongError", mirror.ErrKeyRefused},
		{409, "ObjectParentIsFile", mirror.ErrKeyRefused},
		{400, "EntityTooSmall", mirror.ErrPartsRefused},
		{400, "InvalidTag", mirror.ErrTagsRefused},
		{400, "BadDigest", mirror.ErrDigest},
		{500, "InternalError", mirror.ErrTemporary},
		{503, "", mirror.ErrTemporary},
		{429, "", mirror.ErrTemporary},
		{403, "AccessDenied", nil},
		{501, "NotImplemented", nil},
	} {
		status, code = test.status, test.code
		_, _, err := store.Get(t.Context(), "bucket", "k", mirror.Selection{})
		for _, kind := range []error{
			mirror.ErrNoBucket, mirror.ErrNoObject, mirror.ErrChanged, mirror.ErrKeyRefused, mirror.ErrPartsRefused,
			mirror.ErrTagsRefused, mirror.ErrTemporary,
		} {
			if errors.Is(err, kind) != errors.Is(test.want, kind) {
				t.Errorf("%d %s: %v: is %v: %v", test.status, test.code, err, kind, errors.Is(err, kind))
			}
		}
	}
}
