package s3http_test

import (
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"io"

	"net"
	"net/http"
	"net/http/httptest"
	"strconv"

	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/s3"
	"github.com/helm-ferry/ferry/mirror/s3http"
)

// serve opens stores of both drivers on a server of the test's own.
func serve(t *testing.T, handler http.HandlerFunc) (*s3http.Store, *s3.Store) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	e := s3.Endpoint{URL: server.URL, AccessKey: "access", SecretKey: "secret"}
	store, err := s3http.Open(e)
	if err != nil {
		t.Fatal(err)
	}
	reference, err := s3.Open(e)
	if err != nil {
		t.Fatal(err)
	}

	return store, reference
}

// everyError makes each call that the driver makes itself, and some others.
func everyError(t *testing.T, store mirror.Store) map[string]error {
	t.Helper()
	ctx, errs := t.Context(), map[string]error{}
	_, errs["list"] = store.List(ctx, "bucket", mirror.Cursor{})
	_, body, err := store.Get(ctx, "bucket", "k", mirror.Selection{})
	if errs["get"] = err; err == nil {
		body.Close()
	}
	_, errs["put"] = store.Put(ctx, "bucket", "k", mirror.PutRequest{Body: strings.NewReader("x"), Size: 1})
	_, errs["put with tags"] = store.Put(ctx, "bucket", "k", mirror.PutRequest{
		Body: strings.NewReader("x"), Size: 1, Attributes: mirror.Attributes{Tags: map[string]string{"a": "b"}},
	})
	_, errs["upload"] = store.Upload(ctx, "bucket", "k", mirror.UploadRequest{})
	_, errs["stat"] = store.Stat(ctx, "bucket", "k")

	return errs
}

var sentinels = []error{
	mirror.ErrNoBucket, mirror.ErrNoObject, mirror.ErrChanged, mirror.ErrKeyRefused, mirror.ErrPartsRefused,
	mirror.ErrTagsRefused, mirror.ErrTemporary, mirror.ErrFilingRefused, mirror.ErrDigest, mirror.ErrUnsupported, mirror.ErrNoSetting,
	mirror.ErrCredentials, mirror.ErrDenied, mirror.ErrClock, mirror.ErrFull, mirror.ErrBucketName,
}

// Both drivers tell the same errors apart, by code and by status.
func TestSameErrors(t *testing.T) {
	answers := map[string]int{}
	for status, codes := range map[int]string{
		301: "PermanentRedirect",
		400: "400 BadDigest BadRequest DirectoryObjectContainsData EntityTooLarge EntityTooSmall IncompleteBody InvalidPartNumber " +
			"InvalidStorageClass InvalidTag InvalidURI KeyTooLongError RequestTimeout XMinioInvalidObjectName XMinioInvalidResourceName " +
			"XMinioObjectExistsAsDirectory ",
		403: "AccessDenied InvalidAccessKeyId QuotaExceeded RequestTimeTooSkewed SignatureDoesNotMatch",
		404: "NoSuchBucket NoSuchKey NoSuchUpload NoSuchVersion",
		405: "MethodNotAllowed MethodNotAllowedDeleteMarker",
		409: "BucketAlreadyExists ConditionalRequestConflict ExistingObjectIsDirectory ObjectParentIsFile OperationAborted",
		412: "PreconditionFailed",
		500: "InternalError",
		501: "NotImplemented",
		503: "ServiceUnavailable SlowDown SlowDownRead SlowDownWrite Throttling ThrottlingException " +
			"XMinioBucketMetadataNotInitialized XMinioIAMNotInitialized XMinioServerNotInitialized",
		507: "XMinioStorageFull",
	} {
		for code := range strings.FieldsSeq(codes) {
			answers["<?xml version=\"1.0\"?>\n<Error><Code>"+code+"</Code><Message>no</Message></Error>"] = status
		}
	}
	for _, status := range []int{400, 403, 404, 408, 411, 412, 416, 429, 499, 500, 501, 502, 503, 504, 520} {
		answers[strings.Repeat(" ", status)] = status
		answers["<html><body>"+strconv.Itoa(status)+"</body></html>"] = status
	}
	for body, status := range answers {
		t.Run(strings.TrimSpace(body), func(t *testing.T) {
			t.Parallel() // the reference waits after some errors
			store, reference := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
				fmt.Fprint(w, body)
			})
			want := everyError(t, reference)
			for call, err := range everyError(t, store) {
				if err == nil {
					t.Errorf("%s is no error", call)
				}
				for _, kind := range sentinels {
					if errors.Is(err, kind) != errors.Is(want[call], kind) {
						t.Errorf("%s: %v: is %v: %v; the reference says %v", call, err, kind, errors.Is(err, kind), want[call])
					}
				}
			}
		})
	}
}

