// Command build prepares the programs that tests run, all or those named, and
// prints for each how long that took.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/helm-ferry/ferry/internal/testworld"
)

func main() { os.Exit(run(context.Background(), os.Stdout, os.Stderr, os.Args[1:])) }

func run(ctx context.Context, stdout, stderr io.Writer, names []string) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(names) == 0 {
		names = testworld.Programs()
	}
	for _, name := range names {
		start := time.Now()
		path, err := testworld.Program(ctx, name)
		if err != nil {
			fmt.Fprintln(stderr, "build: error:", err)

			return 1
		}
		fmt.Fprintf(stdout, "%-15s %6.1fs  %s\n", name, time.Since(start).Seconds(), path)
	}

	return 0
}
