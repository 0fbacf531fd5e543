package s3_test

import (
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/s3"
)

func TestOpen(t *testing.T) {
	tests := map[string]struct {
		change   func(e *s3.Endpoint)
		location string
		fails    string
	}{
		"plain":            {location: "http://store:9000"},
		"default port":     {change: func(e *s3.Endpoint) { e.URL = "https://S3.Example.COM./" }, location: "https://s3.example.com:443"},
		"IPv6":             {change: func(e *s3.Endpoint) { e.URL = "http://[::1]" }, location: "http://[::1]:80"},
		"no scheme":        {change: func(e *s3.Endpoint) { e.URL = "store:9000" }, fails: "must begin with http://"},
		"other scheme":     {change: func(e *s3.Endpoint) { e.URL = "s3://store" }, fails: "must begin with http://"},
		"no host":          {change: func(e *s3.Endpoint) { e.URL = "http://" }, fails: "host[:port]"},
		"path":             {change: func(e *s3.Endpoint) { e.URL = "http://store/bucket" }, fails: "host[:port]"},
		"password":         {change: func(e *s3.Endpoint) { e.URL = "http://me:hunter2@store" }, fails: "holds credentials"},
		"broken":           {change: func(e *s3.Endpoint) { e.URL = "http://me:hun ter2@store" }, fails: "not a URL"},
		"no secret":        {change: func(e *s3.Endpoint) { e.SecretKey = "" }, fails: "secret key is missing"},
		"keys and ambient": {change: func(e *s3.Endpoint) { e.Ambient = true }, fails: "not both"},
		"broken bundle":    {change: func(e *s3.Endpoint) { e.CABundle = []byte("none") }, fails: "no certificate"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e := s3.Endpoint{URL: "http://store:9000", AccessKey: "access", SecretKey: "hunter2"}
			if test.change != nil {
				test.change(&e)
			}
			store, err := s3.Open(e)
			if test.fails != "" {
				if err == nil || !strings.Contains(err.Error(), test.fails) || strings.Contains(err.Error(), "ter2") {
					t.Errorf("got %v, want %q and no secret", err, test.fails)
				}

				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := store.Location(); got != test.location {
				t.Errorf("got %q, want %q", got, test.location)
			}
		})
	}
}

// No way of printing an endpoint shows its secrets.
func TestEndpointPrintsNoSecret(t *testing.T) {
	e := s3.Endpoint{URL: "http://store", AccessKey: "access", SecretKey: "hunter2", SessionToken: "hunter3"}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("open", "endpoint", e, "secret", e.SecretKey)
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	printed := log.String() + string(text)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		printed += fmt.Sprintf(verb, e) + fmt.Sprintf(verb, e.SecretKey) + fmt.Sprintf(verb, &e)
	}
	for _, secret := range []string{"hunter", "68756e746572"} {
		if strings.Contains(printed, secret) {
			t.Errorf("found %q in %s", secret, printed)
		}
	}
}

// Whatever fails with whatever credentials, no error shows them.
func TestErrorsShowNoSecret(t *testing.T) {
	server := testworld.StartMinIO(t)
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, "<Error><Code>AccessDenied</Code><Message>%v topsecretkey topsecrettoken</Message></Error>", r.Header)
	}))
	t.Cleanup(echo.Close)
	for name, e := range map[string]s3.Endpoint{
		"wrong secret": {URL: server.Endpoint, AccessKey: server.AccessKey, SecretKey: "topsecretkey", SessionToken: "topsecrettoken"},
		"wrong access": {URL: server.Endpoint, AccessKey: "topaccesskey", SecretKey: "topsecretkey"},
		"echo":         {URL: echo.URL, AccessKey: "topaccesskey", SecretKey: "topsecretkey", SessionToken: "topsecrettoken"},
		"nobody there": {URL: "http://127.0.0.1:1", AccessKey: "topaccesskey", SecretKey: "topsecretkey"},
	} {
		t.Run(name, func(t *testing.T) {
			store, err := s3.Open(e)
			if err != nil {
				t.Fatal(err)
			}
			for method, err := range everyError(t, store) {
				if err == nil {
					t.Errorf("%s succeeded", method)

					continue
				}
				text := fmt.Sprintf("%v %+v %#v", err, err, err)
				if strings.Contains(strings.ReplaceAll(text, "Signature=[secret]", ""), "Signature=") || len(text) > 10_000 {
					t.Errorf("%s: a signature or too much is in %s", method, text)
				}
				for _, secret := range []string{"topsecretkey", "topsecrettoken", "topaccesskey", server.SecretKey, server.AccessKey} {
					if strings.Contains(text, secret) {
						t.Errorf("%s: %q is in %s", method, secret, text)
					}
				}
			}
		})
	}
}

