// Package image builds container images without a container engine: one layer, the
// given files, in the format that `docker save` writes and containerd imports.
//
//	err := image.Image{Name: "localhost/pause:1", Entrypoint: []string{"/pause"}, Files: map[string]string{"/pause": path}}.Write(w)
//
// The same files make the same bytes.
package image
