package cli

import (
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
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

func TestBuildTable(t *testing.T) {
	table := Build{Version: "0.1.0", Commit: "abc", Modified: true, Go: "go1.26", Platform: "linux/arm64"}.Table()
	want := Table{
		Header: []string{"VERSION", "COMMIT", "GO", "PLATFORM"},
		Rows:   [][]string{{"0.1.0", "abc (modified)", "go1.26", "linux/arm64"}},
	}
	if diff := cmp.Diff(want, table); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
