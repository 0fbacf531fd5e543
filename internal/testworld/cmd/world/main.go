// Command world runs a command, and has ready what tests in it want: a scratch folder in memory as TMPDIR, where
// there is room for one, and with -api-servers and -minio servers for StartAPIServer and StartMinIO of package testworld.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/helm-ferry/ferry/internal/testworld"
)

func main() { os.Exit(run(context.Background(), os.Stdout, os.Stderr, os.Args[1:])) }

func run(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	flags := flag.NewFlagSet("world", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var lent loans
	flags.IntVar(&lent.apiServers, "api-servers", 0, "number of API servers")
	flags.IntVar(&lent.minIOs, "minio", 0, "number of MinIOs")
	if err := flags.Parse(args); err != nil || flags.NArg() == 0 {
		fmt.Fprintln(stderr, "usage: world [-api-servers N] [-minio N] COMMAND [ARGUMENT…]")

		return 2
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	exit, err := within(ctx, lent, flags.Args(), stdout, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "world: error:", err)
	}

	return exit
}

// loans are how many servers are lent.
type loans struct{ apiServers, minIOs int }

// within returns the exit code of the command.
func within(ctx context.Context, lent loans, command []string, stdout, stderr io.Writer) (exit int, err error) {
	scratch, remove, err := testworld.Scratch()
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, stdout, stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = time.Minute
	cmd.Env = append(os.Environ(), "TMPDIR="+scratch)
	if lent != (loans{}) {
		lending, end := context.WithCancel(ctx)
		env, wait := testworld.Lend(lending, scratch, lent.apiServers, lent.minIOs)
		defer func() {
			end()
			err = errors.Join(err, wait())
		}()
		cmd.Env = append(cmd.Env, env)
	}
	err = cmd.Run()
	if ended, is := errors.AsType[*exec.ExitError](err); is && ended.Exited() {
		return ended.ExitCode(), nil
	}
	if err != nil {
		return 1, fmt.Errorf("run %s: %w", command[0], err)
	}

	return 0, nil
}
