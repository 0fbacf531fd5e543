// Command bench measures what Ferry costs a release: the time and the memory of Helm alone, of Helm
// with Ferry as its post-renderer, and of Helm with kustomize in Ferry's place, for releases of three
// sizes and both Helms. `make bench` runs it; it takes about a quarter of an hour.
//
//	go run ./internal/bench [-check]
//
// What was measured goes to docs/results/bench-render.json, and the page docs/benchmarks.md is made
// from it. The targets are printed as met or missed; with -check, a missed one is an error.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() { os.Exit(run(context.Background(), ".", os.Stdout, os.Stderr, os.Args[1:])) }

// Where a run leaves its results, from the root of the repository.
const (
	resultsFile = "docs/results/bench-render.json"
	pageFile    = "docs/benchmarks.md"
)

// run measures, writes results and page below root, and returns an exit code.
func run(ctx context.Context, root string, stdout, stderr io.Writer, args []string) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	check := flags.Bool("check", false, "fail when a target is missed")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	met, err := bench(ctx, root, stdout, stderr)
	if err == nil && !met && *check {
		err = errors.New("a target is missed")
	}
	if err != nil {
		fmt.Fprintln(stderr, "bench: error:", err)

		return 1
	}

	return 0
}

// bench reports whether all targets are met.
func bench(ctx context.Context, root string, stdout, stderr io.Writer) (met bool, err error) {
	dir, err := os.MkdirTemp("", "ferry-bench-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	results := Results{Date: time.Now().UTC().Format(time.DateOnly)}
	if results.Machine, err = thisMachine(ctx); err != nil {
		return false, err
	}
	fmt.Fprintf(stderr, "load of the machine before the start: %.2f on %d cores\n", results.Machine.Load, results.Machine.Cores)
	shop, err := newWorkshop(ctx, root, dir)
	if err != nil {
		return false, err
	}
	results.Programs = shop.versions
	before, err := currentUsage()
	if err != nil {
		return false, err
	}
	if results.Series, err = shop.measure(ctx, stderr, sizes); err != nil {
		return false, err
	}
	after, err := currentUsage()
	if err != nil {
		return false, err
	}
	results.Machine.Others = math.Round(after.others(before)*1000) / 1000
	fmt.Fprintf(stderr, "other work took %.1f %% of the processors meanwhile\n", results.Machine.Others*100)
	if err := write(filepath.Join(root, resultsFile), results.encode); err != nil {
		return false, err
	}
	if err := write(filepath.Join(root, pageFile), results.page); err != nil {
		return false, err
	}
	met = true
	for _, v := range results.judge() {
		fmt.Fprintln(stdout, v)
		met = met && v.Met
	}

	return met, nil
}

// write puts what a function makes into a file.
func write(path string, text func() ([]byte, error)) error {
	data, err := text()
	if err != nil {
		return fmt.Errorf("make %s: %w", path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}

	return os.WriteFile(path, data, 0o644)
}
