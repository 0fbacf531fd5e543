package sigv4_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/minio/minio-go/v7/pkg/signer"

	"github.com/helm-ferry/ferry/internal/sigv4"
)

// FuzzSign compares with the signer of minio-go, which signs as of its own now.
//
// Not compared is what the two do differently on purpose: minio-go leaves a path as
// it is that is not UTF-8, and sorts parameters by their decoded names and not by
// their values.
func FuzzSign(f *testing.F) {
	f.Add("GET", "/bucket/a b/../ü", "prefix=a+b&uploads&x=%2f", "Content-Type: text/plain\nX-Amz-Meta-City:  Łódź  two\t\tspaces ", "token", "")
	f.Add("PUT", "/b//k*'~%2F", "partNumber=1&uploadId=a%2Bb==", "If-Match: \"x\"\nUser-Agent: me\nAccept-Encoding: gzip\nX: 1\nX: 2", "", "abc")
	f.Fuzz(func(t *testing.T, method, path, query, headers, token, payload string) {
		if !isToken(method) || !utf8.ValidString(path) || !isText(token+payload) {
			return
		}
		if payload == "" {
			payload = sigv4.UnsignedPayload
		}
		header := parseHeaders(headers)
		req := &http.Request{
			Method: method, Host: "store:9000", Header: header.Clone(),
			URL: &url.URL{Scheme: "http", Host: "store:9000", Path: "/" + path, RawQuery: sortedQuery(query)},
		}
		header.Set("X-Amz-Content-Sha256", payload)
		their := *req
		their.Header, their.URL = header, &url.URL{Path: req.URL.Path, RawQuery: req.URL.RawQuery}
		want := signer.SignV4(their, "access", "secret", token, "us-east-1")

		now, err := time.Parse("20060102T150405Z", want.Header.Get("X-Amz-Date"))
		if err != nil {
			t.Fatal(err)
		}
		creds := sigv4.Credentials{AccessKey: "access", SecretKey: "secret", SessionToken: token}
		sigv4.New("us-east-1", "s3").Sign(req, creds, payload, now)
		if got, want := req.Header.Get("Authorization"), want.Header.Get("Authorization"); got != want {
			t.Errorf("got  %s\nwant %s\nheaders %q", got, want, req.Header)
		}
		if req.URL.RawQuery != want.URL.RawQuery {
			t.Errorf("query is %s, want %s", req.URL.RawQuery, want.URL.RawQuery)
		}
		if decoded, err := url.PathUnescape(req.URL.EscapedPath()); err != nil || decoded != "/"+path {
			t.Errorf("path %q became %q, %v", path, req.URL.EscapedPath(), err)
		}
	})
}

// parseHeaders reads lines of names and values, and drops what cannot be sent or is
// not signed alike.
func parseHeaders(text string) http.Header {
	header := http.Header{}
	for line := range strings.Lines(text) {
		name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		name = http.CanonicalHeaderKey(name)
		if ok && isToken(name) && isText(value) && name != "Host" && name != "X-Amz-S3session-Token" {
			header.Add(name, value)
		}
	}

	return header
}

// isToken reports whether s may be a method or the name of a header, isText whether
// it may be the value of one.
func isToken(s string) bool {
	return s != "" && strings.Trim(s, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func isText(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' && s[i] != '\t' || s[i] == 0x7f {
			return false
		}
	}

	return true
}

// sortedQuery keeps the parameters whose names are unreserved, and sorts the values
// of equal names.
func sortedQuery(text string) string {
	query, _ := url.ParseQuery(text) // what cannot be parsed is left out
	for name, values := range query {
		if url.QueryEscape(name) != name {
			delete(query, name)
		}
		slices.SortFunc(values, func(a, b string) int {
			return strings.Compare(percentEncoded(a), percentEncoded(b))
		})
	}

	return query.Encode()
}

func percentEncoded(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// BenchmarkSign signs a PUT as the copy of an object needs it.
func BenchmarkSign(b *testing.B) {
	request := func() *http.Request {
		return &http.Request{
			Method: http.MethodPut, Host: "store:9000",
			URL: &url.URL{Scheme: "http", Host: "store:9000", Path: "/bucket/folder/part-00042.parquet"},
			Header: http.Header{
				"Content-Md5": {"mgNkuembtIDdJeHwKEyFVQ=="}, "Content-Type": {"application/octet-stream"},
				"User-Agent": {"ferry"}, "X-Amz-Meta-Owner": {"ilum"},
			},
		}
	}
	b.Run("own", func(b *testing.B) {
		own, creds := sigv4.New("us-east-1", "s3"), sigv4.Credentials{AccessKey: "access", SecretKey: "secret"}
		now, req := time.Now(), request()
		b.ReportAllocs()
		for b.Loop() {
			own.Sign(req, creds, sigv4.UnsignedPayload, now)
		}
	})
	b.Run("minio-go", func(b *testing.B) {
		req := request()
		req.Header.Set("X-Amz-Content-Sha256", sigv4.UnsignedPayload)
		b.ReportAllocs()
		for b.Loop() {
			signer.SignV4(*req, "access", "secret", "", "us-east-1")
		}
	})
}