// Both drivers read the same from headers, and nothing is parsed for nobody.
func TestSameHeaders(t *testing.T) {
	store, reference := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("ETag", `W/"9A0364B9E99BB480DD25E1F0284C8555"`)
		h.Set("Last-Modified", "Thu, 01 Dec 1994 16:00:00 GMT")
		h.Set("Expires", "0")
		h.Set("Content-Type", "text/x")
		h.Set("Content-Encoding", "gzip")
		h.Set("X-Amz-Tagging-Count", "many")
		h.Set("X-Amz-Restore", "broken")
		h.Set("X-Amz-Meta-City", "=?UTF-8?B?xYFvZMW6?=")
		h.Set("X-Amz-Meta-Raw", "\xff é  two")
		h.Set("X-Amz-Server-Side-Encryption", "aws:kms")
		h.Set("Content-Length", "7")
		fmt.Fprint(w, "content")
	})
	get := func(store mirror.Store) (mirror.Object, string) {
		obj, body, err := store.Get(t.Context(), "bucket", "k", mirror.Selection{})
		if err != nil {
			t.Fatal(err)
		}
		defer body.Close()
		content, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}

		return obj, string(content)
	}
	got, content := get(store)
	want, _ := get(reference)
	if diff := cmp.Diff(want, got); diff != "" || content != "content" || !got.OpaqueETag || got.Metadata["raw"] != "\xff é  two" {
		t.Errorf("read %q (-reference +got):\n%s", content, diff)
	}
}

// Both drivers send the same headers, but for their own names and signatures.
func TestSameRequests(t *testing.T) {
	var got http.Header
	var length int64
	store, reference := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got, length = r.Header.Clone(), r.ContentLength
		if r.ContentLength < 0 || len(r.TransferEncoding) > 0 {
			t.Errorf("%s %s came with length %d and encoding %q", r.Method, r.URL, r.ContentLength, r.TransferEncoding)
		}
		w.Header().Set("ETag", `"9a0364b9e99bb480dd25e1f0284c8555"`)
	})
	for _, content := range []string{"", "content"} {
		put := func(store mirror.Store) http.Header {
			_, err := store.Put(t.Context(), "bucket", "k", mirror.PutRequest{
				Body: strings.NewReader(content), Size: int64(len(content)), MD5: md5.Sum([]byte(content)),
				Attributes: mirror.Attributes{
					Headers:  map[string]string{"expires": "-1", "content-type": "x", "content-encoding": "gzip"},
					Metadata: map[string]string{"city": "Łódź", "acl": "x", "under_score": "a  b", "empty": ""},
					Tags:     map[string]string{"a b": "c+d", "e": "="},
				},
			})
			if err != nil || length != int64(len(content)) {
				t.Fatalf("%d bytes, %v", length, err)
			}
			for _, name := range []string{"User-Agent", "Authorization", "X-Amz-Date", "Accept-Encoding"} {
				got.Del(name)
			}

			return got
		}
		want := put(reference)
		if diff := cmp.Diff(want, put(store)); diff != "" || len(want) < 8 {
			t.Errorf("headers (-reference +got):\n%s", diff)
		}
	}
}

// Each request is sent once: the engine owns the retries.
func TestNoRetries(t *testing.T) {
	var requests atomic.Int64
	store, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	errs := everyError(t, store)
	if got, want := requests.Load(), int64(len(errs)); got != want {
		t.Errorf("%d requests, want %d", got, want)
	}
}

