package sigv4_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/internal/sigv4"
)

const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// The examples of "Authenticating Requests: Using the Authorization Header" in the
// documentation of Amazon S3.
func TestPublishedExamples(t *testing.T) {
	creds := sigv4.Credentials{AccessKey: "AKIAIOSFODNN7EXAMPLE", SecretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
	now := time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		method, path, query, payload string
		headers                      map[string]string
		signed, signature            string
	}{
		"get object": {
			method: "GET", path: "/test.txt", payload: empty,
			headers:   map[string]string{"Range": "bytes=0-9"},
			signed:    "host;range;x-amz-content-sha256;x-amz-date",
			signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
		},
		"put object": {
			method: "PUT", path: "/test$file.text", payload: "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
			headers:   map[string]string{"Date": "Fri, 24 May 2013 00:00:00 GMT", "X-Amz-Storage-Class": "REDUCED_REDUNDANCY"},
			signed:    "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
			signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
		},
		"get bucket lifecycle": {
			method: "GET", path: "/", query: "lifecycle", payload: empty,
			signed:    "host;x-amz-content-sha256;x-amz-date",
			signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
		},
		"list objects": {
			method: "GET", path: "/", query: "max-keys=2&prefix=J", payload: empty,
			signed:    "host;x-amz-content-sha256;x-amz-date",
			signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
		},
	}
	signer := sigv4.New("us-east-1", "s3")
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			req := httptest.NewRequestWithContext(t.Context(), test.method, "http://examplebucket.s3.amazonaws.com/", nil)
			req.URL.Path, req.URL.RawQuery = test.path, test.query
			for name, value := range test.headers {
				req.Header.Set(name, value)
			}
			signer.Sign(req, creds, test.payload, now)
			want := "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=" +
				test.signed + ", Signature=" + test.signature
			if got := req.Header.Get("Authorization"); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if got := req.Header.Get("X-Amz-Date"); got != "20130524T000000Z" {
				t.Errorf("signed as of %s", got)
			}
		})
	}
}

// What a server gets is what was signed, byte for byte.
func TestSpelling(t *testing.T) {
	var got string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RequestURI }))
	t.Cleanup(server.Close)
	tests := map[string]struct{ path, query, want string }{
		"plain":             {path: "/b/k", want: "/b/k"},
		"no path":           {want: "/"},
		"slashes and dots":  {path: "//b//a/../b/./c/", want: "//b//a/../b/./c/"},
		"unreserved":        {path: "/-._~aZ09", want: "/-._~aZ09"},
		"all others":        {path: "/ !\"#$%&'()*+,:;<=>?@[\\]^`{|}", want: "/%20%21%22%23%24%25%26%27%28%29%2A%2B%2C%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E%60%7B%7C%7D"},
		"escaped already":   {path: "/a%2Fb", want: "/a%252Fb"},
		"control":           {path: "/\x00\t\n\r\x7f", want: "/%00%09%0A%0D%7F"},
		"UTF-8":             {path: "/é/日", want: "/%C3%A9/%E6%97%A5"},
		"not UTF-8":         {path: "/\xff\xc3", want: "/%FF%C3"},
		"question mark":     {path: "/k", query: "", want: "/k"},
		"flag":              {path: "/", query: "uploads", want: "/?uploads="},
		"sorted":            {path: "/", query: "b=2&a=1&a-b=4&a=0", want: "/?a=0&a=1&a-b=4&b=2"},
		"plus is a space":   {path: "/", query: "a=b+c%2bd", want: "/?a=b%20c%2Bd"},
		"too much escaped":  {path: "/", query: "a=%41%7e", want: "/?a=A~"},
		"too little":        {path: "/", query: "prefix=a/b;c=d", want: "/?prefix=a%2Fb%3Bc%3Dd"},
		"broken code":       {path: "/", query: "a=%zz%4", want: "/?a=%25zz%254"},
		"empty parameters":  {path: "/", query: "&a=1&&b=2&", want: "/?a=1&b=2"},
		"canonical already": {path: "/", query: "a=%2F&b=", want: "/?a=%2F&b="},
	}
	signer := sigv4.New("us-east-1", "s3")
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.URL.Path, req.URL.RawQuery, req.URL.ForceQuery = test.path, test.query, true
			signer.Sign(req, sigv4.Credentials{AccessKey: "a", SecretKey: "s"}, sigv4.UnsignedPayload, time.Now())
			resp, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if got != test.want {
				t.Errorf("sent %q, want %q", got, test.want)
			}
		})
	}
}

