package sigv4

import (
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"testing"
	"time"
)

// The example of a signing key in the reference of AWS.
func TestPublishedKey(t *testing.T) {
	key := signingKey("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830", "us-east-1", "iam")
	if got, want := hex.EncodeToString(key), "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Cases of AWS's test suite for Signature Version 4. They are of a service that gets
// no header with the digest of the body and cleans paths, which S3 does not.
func TestPublishedSuite(t *testing.T) {
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	tests := map[string]struct {
		method, path, query string
		headers             http.Header
		payload, want       string
	}{
		"get-vanilla":             {want: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		"get-vanilla-empty-query": {query: "Param1=value1", want: "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
		"get-vanilla-query-order-key-case": {
			query: "Param2=value2&Param1=value1", want: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
		},
		"get-unreserved": {
			path: "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
			want: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
		},
		"get-utf8": {path: "/\u1234", want: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
		"get-header-key-duplicate": {
			headers: http.Header{"My-Header1": {"value2", "value2", "value1"}},
			want:    "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
		},
		"get-header-value-order": {
			headers: http.Header{"My-Header1": {"value4", "value1", "value3", "value2"}},
			want:    "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
		},
		"get-header-value-trim": {
			headers: http.Header{"My-Header1": {" value1"}, "My-Header2": {` "a   b   c"`}},
			want:    "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
		},
		"post-vanilla": {method: http.MethodPost, want: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
		"post-x-www-form-urlencoded": {
			method: http.MethodPost, headers: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
			payload: "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e",
			want:    "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
		},
	}
	now := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	creds := Credentials{AccessKey: "AKIDEXAMPLE", SecretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			req := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/", RawQuery: test.query}, Host: "example.amazonaws.com"}
			req.Header = http.Header{"X-Amz-Date": {"20150830T123600Z"}}
			maps.Copy(req.Header, test.headers)
			if test.method != "" {
				req.Method = test.method
			}
			if test.path != "" {
				req.URL.Path = test.path
			}
			payload := empty
			if test.payload != "" {
				payload = test.payload
			}
			today := New("us-east-1", "service").day(creds, now)
			w := today.scratch(now)
			w.names(req)
			w.canonical(req, payload)
			got := w.authorization(today)
			if got = got[len(got)-len(test.want):]; got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
