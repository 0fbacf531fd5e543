// Command demo shows what Ferry does to a release, in a minute, on this machine and without a
// cluster: real Helms render a chart through Ferry, and real S3 servers hold the data that the
// rendered migration moves and proves. `make demo` runs it.
package main

import (
	"context"
	"os"

	"github.com/helm-ferry/ferry/internal/cli"
)

func main() { os.Exit(run()) }

func run() int {
	streams := cli.NewStreams(os.Stdin, os.Stdout, os.Stderr, os.Getenv)
	return cli.Main(context.Background(), "demo", streams, os.Args[1:], newRoot)
}
