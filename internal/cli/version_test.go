package cli

import (
	"runtime"
	"testing"
)

func TestVersionOfAPlainBuild(t *testing.T) {
	if Version() != "dev" {
		t.Errorf("version = %q, want dev", Version())
	}
	build := BuildInfo()
	if build.Version != Version() || build.Go != runtime.Version() || build.Platform != runtime.GOOS+"/"+runtime.GOARCH {
		t.Errorf("build = %+v", build)
	}
}
