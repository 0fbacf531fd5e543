package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/helm-ferry/ferry/internal/cli"
)

func noStreams() cli.Streams {
	return cli.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}
}

// outcomeOf is what a command line leaves behind.
type outcomeOf struct {
	code           int
	stdout, stderr string
}

// last is the last line of stderr: the verdict.
func (o outcomeOf) last() string {
	lines := strings.Split(strings.TrimSpace(o.stderr), "\n")
	return lines[len(lines)-1]
}

// call runs a command line in this process with an environment of its own.
func call(t *testing.T, environment map[string]string, args ...string) outcomeOf {
	t.Helper()
	var stdout, stderr bytes.Buffer
	p := newProgram(func(name string) string { return environment[name] })
	p.patience = 2 * time.Second
	code := cli.Main(t.Context(), "ferry-hook", cli.Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr}, args, p.root)
	return outcomeOf{code, stdout.String(), stderr.String()}
}
