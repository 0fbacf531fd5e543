package s3http_test

import (
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/s3"
	"github.com/helm-ferry/ferry/mirror/s3http"
)

func dial(t *testing.T, e s3.Endpoint) *s3http.Store {
	t.Helper()
	if e.AccessKey == "" && !e.Ambient {
		e.AccessKey, e.SecretKey = "access", "secret"
	}
	store, err := s3http.Open(e)
	if err != nil {
		t.Fatal(err)
	}

	return store
}

// hotCalls makes each call that the driver makes itself.
func hotCalls(t *testing.T, store mirror.Store) map[string]func() error {
	t.Helper()

	return map[string]func() error{
		"list":   func() error { _, err := store.List(t.Context(), "bucket", mirror.Cursor{}); return err },
		"remove": func() error { return store.Remove(t.Context(), "bucket", "k/l") },
		"stat":   func() error { _, err := store.Stat(t.Context(), "bucket", "k/l"); return err },
		"put": func() error {
			_, err := store.Put(t.Context(), "bucket", "k/l", mirror.PutRequest{Body: strings.NewReader("x"), Size: 1})

			return err
		},
		"get": func() error {
			_, body, err := store.Get(t.Context(), "bucket", "k/l", mirror.Selection{})
			if err == nil {
				body.Close()
			}

			return err
		},
	}
}

// agree answers every call well.
func agree(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("ETag", `"9a0364b9e99bb480dd25e1f0284c8555"`)
	w.Header().Set("Last-Modified", "Thu, 01 Dec 1994 16:00:00 GMT")
	if r.Method == http.MethodHead {
		w.Header().Set("Content-Length", "0")
	}
	if r.URL.Query().Has("list-type") {
		fmt.Fprint(w, "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>")
	}
}

// Certificates are verified, against the bundle where there is one, and a refusal is final.
func TestCertificates(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(agree))
	t.Cleanup(server.Close)
	bundle := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	for name, test := range map[string]struct {
		endpoint s3.Endpoint
		trusted  bool
	}{
		"nobody vouches": {s3.Endpoint{URL: server.URL}, false},
		"in the bundle":  {s3.Endpoint{URL: server.URL, CABundle: bundle}, true},
		"not looked at":  {s3.Endpoint{URL: server.URL, Insecure: true}, true},
	} {
		for call, do := range hotCalls(t, dial(t, test.endpoint)) {
			if err := do(); (err == nil) != test.trusted || errors.Is(err, mirror.ErrTemporary) {
				t.Errorf("%s: %s: %v", name, call, err)
			}
		}
	}
	if _, err := s3http.Open(s3.Endpoint{URL: server.URL, AccessKey: "a", SecretKey: "s", CABundle: []byte("none")}); err == nil {
		t.Error("a bundle without certificates was taken")
	}
}

// The name of a bucket stands where the style says, and what is signed is what is sent.
func TestStyle(t *testing.T) {
	var host, path string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, path = r.Host, r.URL.Path
		agree(w, r)
	}))
	t.Cleanup(proxy.Close)
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		endpoint   s3.Endpoint
		host, path string
	}{
		{s3.Endpoint{URL: "http://store.invalid:9000"}, "store.invalid:9000", "/bucket"},
		{s3.Endpoint{URL: "http://store.invalid", Style: s3.StyleHost}, "bucket.store.invalid", ""},
		{s3.Endpoint{URL: "http://s3.eu-west-1.amazonaws.com"}, "bucket.s3.eu-west-1.amazonaws.com", ""},
		{s3.Endpoint{URL: "http://s3.amazonaws.com", Region: "eu-west-1"}, "bucket.s3.eu-west-1.amazonaws.com", ""},
		{s3.Endpoint{URL: "http://s3.eu-west-1.amazonaws.com", Style: s3.StylePath}, "s3.eu-west-1.amazonaws.com", "/bucket"},
	} {
		test.endpoint.Proxy = http.ProxyURL(address)
		for call, do := range hotCalls(t, dial(t, test.endpoint)) {
			if err := do(); err != nil {
				t.Errorf("%s: %v", call, err)
			}
			want := test.path + "/k/l"
			if call == "list" {
				want = test.path + "/"
			}
			if host != test.host || path != want && path+"/" != want {
				t.Errorf("%s at %s: asked %s for %s, want %s, %s", call, test.endpoint.URL, host, path, test.host, want)
			}
		}
	}
}

