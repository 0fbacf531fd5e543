package image

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
)

// Image says what an image holds.
type Image struct {
	Name       string            // with a tag
	Entrypoint []string          // absolute path and arguments
	User       string            // "65532:65532"; empty is root
	Files      map[string]string // absolute path in the image: file on this machine
	Env        []string          // besides PATH
}

// Write writes the archive. Files can be read and run by everybody; /tmp and /data can be written.
func (i Image) Write(w io.Writer) error {
	layer, err := i.layer()
	if err != nil {
		return fmt.Errorf("build image %s: %w", i.Name, err)
	}
	config, err := json.Marshal(map[string]any{
		"architecture": runtime.GOARCH,
		"os":           "linux",
		"config":       map[string]any{"Entrypoint": i.Entrypoint, "User": i.User, "Env": append([]string{"PATH=/usr/local/bin:/usr/bin:/bin"}, i.Env...)},
		"rootfs":       map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + sum(layer)}},
	})
	if err != nil {
		return err
	}
	manifest, err := json.Marshal([]any{map[string]any{
		"Config": sum(config) + ".json", "RepoTags": []string{i.Name}, "Layers": []string{"layer.tar"},
	}})
	if err != nil {
		return err
	}
	archive := tar.NewWriter(w)
	for _, part := range []struct {
		name    string
		content []byte
	}{{sum(config) + ".json", config}, {"layer.tar", layer}, {"manifest.json", manifest}} {
		if err := add(archive, &tar.Header{Name: part.name, Mode: 0o644, Size: int64(len(part.content))}, bytes.NewReader(part.content)); err != nil {
			return fmt.Errorf("write image %s: %w", i.Name, err)
		}
	}

	return archive.Close()
}

// layer is a tar of the files and of the folders that programs expect.
func (i Image) layer() ([]byte, error) {
	var layer bytes.Buffer
	t := tar.NewWriter(&layer)
	for _, folder := range []struct {
		name string
		mode int64
	}{{"data/", 0o1777}, {"etc/", 0o755}, {"tmp/", 0o1777}} {
		if err := t.WriteHeader(&tar.Header{Name: folder.name, Typeflag: tar.TypeDir, Mode: folder.mode}); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(i.Files)) {
		f, err := os.Open(i.Files[name])
		if err != nil {
			return nil, err
		}
		info, err := f.Stat()
		if err == nil {
			err = add(t, &tar.Header{Name: strings.TrimPrefix(name, "/"), Mode: 0o755, Size: info.Size()}, f)
		}
		_ = f.Close() // it was only read
		if err != nil {
			return nil, err
		}
	}

	return layer.Bytes(), t.Close()
}

func add(t *tar.Writer, header *tar.Header, content io.Reader) error {
	if err := t.WriteHeader(header); err != nil {
		return err
	}
	_, err := io.Copy(t, content)

	return err
}

func sum(content []byte) string { return fmt.Sprintf("%x", sha256.Sum256(content)) }
