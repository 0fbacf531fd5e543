package pages

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// Shared by all tests of this package: the folder of Ferry's programs, with the plugin of Helm 4 beside
// it, and an API server.
var (
	programs string
	server   *testworld.APIServer
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	ctx := context.Background() //nolint:forbidigo // this is main, as far as tests have one
	folder, err := os.MkdirTemp("", "ferry-pages-")
	if err == nil {
		defer os.RemoveAll(folder)
		programs = filepath.Join(folder, "bin")
		err = build(ctx, "ferry", "ferry-hook")
	}
	if err == nil {
		server, err = testworld.LaunchAPIServer(ctx, folder)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer server.Stop()
	return m.Run()
}

func build(ctx context.Context, names ...string) error {
	for _, name := range names {
		if _, err := testworld.Build(ctx, programs, "./cmd/"+name); err != nil {
			return err
		}
	}
	return nil
}
