// Command survival lets mc, rclone and Ferry mirror under conditions that happen to real stores, and
// compares afterwards what the destination holds with what it should. `make survival` runs it.
//
//	go run ./internal/survival [-only CASE]
//
// The servers are package quirky's, in this process; the programs are the real ones. Results go to
// docs/results/survival.json, and the page docs/survival.md is made from them; with -only they are
// printed and nothing is written. It takes a few minutes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/helm-ferry/ferry/internal/peers"
)

func main() { os.Exit(run(context.Background(), ".", os.Stdout, os.Stderr, os.Args[1:])) }

// Where a run leaves its results, from the root of the repository.
const (
	resultsFile = "docs/results/survival.json"
	pageFile    = "docs/survival.md"
)

func run(ctx context.Context, root string, stdout, stderr io.Writer, args []string) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	flags := flag.NewFlagSet("survival", flag.ContinueOnError)
	flags.SetOutput(stderr)
	only := flags.String("only", "", "the `case` to run")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	err := survive(ctx, root, stdout, *only)
	if err != nil {
		fmt.Fprintln(stderr, "survival: error:", err)

		return 1
	}

	return 0
}

func survive(ctx context.Context, root string, stdout io.Writer, only string) error {
	dir, err := os.MkdirTemp("", "ferry-survival-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	all, err := peers.Find(ctx, os.Environ(), root, dir)
	if err != nil {
		return err
	}
	results := Results{Date: time.Now().UTC().Format(time.DateOnly), Programs: map[string]string{}, Commands: map[string]string{}}
	for _, p := range all {
		results.Commands[p.Name] = p.Line()
		if p.Version != "" {
			results.Programs[p.Name] = p.Version
		}
	}
	for _, c := range cases() {
		if only != "" && c.name != only {
			continue
		}
		for _, p := range all {
			outcome, err := c.try(ctx, p)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", c.name, p.Name, err)
			}
			fmt.Fprintf(stdout, "%-22s %-7s %s\n", c.name, p.Name, outcome)
			if only != "" {
				fmt.Fprintln(stdout, outcome.Said)
			}
			results.Outcomes = append(results.Outcomes, outcome)
		}
	}
	switch {
	case len(results.Outcomes) == 0:
		return errors.New("there is no such case")
	case only != "":
		return nil
	}
	if err := write(filepath.Join(root, resultsFile), results.encode); err != nil {
		return err
	}

	return write(filepath.Join(root, pageFile), results.page)
}

// write puts what a function makes into a file.
func write(path string, text func() ([]byte, error)) error {
	data, err := text()
	if err != nil {
		return fmt.Errorf("make %s: %w", path, err)
	}

	return os.WriteFile(path, data, 0o644)
}