// An answer that is no answer of the call is an error, with status 200 too.
func TestGoodStatusBadAnswer(t *testing.T) {
	var body string
	etag := `"9a0364b9e99bb480dd25e1f0284c8555"`
	store, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error(err)
		}
		if r.URL.Query().Has("uploads") && !strings.HasPrefix(body, "begin") {
			fmt.Fprint(w, "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>")

			return
		}
		w.Header().Set("ETag", etag)
		fmt.Fprint(w, strings.TrimPrefix(body, "begin"))
	})
	up, err := store.Upload(t.Context(), "bucket", "k", mirror.UploadRequest{})
	if err != nil {
		t.Fatal(err)
	}
	calls := func() map[string]error {
		errs := everyError(t, store)
		_, errs["part"] = up.Part(t.Context(), 1, strings.NewReader("x"), 1)
		_, errs["complete"] = up.Complete(t.Context())
		delete(errs, "upload")
		delete(errs, "stat")

		return errs
	}
	body = "\n<?xml version=\"1.0\"?><Error><Code>SlowDown</Code><Message>slow down</Message></Error>"
	for name, err := range calls() {
		if !errors.Is(err, mirror.ErrTemporary) || name != "get" && !strings.Contains(err.Error(), "slow down (SlowDown)") {
			t.Errorf("%s with an error document: %v", name, err)
		}
	}
	body, etag = "<!DOCTYPE html><html>please log in</html>", ""
	for name, err := range calls() {
		if err == nil {
			t.Errorf("%s with a page for people succeeded", name)
		}
	}
	for _, body = range []string{"begin", "begin<Other/>", "begin<InitiateMultipartUploadResult/>"} {
		if _, err := store.Upload(t.Context(), "bucket", "k", mirror.UploadRequest{}); err == nil {
			t.Errorf("an upload began with %q", body)
		}
	}
}

