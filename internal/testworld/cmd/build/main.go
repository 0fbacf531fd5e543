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

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "build: error:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, names []string) error {
	if len(names) == 0 {
		names = testworld.Programs()
	}
	for _, name := range names {
		start := time.Now()
		path, err := testworld.Program(ctx, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%-15s %6.1fs  %s\n", name, time.Since(start).Seconds(), path)
	}

	return nil
}
