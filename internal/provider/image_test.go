package provider

import (
	"strings"
	"testing"
)

func TestMatchImage(t *testing.T) {
	cases := []struct {
		pattern, image string
		want           bool
	}{
		{"minio", "minio", true},
		{"minio", "minio:latest", true},
		{"minio", "minio/minio", true},
		{"minio", "minio/minio:RELEASE.2025-04-22T22-12-26Z", true},
		{"minio", "quay.io/minio/minio@sha256:0123", true},
		{"minio", "quay.io/minio/aistor/minio:v1@sha256:0123", true},
		{"minio", "registry:5000/path/minio@sha256:0123", true},
		{"minio", "localhost:5000/minio", true},
		{"minio", "localhost/minio:1", true},
		{"minio", "docker.io/bitnamilegacy/minio:2025.7.23-debian-12-r3", true},
		{"minio", "registry.example/x/minio", true},
		{"minio", "minio/mc", false},
		{"minio", "minio/console", false},
		{"minio", "bitnami/minio-client", false},
		{"minio", "bitnami/minio-object-browser", false},
		{"minio", "xminio", false},
		{"minio", "example/app:minio", false},
		{"minio", "example/app@minio", false},
		{"minio", "minio:5000/app", false},
		{"minio", "minio.example/app", false},
		{"minio", "", false},
		{"minio", ":", false},
		{"minio", "minio/", false},
		{"minio/minio", "quay.io/minio/minio", true},
		{"minio/minio", "mirror.example/docker.io/minio/minio:1", true},
		{"minio/minio", "minio", false},
		{"minio/minio", "minio.example/minio", false},
		{"minio/minio", "minio:5000/minio", false},
		{"minio/minio", "bitnami/minio", false},
		{"*/minio", "bitnami/minio", true},
		{"*/minio", "a/b/minio", true},
		{"*/minio", "minio", false},
		{"dxflrs/*_garage", "docker.io/dxflrs/amd64_garage:v2.4.0", true},
		{"dxflrs/*_garage", "dxflrs/garage", false},
		{"mini[oO]", "minio", true},
		{"[", "[", false},
		{"*", "", false},
	}
	for _, c := range cases {
		if got := MatchImage(c.pattern, c.image); got != c.want {
			t.Errorf("MatchImage(%q, %q) = %v, want %v", c.pattern, c.image, got, c.want)
		}
	}
}

// FuzzMatchImage checks that tag and digest never count, whatever the image.
func FuzzMatchImage(f *testing.F) {
	for _, image := range []string{"minio", "quay.io/minio/minio:1", "registry:5000/a/b@sha256:0", "localhost/x", "::@//", "[x]/*"} {
		f.Add(image)
	}
	f.Fuzz(func(t *testing.T, image string) {
		repo := repository(image)
		if strings.Contains(repo, "@") || !strings.Contains(image, repo) {
			t.Fatalf("repository(%q) = %q", image, repo)
		}
		if last := repo[strings.LastIndex(repo, "/")+1:]; last != "" && MatchImage("*", image) == false {
			t.Errorf("%q has the name %q, but * does not match it", image, last)
		}
		if strings.ContainsAny(image, "@") {
			return
		}
		if tagged := image + "@sha256:0123"; repository(tagged) != repo {
			t.Errorf("a digest turns %q into %q", repo, repository(tagged))
		}
	})
}
