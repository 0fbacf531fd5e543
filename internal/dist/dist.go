package dist

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// Options say what to pack.
type Options struct {
	// Source is the folder of the module.
	Source string
	// Out is the folder for the archives; it is made if need be.
	Out string
	// Platforms are those to build for.
	Platforms []Platform
}

// unsupported stands where Helm looks on a platform that the archive has no program for.
//
//go:embed unsupported.sh
var unsupported []byte

// Write builds the programs, writes the archives and their checksums, and returns their paths.
func Write(ctx context.Context, opts Options) ([]string, error) {
	version, err := Version(opts.Source)
	if err != nil {
		return nil, err
	}
	programs, err := programs(ctx, opts, version)
	if err != nil {
		return nil, err
	}
	plugin, err := sources(opts.Source, "plugin.yaml", "LICENSE", postRenderer)
	if err != nil {
		return nil, err
	}
	alone, err := sources(opts.Source, postRenderer, "LICENSE")
	if err != nil {
		return nil, err
	}
	alone[0].name = "plugin.yaml"
	alone[0].content = ownPrograms(alone[0].content)

	if err := os.MkdirAll(opts.Out, 0o755); err != nil {
		return nil, err
	}
	var paths []string
	var sums strings.Builder
	for _, a := range []struct {
		name, folder string
		files        []file
	}{
		{"ferry-" + version + "-helm3.tgz", "", slices.Concat(plugin, programs)},
		{"ferry-" + version + ".tgz", "ferry", slices.Concat(plugin, programs)},
		{"ferry-post-renderer-" + version + ".tgz", "ferry-post-renderer", slices.Concat(alone, programs)},
	} {
		content, err := archive(a.folder, a.files)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.name, err)
		}
		path := filepath.Join(opts.Out, a.name)
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return nil, err
		}
		paths = append(paths, path)
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(content), a.name)
	}
	path := filepath.Join(opts.Out, "SHA256SUMS")
	if err := os.WriteFile(path, []byte(sums.String()), 0o644); err != nil {
		return nil, err
	}
	return append(paths, path), nil
}

// postRenderer is the plugin of Helm 4 inside the plugin.
const postRenderer = "helm4/ferry-post-renderer/plugin.yaml"

// ownPrograms has the post-renderer look for its programs in its own folder.
func ownPrograms(plugin []byte) []byte {
	return []byte(strings.NewReplacer(`/../../bin/`, `/bin/`, `\\..\\..\\bin\\`, `\\bin\\`).Replace(string(plugin)))
}

// programs builds for all platforms, and adds what says that there is none for another.
func programs(ctx context.Context, opts Options, version string) ([]file, error) {
	folder, err := os.MkdirTemp("", "ferry-dist-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	files := []file{{"bin/ferry", 0o755, unsupported}}
	for _, platform := range opts.Platforms {
		path, err := platform.build(ctx, opts.Source, version, folder)
		if err != nil {
			return nil, err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files = append(files, file{platform.Program(), 0o755, content})
	}
	return files, nil
}

// sources reads files of the module.
func sources(folder string, names ...string) ([]file, error) {
	files := make([]file, len(names))
	for i, name := range names {
		content, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
		if err != nil {
			return nil, err
		}
		files[i] = file{name, 0o644, content}
	}
	return files, nil
}

// Version returns the version that plugin.yaml in a folder states.
func Version(folder string) (string, error) {
	path := filepath.Join(folder, "plugin.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	var plugin struct {
		Version string `json:"version"`
	}
	if err := yaml.Unmarshal(text, &plugin); err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	if plugin.Version == "" {
		return "", fmt.Errorf("read %s: version is missing", path)
	}
	return plugin.Version, nil
}
