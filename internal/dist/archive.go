package dist

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"time"
)

// file is one file of an archive.
type file struct {
	name    string
	mode    fs.FileMode
	content []byte
}

// archive packs files below a folder, or at the root if that is empty. The order is that of the
// files: Helm 4 takes the first plugin.yaml that it meets for that of the plugin. A folder comes
// before what is in it: Helm 3 makes none by itself.
func archive(folder string, files []file) ([]byte, error) {
	var out bytes.Buffer
	compressed := gzip.NewWriter(&out)
	writer := tar.NewWriter(compressed)
	var folders []string
	for _, f := range files {
		name := path.Join(folder, f.name)
		for _, parent := range parents(name) {
			if slices.Contains(folders, parent) {
				continue
			}
			folders = append(folders, parent)
			if err := writer.WriteHeader(header(parent+"/", tar.TypeDir, 0o755, 0)); err != nil {
				return nil, fmt.Errorf("pack %s: %w", parent, err)
			}
		}
		if err := writer.WriteHeader(header(name, tar.TypeReg, f.mode, len(f.content))); err != nil {
			return nil, fmt.Errorf("pack %s: %w", name, err)
		}
		if _, err := writer.Write(f.content); err != nil {
			return nil, fmt.Errorf("pack %s: %w", name, err)
		}
	}
	if err := writer.Close(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	if err := compressed.Close(); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	return out.Bytes(), nil
}

// header leaves out everything that differs between two builds: times, owners.
func header(name string, kind byte, mode fs.FileMode, size int) *tar.Header {
	return &tar.Header{
		Typeflag: kind, Name: name, Mode: int64(mode.Perm()), Size: int64(size),
		ModTime: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), Format: tar.FormatUSTAR,
	}
}

// parents returns the folders above a file, the outermost first.
func parents(name string) []string {
	var found []string
	for i, r := range name {
		if r == '/' {
			found = append(found, name[:i])
		}
	}
	return found
}