// everyError calls every method of a store.
func everyError(t *testing.T, store mirror.Store) map[string]error {
	ctx := t.Context()
	errs := map[string]error{"create": store.CreateBucket(ctx, "bucket", mirror.BucketRequest{}), "remove": store.Remove(ctx, "bucket", "k")}
	_, errs["buckets"] = store.Buckets(ctx)
	_, errs["list"] = store.List(ctx, "bucket", mirror.Cursor{})
	_, errs["stat"] = store.Stat(ctx, "bucket", "k")
	_, _, errs["get"] = store.Get(ctx, "bucket", "k", mirror.Selection{})
	_, errs["put"] = store.Put(ctx, "bucket", "k", mirror.PutRequest{Body: strings.NewReader("x"), Size: 1})
	_, errs["upload"] = store.Upload(ctx, "bucket", "k", mirror.UploadRequest{})

	return errs
}

// Certificates are verified, against the bundle where there is one, and a refusal
// is final.
func TestCertificates(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "<ListAllMyBucketsResult><Buckets><Bucket><Name>found</Name></Bucket></Buckets></ListAllMyBucketsResult>")
	}))
	t.Cleanup(server.Close)
	e := s3.Endpoint{URL: server.URL, AccessKey: "access", SecretKey: "secret"}
	store, err := s3.Open(e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Buckets(t.Context()); err == nil || errors.Is(err, mirror.ErrTemporary) {
		t.Errorf("got %v from a server that nobody vouches for", err)
	}
	e.CABundle = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if store, err = s3.Open(e); err != nil {
		t.Fatal(err)
	}
	names, err := store.Buckets(t.Context())
	if err != nil || len(names) != 1 {
		t.Errorf("got %v, %v with the server's certificate in the bundle", names, err)
	}
	e.CABundle, e.Insecure = nil, true
	if store, err = s3.Open(e); err != nil {
		t.Fatal(err)
	}
	if names, err = store.Buckets(t.Context()); err != nil || len(names) != 1 {
		t.Errorf("got %v, %v without a look at the certificate", names, err)
	}
}

// The name of a bucket stands where the style says, in listings and other requests.
func TestStyle(t *testing.T) {
	var host, path string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, path = r.Host, r.URL.Path
		fmt.Fprint(w, "<ListBucketResult></ListBucketResult>")
	}))
	t.Cleanup(proxy.Close)
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		url    string
		style  s3.Style
		inHost bool
	}{
		{"http://store.invalid:9000", s3.StyleAuto, false},
		{"http://store.invalid:9000", s3.StyleHost, true},
		{"http://s3.eu-west-1.amazonaws.com", s3.StyleAuto, true},
		{"http://s3.eu-west-1.amazonaws.com", s3.StylePath, false},
	} {
		store, err := s3.Open(s3.Endpoint{
			URL: test.url, AccessKey: "access", SecretKey: "secret", Style: test.style, Proxy: http.ProxyURL(address),
		})
		if err != nil {
			t.Fatal(err)
		}
		calls := map[string]func() error{
			"list":   func() error { _, err := store.List(t.Context(), "bucket", mirror.Cursor{}); return err },
			"remove": func() error { return store.Remove(t.Context(), "bucket", "k") },
		}
		for name, call := range calls {
			if err := call(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if inHost := strings.HasPrefix(host, "bucket."); inHost != test.inHost || inHost == strings.HasPrefix(path, "/bucket") {
				t.Errorf("%s of style %d: asked %s for %s", name, test.style, host, path)
			}
		}
	}
}

// A proxy is used only on request, whatever the environment says.
func TestProxy(t *testing.T) {
	proxied := 0
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		proxied++
		fmt.Fprint(w, "<ListAllMyBucketsResult></ListAllMyBucketsResult>")
	}))
	t.Cleanup(proxy.Close)
	t.Setenv("HTTP_PROXY", proxy.URL)
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	e := s3.Endpoint{URL: "http://store.invalid", AccessKey: "access", SecretKey: "secret"}
	for want, choose := range []func(*http.Request) (*url.URL, error){nil, http.ProxyURL(address)} {
		e.Proxy = choose
		store, err := s3.Open(e)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.Buckets(t.Context()); (err == nil) != (want == 1) || proxied != want {
			t.Errorf("%d requests through the proxy, want %d: %v", proxied, want, err)
		}
	}
}

// Ambient credentials sign like others.
func TestAmbientCredentials(t *testing.T) {
	var signed string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/credentials" {
			fmt.Fprint(w, `{"AccessKeyId":"ambientkey","SecretAccessKey":"topsecretkey","Token":"t","Expiration":"2099-01-01T00:00:00Z"}`)

			return
		}
		signed = r.Header.Get("Authorization")
		fmt.Fprint(w, "<ListAllMyBucketsResult></ListAllMyBucketsResult>")
	}))
	t.Cleanup(server.Close)
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.URL+"/credentials")
	store, err := s3.Open(s3.Endpoint{URL: server.URL, Ambient: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Buckets(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(signed, "Credential=ambientkey/") {
		t.Errorf("signed as %q", signed)
	}
}
