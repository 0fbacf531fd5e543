package cli

import (
	"runtime"
	"runtime/debug"
)

// version is set by the release build:
//
//	-ldflags "-X github.com/helm-ferry/ferry/internal/cli.version=0.1.0"
var version = "dev"

// Build tells which Ferry this is.
type Build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Modified bool   `json:"modified,omitempty"` // the source differed from the commit
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// Version returns the version that this binary was released as, or "dev".
func Version() string { return version }

// BuildInfo returns the version together with what the Go tool recorded about the source.
func BuildInfo() Build {
	build := Build{Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return build
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			build.Commit = setting.Value
		case "vcs.modified":
			build.Modified = setting.Value == "true"
		}
	}
	return build
}

// Table implements [Result].
func (b Build) Table() Table {
	commit := b.Commit
	if b.Modified {
		commit += " (modified)"
	}
	return Table{
		Header: []string{"VERSION", "COMMIT", "GO", "PLATFORM"},
		Rows:   [][]string{{b.Version, commit, b.Go, b.Platform}},
	}
}
