// Command ferry is Ferry's Helm plugin: the post-renderer, the KRM function and the commands that
// people type.
package main

import (
	"context"
	"os"
	"runtime/debug"

	"github.com/helm-ferry/ferry/internal/cli"
)

func main() { os.Exit(run()) }

func run() int {
	// The process lives for milliseconds: collecting garbage a quarter as often makes rendering a
	// fifth faster and little larger. GOGC still wins.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	streams := cli.NewStreams(os.Stdin, os.Stdout, os.Stderr, os.Getenv)
	return cli.Main(context.Background(), "ferry", streams, os.Args[1:], newRoot)
}
