// Command bench measures Ferry beside what people use in its place. `make bench` runs all of it.
//
//	go run ./internal/bench [-check] [-only SERIES[;SERIES...]] [-quick]
//
// The series "render" is what Ferry costs a release: the time and the memory of Helm alone, of Helm with
// Ferry as its post-renderer, and of Helm with kustomize in Ferry's place, for releases of three sizes
// and both Helms; it takes about a quarter of an hour. The others are mirrors of mc, rclone and Ferry
// between real servers: cold, no-op, "no-op, flat", parts, mebibytes; and listing, how fast one is read.
//
// What was measured goes to docs/results, where it takes the place of earlier results of the same
// series, and the page docs/benchmarks.md is made from it. The targets are printed as met or missed; with
// -check, a missed one is an error. With -quick the mirrors have a twentieth of the objects and run
// once, the renderer does not run, and nothing is written.
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
	"strings"
	"syscall"
)

func main() { os.Exit(run(context.Background(), ".", os.Stdout, os.Stderr, os.Args[1:])) }

// Where a run leaves its results, from the root of the repository.
const (
	resultsFile = "docs/results/bench-render.json"
	racesFile   = "docs/results/bench-mirror.json"
	pageFile    = "docs/benchmarks.md"
)

// The series that are no course of mirrors.
const (
	seriesRender  = "render"
	seriesListing = "listing"
)

// order is what is to be measured.
type order struct {
	render, listing bool
	courses         []course
	quick           bool
}

// run measures, writes results and page below root, and returns an exit code.
func run(ctx context.Context, root string, stdout, stderr io.Writer, args []string) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	check := flags.Bool("check", false, "fail when a target is missed")
	only := flags.String("only", "", "the `series` to measure, separated by semicolons")
	quick := flags.Bool("quick", false, "see whether the mirrors work: fewer objects, one round, nothing is written")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	what, err := orderOf(*only, *quick)
	if err != nil {
		fmt.Fprintln(stderr, "bench: error:", err)

		return 2
	}
	met, err := bench(ctx, root, stdout, stderr, what)
	if err == nil && !met && *check {
		err = errors.New("a target is missed")
	}
	if err != nil {
		fmt.Fprintln(stderr, "bench: error:", err)

		return 1
	}

	return 0
}

// orderOf reads the names of series, of which none stands for all.
func orderOf(only string, quick bool) (order, error) {
	all := order{render: !quick, listing: true, courses: allCourses(), quick: quick}
	if quick {
		for i := range all.courses {
			all.courses[i] = all.courses[i].less(20)
		}
	}
	if only == "" {
		return all, nil
	}
	what := order{quick: quick}
	for name := range strings.SplitSeq(only, ";") {
		found := name == seriesRender || name == seriesListing
		what.render = what.render || name == seriesRender
		what.listing = what.listing || name == seriesListing
		for _, c := range all.courses {
			if c.series == name {
				found, what.courses = true, append(what.courses, c)
			}
		}
		if !found {
			return order{}, fmt.Errorf("there is no series %q", name)
		}
	}

	return what, nil
}

// bench reports whether all targets of what was measured are met.
func bench(ctx context.Context, root string, stdout, stderr io.Writer, what order) (met bool, err error) {
	machine, err := thisMachine(ctx)
	if err != nil {
		return false, err
	}
	fmt.Fprintf(stderr, "load of the machine before the start: %.2f on %d cores\n", machine.Load, machine.Cores)
	var verdicts []Verdict
	if what.render {
		results, err := benchRender(ctx, root, stderr, machine)
		if err != nil {
			return false, err
		}
		if err := write(filepath.Join(root, resultsFile), results.encode); err != nil {
			return false, err
		}
		verdicts = append(verdicts, results.judge()...)
	}
	if what.listing || len(what.courses) > 0 {
		more, err := benchMirror(ctx, root, stderr, machine, what)
		if err != nil {
			return false, err
		}
		verdicts = append(verdicts, more...)
	}
	if !what.quick {
		if err := writePage(root); err != nil {
			return false, err
		}
	}
	met = true
	for _, v := range verdicts {
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
