// Command cluster starts and removes a Kubernetes cluster of one node, see package node:
//
//	cluster up DIR      starts it and prints how to use it
//	cluster down DIR    removes it, also what a crash left
//	cluster attend DIR  provisions its volumes until it is told to stop; up starts that
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/helm-ferry/ferry/internal/testworld/node"
)

func main() { os.Exit(run(context.Background(), os.Stdout, os.Stderr, os.Args[1:])) }

func run(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(args) != 2 {
		fmt.Fprintln(stderr, "usage: cluster up|down|attend DIR")

		return 2
	}
	if err := do(ctx, stdout, stderr, args[0], args[1]); err != nil {
		fmt.Fprintln(stderr, "cluster: error:", err)

		return 1
	}

	return 0
}

func do(ctx context.Context, stdout, stderr io.Writer, verb, dir string) error {
	switch verb {
	case "up":
		start := time.Now()
		n, err := node.Up(ctx, dir)
		if err != nil {
			return err
		}
		fmt.Fprintf(stdout, "ready after %.1f s; a shell that sees it:\n\n  nsenter --net=%s -- env KUBECONFIG=%s bash\n",
			time.Since(start).Seconds(), n.Netns(), n.Kubeconfig)

		return nil
	case "down":
		return node.Down(ctx, dir)
	case "attend":
		n, err := node.Open(dir)
		if err != nil {
			return err
		}

		return n.Provision(ctx, slog.New(slog.NewTextHandler(stderr, nil)))
	}

	return fmt.Errorf("unknown verb %q: there are up, down and attend", verb)
}
