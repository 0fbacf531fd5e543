package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// try breaks the module at root by one mutant after the other. It fails unless
// every mutant makes its test fail.
func try(ctx context.Context, root string, rows []mutant, out io.Writer) error {
	scratch, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	dir := filepath.Join(scratch, "tree")
	names, err := files(ctx, root)
	if err != nil {
		return fmt.Errorf("list the tree: %w", err)
	}
	if err := copyTree(root, dir, names); err != nil {
		return err
	}
	if err := sound(ctx, dir, rows); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d tests pass without a mutant\n", len(rows))
	width := len("MUTANT")
	for _, m := range rows {
		width = max(width, len(m.Name))
	}
	fmt.Fprintf(out, "%-14s  %7s  %-*s  TEST: WHAT IT GUARDS\n", "VERDICT", "SECONDS", width, "MUTANT")
	var faults []string
	for _, m := range rows {
		start := time.Now()
		if err := copyTree(root, dir, names); err != nil {
			return err
		}
		verdict, details, err := m.try(ctx, root, dir)
		if err != nil {
			return fmt.Errorf("mutant %s: %w", m.Name, err)
		}
		if verdict != killed {
			faults = append(faults, fmt.Sprintf("%s: %s\n%s", m.Name, verdict, details))
		}
		fmt.Fprintf(out, "%-14s  %7.1f  %-*s  %s: %s\n", verdict, time.Since(start).Seconds(), width, m.Name, m.Test, m.Guards)
	}
	if len(faults) > 0 {
		return fmt.Errorf("%d of %d mutants are not killed:\n%s", len(faults), len(rows), strings.Join(faults, "\n"))
	}

	return nil
}

// The verdicts on a mutant.
const (
	killed   = "killed"         // its test fails, as it should
	survived = "SURVIVED"       // its test passes: the test proves nothing
	rejected = "does not apply" // the source has moved on since the patch was made
	broken   = "does not build" // the compiler objects, no test does
	crashed  = "crashed"        // the tests ended, or took too long, before the named one failed
)

// try breaks the tree at dir and runs the test.
func (m mutant) try(ctx context.Context, root, dir string) (verdict, details string, err error) {
	if err := apply(ctx, dir, m.patch(root)); err != nil {
		return rejected, err.Error(), ctx.Err()
	}
	r, err := goTest(ctx, dir, m.Package, exactly(m.Test))
	if err != nil {
		return "", "", err
	}
	switch {
	case !r.built:
		return broken, r.output, nil
	case r.tests[m.Test] == "fail":
		return killed, "", nil
	case r.tests[m.Test] == "":
		return crashed, r.output, nil
	default:
		return survived, m.Test + " does not fail", nil
	}
}

// sound checks, package by package, that every test exists and passes in the
// tree as it is.
func sound(ctx context.Context, dir string, rows []mutant) error {
	packages := map[string][]mutant{}
	var order []string
	for _, m := range rows {
		if packages[m.Package] == nil {
			order = append(order, m.Package)
		}
		packages[m.Package] = append(packages[m.Package], m)
	}
	for _, pkg := range order {
		var functions []string
		for _, m := range packages[pkg] {
			functions = append(functions, regexp.QuoteMeta(m.function()))
		}
		slices.Sort(functions)
		r, err := goTest(ctx, dir, pkg, "^("+strings.Join(slices.Compact(functions), "|")+")$")
		if err != nil {
			return err
		}
		for _, m := range packages[pkg] {
			if state := r.tests[m.Test]; state != "pass" {
				return fmt.Errorf("without a mutant, %s of %s does not pass (%q):\n%s", m.Test, pkg, state, r.output)
			}
		}
	}

	return nil
}