// The same query comes out of AppendQuery and of Sign.
func TestAppendQuery(t *testing.T) {
	var query []byte
	query = sigv4.AppendQuery(query, "list-type", "2")
	query = sigv4.AppendQuery(query, "prefix", "a b/ü+")
	query = sigv4.AppendQuery(query, "versions", "")
	if want := "list-type=2&prefix=a%20b%2F%C3%BC%2B&versions="; string(query) != want {
		t.Errorf("got %s, want %s", query, want)
	}
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/?"+string(query), nil)
	sigv4.New("r", "s3").Sign(req, sigv4.Credentials{}, sigv4.UnsignedPayload, time.Now())
	if req.URL.RawQuery != string(query) {
		t.Errorf("respelled as %s", req.URL.RawQuery)
	}
}

// Another day, another pair of keys or another token changes the signature, and
// coming back brings it back.
func TestKeysOfTheDay(t *testing.T) {
	signer := sigv4.New("r", "s3")
	now := time.Date(2026, 1, 1, 23, 59, 59, 0, time.FixedZone("", 3600))
	sign := func(access, secret, token string, now time.Time) string {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		signer.Sign(req, sigv4.Credentials{AccessKey: access, SecretKey: secret, SessionToken: token}, sigv4.UnsignedPayload, now)
		if req.Header.Get("X-Amz-Security-Token") != token {
			t.Errorf("token is %q, want %q", req.Header.Get("X-Amz-Security-Token"), token)
		}

		return req.Header.Get("Authorization")
	}
	all := func() []string {
		return []string{
			sign("a", "s", "", now), sign("a", "s", "", now.Add(time.Second)), sign("a", "s", "", now.Add(24*time.Hour)),
			sign("a", "other", "", now), sign("b", "s", "", now), sign("a", "s", "t", now),
		}
	}
	first := all()
	if again := all(); !slices.Equal(first, again) {
		t.Errorf("got %q, then %q", first, again)
	}
	if slices.Sort(first); len(slices.Compact(first)) != 6 {
		t.Errorf("two of six are equal: %q", first)
	}
}

// One signer serves many goroutines, over midnight and a change of keys.
func TestConcurrentUse(t *testing.T) {
	signer, alone := sigv4.New("r", "s3"), sigv4.New("r", "s3")
	midnight := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	sign := func(signer *sigv4.Signer, n int) string {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPut, fmt.Sprintf("/b/%d?partNumber=%d", n, n), nil)
		creds := sigv4.Credentials{AccessKey: "a", SecretKey: fmt.Sprint(n % 2)}
		signer.Sign(req, creds, sigv4.UnsignedPayload, midnight.Add(time.Duration(n-100)*time.Second))

		return req.Header.Get("Authorization")
	}
	var want []string
	for n := range 200 {
		want = append(want, sign(alone, n))
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for n := range 200 {
				if got := sign(signer, n); got != want[n] {
					t.Errorf("request %d: got %s, want %s", n, got, want[n])
				}
			}
		})
	}
	group.Wait()
}

// No way of printing credentials shows them.
func TestCredentialsPrintNothing(t *testing.T) {
	creds := sigv4.Credentials{AccessKey: "hunter1", SecretKey: "hunter2", SessionToken: "hunter3"}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("sign", "credentials", creds)
	printed := log.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		printed += fmt.Sprintf(verb, creds) + fmt.Sprintf(verb, &creds)
	}
	text, err := json.Marshal(creds)
	if err != nil {
		t.Fatal(err)
	}
	if printed += string(text); strings.Contains(printed, "hunter") || strings.Contains(printed, "68756e746572") {
		t.Errorf("found a secret in %s", printed)
	}
}

// A signature needs little memory, even when the race detector throws half of it
// away; a key derived for each request would need more.
func TestAllocations(t *testing.T) {
	signer, creds, now := sigv4.New("r", "s3"), sigv4.Credentials{AccessKey: "a", SecretKey: "s"}, time.Now()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/b/plain", nil)
	maps.Copy(req.Header, http.Header{"Content-Md5": {"x"}, "Content-Type": {"y"}, "X-Amz-Meta-Owner": {"z"}})
	req.Body = io.NopCloser(strings.NewReader(""))
	if allocs := testing.AllocsPerRun(1000, func() { signer.Sign(req, creds, sigv4.UnsignedPayload, now) }); allocs > 15 {
		t.Errorf("%v allocations, want 15 at most", allocs)
	}
}
