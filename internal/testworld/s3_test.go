package testworld_test

import (
	"io"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"

	"github.com/helm-ferry/ferry/internal/testworld"
)

func TestS3Servers(t *testing.T) {
	servers := map[string]func(testing.TB) testworld.S3{
		"minio":     testworld.StartMinIO,
		"versitygw": testworld.StartVersityGW,
	}
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			store := start(t)
			if !strings.HasPrefix(store.Endpoint, "http://127.0.0.1:") {
				t.Errorf("endpoint %q is not on loopback", store.Endpoint)
			}
			client, err := store.Client()
			if err != nil {
				t.Fatal(err)
			}
			roundTrip(t, client)
			keepsVersions(t, client)
			refusesStrangers(t, store)
		})
	}
}

// A server without metadata has at least the objects.
func TestRclone(t *testing.T) {
	store := testworld.StartRclone(t)
	client, err := store.Client()
	if err != nil {
		t.Fatal(err)
	}
	roundTrip(t, client)
	refusesStrangers(t, store)
}

func roundTrip(t *testing.T, client *minio.Client) {
	t.Helper()
	ctx := t.Context()
	if err := client.MakeBucket(ctx, "cargo", minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	options := minio.PutObjectOptions{
		ContentType: "text/plain", UserMetadata: map[string]string{"Port": "Kiel"}, UserTags: map[string]string{"deck": "2"},
	}
	if _, err := client.PutObject(ctx, "cargo", "a/b.txt", strings.NewReader("hello"), 5, options); err != nil {
		t.Fatal(err)
	}
	object, err := client.GetObject(ctx, "cargo", "a/b.txt", minio.GetObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(object)
	if err != nil {
		t.Fatal(err)
	}
	info, err := object.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if string(body) != "hello" || info.ContentType != "text/plain" || info.UserMetadata["Port"] != "Kiel" {
		t.Errorf("got %q, %q, %v back", body, info.ContentType, info.UserMetadata)
	}
}

func keepsVersions(t *testing.T, client *minio.Client) {
	t.Helper()
	ctx := t.Context()
	if err := client.EnableVersioning(ctx, "cargo"); err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{"one", "two"} {
		if _, err := client.PutObject(ctx, "cargo", "v", strings.NewReader(body), 3, minio.PutObjectOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	versions := 0
	for object := range client.ListObjects(ctx, "cargo", minio.ListObjectsOptions{Prefix: "v", WithVersions: true}) {
		if object.Err != nil {
			t.Fatal(object.Err)
		}
		versions++
	}
	if versions != 2 {
		t.Errorf("got %d versions of an object written twice", versions)
	}
}

func refusesStrangers(t *testing.T, store testworld.S3) {
	t.Helper()
	store.SecretKey = "not the secret key"
	client, err := store.Client()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.ListBuckets(t.Context()); err == nil {
		t.Error("a wrong secret key was accepted")
	}
}