// A proxy is used only on request, whatever the environment says.
func TestProxy(t *testing.T) {
	proxied := 0
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proxied++
		agree(w, r)
	}))
	t.Cleanup(proxy.Close)
	t.Setenv("HTTP_PROXY", proxy.URL)
	for _, do := range hotCalls(t, dial(t, s3.Endpoint{URL: "http://store.invalid"})) {
		if err := do(); err == nil || proxied > 0 {
			t.Errorf("%d requests went through a proxy that nobody asked for: %v", proxied, err)
		}
	}
}

// An address of IPv6 stands in brackets, with its port where it is not that of the scheme.
func TestIPv6(t *testing.T) {
	listener, err := net.Listen("tcp", "[::1]:0") //nolint:noctx // it is there at once
	if err != nil {
		t.Fatal(err)
	}
	var host string
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host = r.Host
		agree(w, r)
	}))
	server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	for call, do := range hotCalls(t, dial(t, s3.Endpoint{URL: server.URL})) {
		if err := do(); err != nil || host != listener.Addr().String() {
			t.Errorf("%s: asked %s: %v", call, host, err)
		}
	}
}

// A session token is sent and signed; the region is the one that was given.
func TestCredentials(t *testing.T) {
	var header http.Header
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/credentials" {
			fmt.Fprint(w, `{"AccessKeyId":"ambient","SecretAccessKey":"topsecret","Token":"sometoken","Expiration":"2099-01-01T00:00:00Z"}`)

			return
		}
		header = r.Header.Clone()
		agree(w, r)
	}))
	t.Cleanup(server.Close)
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.URL+"/credentials")
	for access, e := range map[string]s3.Endpoint{
		"mine":    {URL: server.URL, Region: "eu-west-1", AccessKey: "mine", SecretKey: "secret", SessionToken: "sometoken"},
		"ambient": {URL: server.URL, Region: "eu-west-1", Ambient: true},
	} {
		for call, do := range hotCalls(t, dial(t, e)) {
			if err := do(); err != nil {
				t.Errorf("%s %s: %v", access, call, err)
			}
			signed := header.Get("Authorization")
			if header.Get("X-Amz-Security-Token") != "sometoken" || !strings.Contains(signed, "x-amz-security-token") ||
				!strings.Contains(signed, "Credential="+access+"/") || !strings.Contains(signed, "/eu-west-1/s3/") {
				t.Errorf("%s: sent %v", call, header)
			}
		}
	}
}

// A server that wants another region is quoted with it, and not asked again.
func TestOtherRegion(t *testing.T) {
	for name, answer := range map[string]func(w http.ResponseWriter){
		"document": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, "<Error><Code>AuthorizationHeaderMalformed</Code><Message>wrong</Message><Region>eu-north-1</Region></Error>")
		},
		"header": func(w http.ResponseWriter) {
			w.Header().Set("X-Amz-Bucket-Region", "eu-north-1")
			w.Header().Set("Location", "http://elsewhere.invalid/")
			w.WriteHeader(http.StatusMovedPermanently)
		},
	} {
		requests := 0
		store, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			requests++
			answer(w)
		})
		for call, do := range hotCalls(t, store) {
			if call == "stat" && name == "document" {
				continue // an answer to HEAD has none
			}
			requests = 0
			err := do()
			if err == nil || !strings.Contains(err.Error(), `the region is "eu-north-1"`) || errors.Is(err, mirror.ErrTemporary) || requests != 1 {
				t.Errorf("%s: %s: %d requests: %v", name, call, requests, err)
			}
		}
	}
}
