// Command ferry is Ferry's Helm plugin: the post-renderer, the KRM function and the commands that
// people type.
package main

import (
	"context"
	"os"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/heap"
)

func main() { os.Exit(run()) }

func run() int {
	heap.ForManifests(os.Getenv)
	streams := cli.NewStreams(os.Stdin, os.Stdout, os.Stderr, os.Getenv)
	return cli.Main(context.Background(), "ferry", streams, os.Args[1:], newRoot)
}
