// Command dist writes the archives of a release into a folder, dist unless another is named, with
// programs for all platforms, or for those that are named as os/arch. It runs in the folder of the module.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/helm-ferry/ferry/internal/dist"
)

func main() { os.Exit(run(context.Background(), os.Stdout, os.Stderr, os.Args[1:])) }

func run(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	opts := dist.Options{Source: ".", Out: "dist", Platforms: dist.Platforms()}
	if len(args) > 0 {
		opts.Out = args[0]
	}
	if len(args) > 1 {
		opts.Platforms = slices.DeleteFunc(opts.Platforms, func(p dist.Platform) bool {
			return !slices.Contains(args[1:], p.String())
		})
	}
	paths, err := dist.Write(ctx, opts)
	if err != nil {
		fmt.Fprintln(stderr, "dist: error:", err)
		return 1
	}
	for _, path := range paths {
		fmt.Fprintln(stdout, path)
	}
	return 0
}
