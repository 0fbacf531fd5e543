// Command ferry-hook is what Ferry's Jobs and CronJobs run in the cluster: one static binary in an
// image that holds nothing else. It talks to S3 and to nothing else.
//
// Its log reads from top to bottom: progress on stderr, the report on stdout, and as the last line
// the verdict, on stderr.
package main

import (
	"context"
	"os"

	"github.com/helm-ferry/ferry/internal/cli"
)

func main() { os.Exit(run()) }

func run() int {
	streams := cli.NewStreams(os.Stdin, os.Stdout, os.Stderr, os.Getenv)
	return cli.Main(context.Background(), "ferry-hook", streams, os.Args[1:], newProgram(os.Getenv).root)
}
