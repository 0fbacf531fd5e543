// Command dist writes the archives of a release into a folder, dist unless another is named. It runs
// in the folder of the module.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/helm-ferry/ferry/internal/dist"
)

func main() { os.Exit(run(context.Background(), os.Stdout, os.Stderr, os.Args[1:])) }

func run(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	out := "dist"
	if len(args) > 0 {
		out = args[0]
	}
	paths, err := dist.Write(ctx, dist.Options{Source: ".", Out: out, Platforms: dist.Platforms()})
	if err != nil {
		fmt.Fprintln(stderr, "dist: error:", err)
		return 1
	}
	for _, path := range paths {
		fmt.Fprintln(stdout, path)
	}
	return 0
}
