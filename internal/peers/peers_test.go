package peers_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"

	"github.com/helm-ferry/ferry/internal/peers"
	"github.com/helm-ferry/ferry/internal/testworld"
)

// TestPeersMirror has each program copy, copy what changed, and remove when it is asked to and not before.
func TestPeersMirror(t *testing.T) {
	testworld.Wide(t, "make bench")
	all, err := peers.Find(t.Context(), os.Environ(), "../..", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	source, destination := testworld.StartMinIO(t), testworld.StartMinIO(t)
	for _, peer := range all {
		t.Run(peer.Name, func(t *testing.T) {
			pair := peers.Pair{Source: source, Destination: destination, Bucket: "cargo-" + peer.Name}
			var ballast strings.Builder // so that what changes is a small part, which Ferry demands
			for i := range 30 {
				key := fmt.Sprintf("ballast-%02d", i)
				fmt.Fprintf(&ballast, "%s=4 ", key)
				write(t, source, pair.Bucket, key, "lead")
			}
			write(t, source, pair.Bucket, "x/y", "one")
			write(t, source, pair.Bucket, "z", "one")
			write(t, destination, pair.Bucket, "zz", "one")
			start(t, peer.Mirror(pair))
			holds(t, destination, pair.Bucket, ballast.String()+"x/y=3 z=3 zz=3")
			write(t, source, pair.Bucket, "z", "three")
			start(t, peer.MirrorAndRemove(pair))
			holds(t, destination, pair.Bucket, ballast.String()+"x/y=3 z=5")
		})
	}
}

func TestPeersHaveVersions(t *testing.T) {
	testworld.Wide(t, "make bench")
	all, err := peers.Find(t.Context(), os.Environ(), "../..", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"v0.0.0-2025", "v1.75.1", ""} {
		if got := all[i].Version; !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%s has version %q, want %s", all[i].Name, got, want)
		}
	}
}

func client(t *testing.T, s testworld.S3) *minio.Client {
	t.Helper()
	c, err := s.Client()
	if err != nil {
		t.Fatal(err)
	}

	return c
}

func write(t *testing.T, s testworld.S3, bucket, key, content string) {
	t.Helper()
	c := client(t, s)
	if found, err := c.BucketExists(t.Context(), bucket); err != nil || !found {
		if err := c.MakeBucket(t.Context(), bucket, minio.MakeBucketOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := c.PutObject(t.Context(), bucket, key, strings.NewReader(content), int64(len(content)), minio.PutObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
}

func start(t *testing.T, c peers.Command) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), c.Path, c.Args...)
	cmd.Env = c.Env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
}

func holds(t *testing.T, s testworld.S3, bucket, want string) {
	t.Helper()
	var rows []string
	for object := range client(t, s).ListObjects(t.Context(), bucket, minio.ListObjectsOptions{Recursive: true}) {
		if object.Err != nil {
			t.Fatal(object.Err)
		}
		rows = append(rows, fmt.Sprintf("%s=%d", object.Key, object.Size))
	}
	if got := strings.Join(rows, " "); got != want {
		t.Errorf("the destination holds %q, want %q", got, want)
	}
}
