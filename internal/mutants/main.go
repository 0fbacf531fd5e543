// Command mutants proves that tests can fail: for each row of
// testdata/mutants/mutants.yaml it breaks a copy of the source with a patch and
// demands that the named test of the row fails. See testdata/mutants/README.md.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(run(context.Background(), ".", os.Stdout, os.Stderr, os.Args[1:])) }

// run tries the mutants of the module at root, all or those named, prints a
// table, and returns an exit code.
func run(ctx context.Context, root string, stdout, stderr io.Writer, names []string) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	rows, err := load(root)
	if err == nil {
		rows, err = choose(rows, names)
	}
	if err == nil {
		err = try(ctx, root, rows, stdout)
	}
	if err != nil {
		fmt.Fprintln(stderr, "mutants: error:", err)

		return 1
	}

	return 0
}
