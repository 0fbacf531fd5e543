package integration

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// plugin is the folder of the plugin as `make build` leaves it: under any name, with a space in it.
var plugin string

// programFolder holds the program ferry.
func programFolder() string {
	return filepath.Join(plugin, "bin", runtime.GOOS+"-"+runtime.GOARCH)
}

func ferry() string { return filepath.Join(programFolder(), "ferry") }

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "ferry-integration-")
	if err == nil {
		defer os.RemoveAll(folder)
		plugin = filepath.Join(folder, "any name")
		err = build(context.Background()) //nolint:forbidigo // this is main, as far as tests have one
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// build copies the sources of the plugin and builds its program.
func build(ctx context.Context) error {
	for _, file := range []string{"plugin.yaml", filepath.Join("helm4", "ferry-post-renderer", "plugin.yaml")} {
		text, err := os.ReadFile(filepath.Join("..", "..", file))
		if err != nil {
			return err
		}
		target := filepath.Join(plugin, file)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, text, 0o644); err != nil {
			return err
		}
	}
	_, err := testworld.Build(ctx, filepath.Dir(ferry()), "./cmd/ferry")
	return err
}
