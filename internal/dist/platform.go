package dist

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Platform is an operating system and an architecture, as Go names them.
type Platform struct{ OS, Arch string }

// Platforms are those that a release holds programs for.
func Platforms() []Platform {
	return []Platform{{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "arm64"}, {"darwin", "amd64"}, {"windows", "amd64"}}
}

// Host is the platform that this program runs on.
func Host() Platform { return Platform{runtime.GOOS, runtime.GOARCH} }

// String is os/arch.
func (p Platform) String() string { return p.OS + "/" + p.Arch }

// Program is the path of the program for a platform inside the plugin, where plugin.yaml names it.
func (p Platform) Program() string {
	name := "ferry"
	if p.OS == "windows" {
		name += ".exe"
	}
	return fmt.Sprintf("bin/%s-%s/%s", p.OS, p.Arch, name)
}

// build compiles the program for a platform into a folder and returns where it is. It leaves out the
// commit, so that a source without its history gives the same program.
func (p Platform) build(ctx context.Context, source, version, folder string) (string, error) {
	path := filepath.Join(folder, filepath.FromSlash(p.Program()))
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-o", path,
		"-ldflags", "-s -w -X github.com/helm-ferry/ferry/internal/cli.version="+version, "./cmd/ferry")
	cmd.Dir = source
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+p.OS, "GOARCH="+p.Arch)
	if output, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build ferry for %s/%s: %w\n%s", p.OS, p.Arch, err, strings.TrimSpace(string(output)))
	}
	return path, nil
}