// An object that is not the one that was asked for is not read, though the server
// ignores the condition.
func TestConditionIgnored(t *testing.T) {
	store, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"other"`)
		w.Header().Set("Last-Modified", "Thu, 01 Dec 1994 16:00:00 GMT")
	})
	if _, _, err := store.Get(t.Context(), "bucket", "k", mirror.Selection{IfMatch: "one"}); !errors.Is(err, mirror.ErrChanged) {
		t.Errorf("got %v", err)
	}
}

// What a response says of its body has to fit.
func TestOddResponses(t *testing.T) {
	var status int
	var header map[string]string
	store, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Last-Modified", "Thu, 01 Dec 1994 16:00:00 GMT")
		for name, value := range header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		fmt.Fprint(w, "1234")
	})
	for name, test := range map[string]struct {
		status int
		header map[string]string
		want   string
	}{
		"part":          {206, map[string]string{"Content-Length": "4", "Content-Range": "bytes 4-7/12"}, ""},
		"no length":     {200, map[string]string{"Transfer-Encoding": "chunked"}, "how long"},
		"no time":       {200, map[string]string{"Content-Length": "4", "Last-Modified": "never"}, "Last-Modified"},
		"no range":      {206, map[string]string{"Content-Length": "4"}, "Content-Range"},
		"another range": {206, map[string]string{"Content-Length": "4", "Content-Range": "bytes 4-8/12"}, "5 bytes on a body of 4"},
	} {
		t.Run(name, func(t *testing.T) {
			status, header = test.status, test.header
			obj, body, err := store.Get(t.Context(), "bucket", "k", mirror.Selection{Part: 2})
			if test.want != "" {
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("got %v, want %q", err, test.want)
				}

				return
			}
			if err != nil {
				t.Fatal(err)
			}
			body.Close()
			if !obj.Ranged || obj.Offset != 4 || obj.Length != 4 || obj.Size != 12 {
				t.Errorf("got %+v", obj)
			}
		})
	}
}

// A call ends with its context, wherever it is.
func TestContextEnds(t *testing.T) {
	store, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error(err)
		}
		if strings.HasSuffix(r.URL.Path, "/begun") {
			w.Header().Set("Last-Modified", "Thu, 01 Dec 1994 16:00:00 GMT")
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, "some")
			w.(http.Flusher).Flush() //nolint:forcetypeassert // servers of tests are
		}
		<-r.Context().Done()
	})
	stalled := errors.New("stalled")
	calls := map[string]func(ctx context.Context) error{
		"list": func(ctx context.Context) error {
			_, err := store.List(ctx, "bucket", mirror.Cursor{})

			return err
		},
		"put": func(ctx context.Context) error {
			_, err := store.Put(ctx, "bucket", "k", mirror.PutRequest{Body: strings.NewReader("x"), Size: 1})

			return err
		},
		"get": func(ctx context.Context) error {
			_, body, err := store.Get(ctx, "bucket", "begun", mirror.Selection{})
			if err != nil {
				return err
			}
			defer body.Close()
			_, err = io.ReadAll(body)

			return err
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			timer := time.AfterFunc(30*time.Millisecond, func() { cancel(stalled) })
			defer timer.Stop()
			start := time.Now()
			err := call(ctx)
			if !errors.Is(err, context.Canceled) && !errors.Is(err, stalled) || errors.Is(err, mirror.ErrTemporary) {
				t.Errorf("got %v", err)
			}
			if spent := time.Since(start); spent > 5*time.Second {
				t.Errorf("ended after %v", spent)
			}
		})
	}
}

// Connections are kept for the next request, as many as there are workers.
func TestConnectionsAreKept(t *testing.T) {
	var connections atomic.Int64
	page := "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
	meet := make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		meet <- struct{}{}
		fmt.Fprint(w, page)
	}))
	server.Config.ConnState = countNew(&connections)
	server.Start()
	t.Cleanup(server.Close)
	store, err := s3http.Open(s3.Endpoint{URL: server.URL, AccessKey: "access", SecretKey: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		done := make(chan error)
		for range 100 {
			go func() {
				_, err := store.List(t.Context(), "bucket", mirror.Cursor{})
				done <- err
			}()
		}
		for range 100 {
			<-meet
		}
		for range 100 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	}
	if n := connections.Load(); n > 110 {
		t.Errorf("%d connections for 100 calls at a time", n)
	}
}

// Names that would become other paths or hosts are not sent.
func TestNamesThatAreNone(t *testing.T) {
	store, _ := serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("sent %s", r.URL) })
	for _, bucket := range []string{"", ".", "..", "a/b", "a?b", "a#b", "a@b", "a:9000", "ä", "a b", "a\nb"} {
		if _, err := store.List(t.Context(), bucket, mirror.Cursor{}); err == nil || errors.Is(err, mirror.ErrTemporary) {
			t.Errorf("bucket %q: %v", bucket, err)
		}
	}
	if _, _, err := store.Get(t.Context(), "bucket", "", mirror.Selection{}); err == nil {
		t.Error("an object without a key was read")
	}
	if _, err := store.Put(t.Context(), "bucket", "", mirror.PutRequest{Body: strings.NewReader("")}); err == nil {
		t.Error("an object without a key was written")
	}
	_, err := store.Put(t.Context(), "bucket", "k", mirror.PutRequest{
		Body: strings.NewReader(""), Attributes: mirror.Attributes{Tags: map[string]string{"": "x"}},
	})
	if !errors.Is(err, mirror.ErrTagsRefused) {
		t.Errorf("a tag without a name gives %v", err)
	}
}

// Parts are completed in the order of their numbers, with the ETags of the server.
func TestComplete(t *testing.T) {
	var sent string
	store, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch query := r.URL.Query(); {
		case query.Has("uploads"):
			fmt.Fprint(w, "<InitiateMultipartUploadResult><UploadId>a+b/c=</UploadId></InitiateMultipartUploadResult>")
		case query.Get("uploadId") != "a+b/c=":
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, "<Error><Code>NoSuchUpload</Code></Error>")
		case query.Has("partNumber"):
			w.Header().Set("ETag", `"ABC`+query.Get("partNumber")+`&"`)
		default:
			text, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			sent = string(text)
			fmt.Fprint(w, "  \n<CompleteMultipartUploadResult><ETag>&quot;whole-2&quot;</ETag></CompleteMultipartUploadResult>")
		}
	})
	up, err := store.Upload(t.Context(), "bucket", "k", mirror.UploadRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{12, 3, 12} {
		if _, err := up.Part(t.Context(), n, strings.NewReader("x"), 1); err != nil {
			t.Fatal(err)
		}
	}
	etag, err := up.Complete(t.Context())
	if err != nil || etag != "whole-2" {
		t.Errorf("got %q, %v", etag, err)
	}
	want := `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` +
		`<Part><PartNumber>3</PartNumber><ETag>ABC3&amp;</ETag></Part><Part><PartNumber>12</PartNumber><ETag>ABC12&amp;</ETag></Part>` +
		`</CompleteMultipartUpload>`
	if sent != want {
		t.Errorf("sent %s\nwant %s", sent, want)
	}
}

func countNew(n *atomic.Int64) func(net.Conn, http.ConnState) {
	return func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			n.Add(1)
		}
	}
}
