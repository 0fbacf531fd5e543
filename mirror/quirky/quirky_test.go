package quirky_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/quirky"
	"github.com/helm-ferry/ferry/mirror/s3"
	"github.com/helm-ferry/ferry/mirror/storetest"
)

// serve starts a server and opens it.
func serve(t *testing.T, config quirky.Config) (*quirky.Server, *s3.Store) {
	t.Helper()
	server := quirky.New(config)
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	store, err := s3.Open(s3.Endpoint{URL: listener.URL, AccessKey: quirky.AccessKey, SecretKey: quirky.SecretKey})
	if err != nil {
		t.Fatal(err)
	}

	return server, store
}

// Without quirks the server is an S3 server.
func TestConformance(t *testing.T) {
	for name, c := range map[string]struct {
		quirks quirky.Quirks
		lacks  storetest.Lacks
	}{
		"plain":       {lacks: storetest.Lacks{Times: true, VersionIDs: true}},
		"keeps times": {quirks: quirky.Quirks{KeepsTimes: true}, lacks: storetest.Lacks{VersionIDs: true}},
		"ignores conditions": {
			quirks: quirky.Quirks{KeepsTimes: true, Writes: quirky.Writes{NoConditions: true}},
			lacks:  storetest.Lacks{Conditions: true, VersionIDs: true},
		},
		"folders": {
			quirks: quirky.Quirks{KeepsTimes: true, Keys: quirky.Keys{Folders: true}},
			lacks:  storetest.Lacks{Overlap: true, VersionIDs: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, store := serve(t, quirky.Config{Quirks: c.quirks})
			storetest.Run(t, store, c.lacks)
		})
	}
}

// A request with a wrong signature, an unknown key or none does nothing.
func TestSignaturesAreChecked(t *testing.T) {
	server, _ := serve(t, quirky.Config{})
	server.CreateBucket("cargo")
	listener := httptest.NewServer(server)
	defer listener.Close()
	for name, e := range map[string]s3.Endpoint{
		"SignatureDoesNotMatch": {AccessKey: quirky.AccessKey, SecretKey: "wrong"},
		"InvalidAccessKeyId":    {AccessKey: "nobody", SecretKey: quirky.SecretKey},
	} {
		e.URL = listener.URL
		store, err := s3.Open(e)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.List(t.Context(), "cargo", mirror.Cursor{}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %s", err, name)
		}
	}
	resp, err := http.Get(listener.URL + "/cargo") //nolint:noctx // without a signature
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("without a signature the status is %d", resp.StatusCode)
	}
}
