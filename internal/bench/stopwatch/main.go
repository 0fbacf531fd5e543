// Command stopwatch runs a program once and prints the wall time, processor time and peak memory of
// it and of the processes that it waited for, as a line of JSON:
//
//	stopwatch STDIN STDOUT PROGRAM [ARGUMENT...]
//
// It is a program of its own because Linux counts the memory of a process from before it executed a
// program, when it was still a copy of its parent: the parent has to be smaller than what is measured.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	if len(args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: stopwatch STDIN STDOUT PROGRAM [ARGUMENT...]")

		return 2
	}
	if err := measure(args[0], args[1], args[2], args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, "stopwatch: error:", err)

		return 1
	}

	return 0
}

func measure(stdin, stdout, program string, args []string) error {
	in, err := os.Open(stdin)
	if err != nil {
		return err
	}
	out, err := os.Create(stdout)
	if err != nil {
		return err
	}
	cmd := exec.Command(program, args...) //nolint:noctx // who stops the stopwatch ends its process group
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, os.Stderr
	began := time.Now()
	err = cmd.Run()
	took := time.Since(began)
	if err := errors.Join(err, in.Close(), out.Close()); err != nil {
		return err
	}

	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"seconds":    took.Seconds(),
		"cpuSeconds": (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(),
		"peakBytes":  peak(cmd.ProcessState),
	})
}

// peak is the memory of the largest process, in bytes.
func peak(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" { // the only system that counts in bytes
		return usage.Maxrss
	}

	return usage.Maxrss * 1024
}
