package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
)

// result is what `go test` says about the tests of one package.
type result struct {
	tests  map[string]string // by full name: pass, fail, skip
	built  bool
	output string
}

// event is a line of `go test -json`.
type event struct {
	Action      string `json:"action"`
	Test        string `json:"test"`
	Output      string `json:"output"`
	FailedBuild string `json:"failedBuild"`
}

// goTest runs the tests that the pattern selects. A test that fails is no error.
func goTest(ctx context.Context, dir, pkg, pattern string) (result, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-json", "-count=1", "-vet=off", "-timeout=5m", "-run", pattern, pkg)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "FERRY_TESTS=full") // the test may be one that falls to the other Helm
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var exit *exec.ExitError
	if ctx.Err() != nil {
		return result{}, ctx.Err()
	}
	if err != nil && !errors.As(err, &exit) {
		return result{}, fmt.Errorf("run go test: %w", err)
	}
	r, err := read(bytes.NewReader(out))
	if err != nil {
		return result{}, fmt.Errorf("read what go test says about %s: %w\n%s", pkg, err, stderr.Bytes())
	}

	return r, nil
}

func read(stream io.Reader) (result, error) {
	r := result{tests: map[string]string{}, built: true}
	var output strings.Builder
	decoder := json.NewDecoder(stream)
	for {
		var e event
		err := decoder.Decode(&e)
		if errors.Is(err, io.EOF) {
			r.output = strings.TrimSpace(output.String())

			return r, nil
		}
		if err != nil {
			return result{}, err
		}
		output.WriteString(e.Output)
		if e.FailedBuild != "" || e.Action == "build-fail" {
			r.built = false
		}
		if e.Test != "" && (e.Action == "pass" || e.Action == "fail" || e.Action == "skip") {
			r.tests[e.Test] = e.Action
		}
	}
}

// exactly is the pattern that selects one test, or one case of it.
func exactly(test string) string {
	parts := strings.Split(test, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}

	return strings.Join(parts, "/")
}
