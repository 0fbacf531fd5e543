// Command soak runs the mirror through accidents, and through its own death, until chance
// has had its say. Each trial has a seed, and goes wrong in the same way under it:
//
//	go run ./internal/soak                                  # all of it
//	go run ./internal/soak -seed 17 -accidents 1 -kills 0   # one trial again
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"

	"golang.org/x/sync/errgroup"
)

// together is how many trials with accidents run at a time: they wait more than they work.
const together = 8

func main() { os.Exit(run(context.Background(), os.Stdout, os.Stderr, os.Args[1:])) }

// options say how much is done.
type options struct {
	seed             uint64
	accidents, kills int
	results, page    string
}

// run returns an exit code.
func run(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	var opts options
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Uint64Var(&opts.seed, "seed", 1, "seed of the first trial of each kind")
	flags.IntVar(&opts.accidents, "accidents", 200, "trials with accidents")
	flags.IntVar(&opts.kills, "kills", 210, "trials in which the program is killed")
	flags.StringVar(&opts.results, "results", "", "file that gets the results")
	flags.StringVar(&opts.page, "page", "", "file that gets the page about them")
	if flags.Parse(args) != nil {
		return 2
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	res, err := soak(ctx, stdout, opts)
	if err == nil && opts.results != "" {
		err = res.write(opts.results, opts.page)
	}
	if err != nil {
		fmt.Fprintln(stderr, "soak: error:", err)

		return 1
	}

	return 0
}

// soak does all trials, and goes on after one that fails.
func soak(ctx context.Context, log io.Writer, opts options) (results, error) {
	res := results{Seed: opts.seed, Outcomes: map[string]int{}, Quirks: map[string]int{}, Kills: map[phase]int{}}
	var faults []error
	var mu sync.Mutex
	var trials errgroup.Group
	trials.SetLimit(together)
	for i := range opts.accidents {
		trials.Go(func() error {
			seed := opts.seed + uint64(i)
			lot := draw(seed)
			outcome, err := accident(ctx, seed, lot)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				err = fmt.Errorf("accidents of seed %d: %w", seed, err)
				faults = append(faults, err)
				fmt.Fprintf(log, "FAILED %v\nrepeat it: go run ./internal/soak -seed %d -accidents 1 -kills 0\n", err, seed)
			}
			for _, q := range []quirk{lot.source, lot.destination} {
				res.Quirks[q.name]++
			}
			if lot.endless() {
				res.Endless++
			}
			res.Accidents++
			res.Outcomes[outcome]++
			if res.Accidents%10 == 0 {
				fmt.Fprintf(log, "%d trials with accidents: %v\n", res.Accidents, res.Outcomes)
			}

			return ctx.Err()
		})
	}
	if err := trials.Wait(); err != nil {
		return res, err
	}
	if opts.kills > 0 {
		faults = append(faults, killAll(ctx, log, opts, &res))
	}

	return res, errors.Join(faults...)
}
