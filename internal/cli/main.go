package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
)

// Main runs a command line to its end and returns the exit code. It prints the error, if there is
// one, under the name of the program.
//
// The context of the commands is cancelled by the first SIGINT or SIGTERM; the second one ends the
// process at once. Commands return promptly then, with what they were doing in the error, and the
// exit code is 130.
func Main(ctx context.Context, name string, streams Streams, args []string, newRoot func(Streams) *cobra.Command) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	err := run(ctx, streams, args, newRoot)
	if err != nil && ctx.Err() != nil {
		err = interrupted(err)
	}
	if err != nil {
		report(streams.Err, name, err)
	}
	return int(KindOf(err))
}

// run executes the command line. An error that occurs before a command starts is one of usage.
func run(ctx context.Context, streams Streams, args []string, newRoot func(Streams) *cobra.Command) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			fmt.Fprintf(streams.Err, "%s\n", debug.Stack())
			err = Failure.Errorf("internal error: %v", fault).
				WithHint("this is a bug in Ferry: please report it with the lines above")
		}
	}()
	started := false
	root := newRoot(streams)
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.Err)
	root.SetArgs(args)
	Prepare(root)
	onStart(root, func() { started = true })

	cmd, err := root.ExecuteContextC(ctx)
	if err != nil && !started && KindOf(err) == Failure {
		hint := HintOf(err)
		if hint == "" {
			hint = cmd.CommandPath() + " --help"
		}
		err = &Error{Kind: Usage, Err: err, Hint: hint}
	}
	return err
}

// interrupted is what err becomes after a signal: most errors are then a consequence of it. A kind
// that the command states stays, unless the cancelled context is the cause.
func interrupted(err error) error {
	if KindOf(err) != Failure && !errors.Is(err, context.Canceled) {
		return err
	}
	return &Error{Kind: Interrupted, Err: fmt.Errorf("interrupted: %w", err)}
}
