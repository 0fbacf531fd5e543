package s3_test

import (
	"testing"

	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/mirror/s3"
	"github.com/helm-ferry/ferry/mirror/storetest"
)

func open(t testing.TB, server testworld.S3) *s3.Store {
	t.Helper()
	store, err := s3.Open(s3.Endpoint{
		URL: server.Endpoint, Region: server.Region,
		AccessKey: server.AccessKey, SecretKey: s3.Secret(server.SecretKey),
	})
	if err != nil {
		t.Fatal(err)
	}

	return store
}

func TestMinIO(t *testing.T) {
	testworld.Wide(t, "the same suite in mirror/s3http")
	storetest.Run(t, open(t, testworld.StartMinIO(t)), storetest.Lacks{
		Expires: true, BareMarkers: true, Settings: []string{"cors", "encryption"},
	})
}

func TestVersityGW(t *testing.T) {
	testworld.Wide(t, "the same suite in mirror/s3http")
	storetest.Run(t, open(t, testworld.StartVersityGW(t)), storetest.Lacks{
		Overlap: true, Times: true, BareMarkers: true, VersionIDs: true, Settings: []string{"lifecycle", "encryption"},
	})
}

// rclone serves files: it keeps their times and none of what was said of them.
func TestRclone(t *testing.T) {
	testworld.Wide(t, "the same suite in mirror/s3http")
	storetest.Run(t, open(t, testworld.StartRclone(t)), storetest.Lacks{
		Overlap: true, Reasons: true, Times: true, Conditions: true, Parts: true, AnyExpires: true,
		Versions: true, Lock: true, Settings: storetest.Settings(),
	})
}
