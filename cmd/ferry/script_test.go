package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"github.com/helm-ferry/ferry/internal/cli"
	"github.com/helm-ferry/ferry/internal/golden"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/testworld"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ferry": func() { os.Exit(run()) }, "ferry-tomorrow": func() { os.Exit(tomorrow()) }})
}

// tomorrow is ferry on a cluster whose clock is a day ahead of what its objects say.
func tomorrow() int {
	streams := cli.NewStreams(os.Stdin, os.Stdout, os.Stderr, os.Getenv)
	return cli.Main(context.Background(), "ferry", streams, os.Args[1:], func(streams cli.Streams) *cobra.Command { //nolint:forbidigo // as main does
		root := newRoot(streams)
		for _, command := range root.Commands() {
			if command.Name() == "migrate" {
				root.RemoveCommand(command)
			}
		}
		root.AddCommand(newMigrate(streams, func(ctx context.Context, client kube.Client) (time.Time, error) {
			now, err := serverTime(ctx, client)
			return now.Add(24 * time.Hour), err
		}))
		return root
	})
}

// TestScripts runs the scripts under testdata/script. Beside the commands of testscript they have
//
//	exits CODE PROGRAM [ARGS…]
//
// which runs a program as exec does and checks its exit code, and the variables HELM3 and HELM4 with
// the paths of the two.
func TestScripts(t *testing.T) {
	t.Parallel()
	helm3, helm4 := testworld.Helm3(t), testworld.Helm4(t)
	testscript.Run(t, testscript.Params{
		Setup: func(env *testscript.Env) error {
			env.Setenv("HELM3", helm3)
			env.Setenv("HELM4", helm4)
			passRaceOptions(env)
			return nil
		},
		Dir:                 "testdata/script",
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		UpdateScripts:       golden.Update(),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// passRaceOptions has the programs of a script heed the race detector's variable, as this one does.
func passRaceOptions(env *testscript.Env) { env.Setenv("GORACE", os.Getenv("GORACE")) }

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARGS…]")
	}
	want, err := strconv.Atoi(args[0])
	if err != nil {
		ts.Fatalf("exits: %v", err)
	}
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}
