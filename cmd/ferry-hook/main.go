// Command ferry-hook is what Ferry's Jobs and CronJobs run in the cluster: one static binary in an
// image that holds nothing else. What copies talks to S3 and to nothing else, what guards to the API
// server and to nothing else.
//
// Its log reads from top to bottom: progress on stderr, the report on stdout, and as the last line
// the verdict, on stderr.
package main

import (
	"context"
	"os"

	_ "golang.org/x/crypto/x509roots/fallback" // an image that holds nothing else has no certificates of its own

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/heap"
)

func main() {
	heap.ForObjects(os.Getenv)
	streams := cli.NewStreams(os.Stdin, os.Stdout, os.Stderr, os.Getenv)
	os.Exit(cli.Main(context.Background(), "ferry-hook", streams, os.Args[1:], newProgram(os.Getenv).root))
}
