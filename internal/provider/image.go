package provider

import (
	"path"
	"strings"
)

// MatchImage reports whether the repository of image matches pattern; doc.go
// has the rules. An image that is no reference at all matches nothing.
func MatchImage(pattern, image string) bool {
	want := strings.Split(pattern, "/")
	got := strings.Split(repository(image), "/")
	if len(want) > len(got) {
		return false
	}
	got = got[len(got)-len(want):]
	for i := range want {
		if ok, err := path.Match(want[i], got[i]); err != nil || !ok || got[i] == "" {
			return false
		}
	}
	return true
}

// repository returns the path of an image reference without registry, tag and
// digest: minio/minio for quay.io/minio/minio:latest@sha256:….
func repository(image string) string {
	image, _, _ = strings.Cut(image, "@")
	if slash, colon := strings.LastIndex(image, "/"), strings.LastIndex(image, ":"); colon > slash {
		image = image[:colon]
	}
	// The first segment names a registry when it cannot be part of a repository.
	if first, rest, ok := strings.Cut(image, "/"); ok && (strings.ContainsAny(first, ".:") || first == "localhost") {
		return rest
	}
	return image
}
