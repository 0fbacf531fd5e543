package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTable checks the rows of this repository; `make mutants` runs them.
func TestTable(t *testing.T) {
	if _, err := load("../.."); err != nil {
		t.Error(err)
	}
}

// TestPatchesApply notices a patch that the source has left behind long before `make mutants` runs.
func TestPatchesApply(t *testing.T) {
	rows, err := load("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		check := exec.CommandContext(t.Context(), "git", "apply", "--check", filepath.Join("testdata", "mutants", r.Name+".patch"))
		check.Dir = "../.."
		if out, err := check.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", r.Name, err, out)
		}
	}
}

const (
	sumGo = "package sum\n\nimport \"os\"\n\nvar exit = os.Exit\n\nfunc Sum(a, b int) int {\n\treturn a + b\n}\n"
	test  = `package sum

import "testing"

func TestSum(t *testing.T) {
	t.Run("one and two", func(t *testing.T) {
		if Sum(1, 2) != 3 {
			t.Error("wrong")
		}
	})
	t.Run("zero", func(t *testing.T) {
		if Sum(0, 0) != 0 {
			t.Error("wrong")
		}
	})
}

func TestWrong(t *testing.T) { t.Error("always") }
`
)

// patch replaces the one statement of Sum.
func patch(old, replacement string) string {
	return "--- a/sum/sum.go\n+++ b/sum/sum.go\n@@ -7,3 +7,3 @@\n func Sum(a, b int) int {\n-\t" + old + "\n+\t" + replacement + "\n }\n"
}

func row(name, test string) string {
	return "- {name: " + name + ", guards: sums are right, package: ./sum, test: " + test + "}\n"
}

func TestRun(t *testing.T) {
	minus := patch("return a + b", "return a - b")
	tests := map[string]struct {
		rows    string
		patches map[string]string
		names   []string
		out     string // parts of stdout and stderr together, one per line
		fails   bool
	}{
		"killed": {
			rows: row("minus", "TestSum"), patches: map[string]string{"minus": minus},
			out: "killed\nminus\nTestSum: sums are right",
		},
		"case with blanks": {
			rows: row("minus", "TestSum/one_and_two"), patches: map[string]string{"minus": minus}, out: "killed",
		},
		"survivor": {
			rows: row("minus", "TestSum/zero"), patches: map[string]string{"minus": minus}, fails: true,
			out: "SURVIVED\n1 of 1 mutants are not killed\nTestSum/zero does not fail",
		},
		"stale patch": {
			rows: row("stale", "TestSum"), patches: map[string]string{"stale": patch("return b + a", "return 0")}, fails: true,
			out: "does not apply\npatch does not apply",
		},
		"build failure": {
			rows: row("typo", "TestSum"), patches: map[string]string{"typo": patch("return a + b", "return c")}, fails: true,
			out: "does not build\nundefined: c",
		},
		"crash": {
			rows:    row("exit", "TestSum/zero"),
			patches: map[string]string{"exit": patch("return a + b", `if a == 0 { println("boom"); exit(3) }; return a + b`)},
			fails:   true, out: "crashed\nboom",
		},
		"test that fails anyway": {
			rows: row("minus", "TestWrong"), patches: map[string]string{"minus": minus}, fails: true,
			out: `without a mutant, TestWrong of ./sum does not pass ("fail")`,
		},
		"no such case": {
			rows: row("minus", "TestSum/three"), patches: map[string]string{"minus": minus}, fails: true,
			out: `without a mutant, TestSum/three of ./sum does not pass ("")`,
		},
		"no such test": {
			rows: row("minus", "TestProduct"), patches: map[string]string{"minus": minus}, fails: true,
			out: "mutant minus: package ./sum has no test TestProduct",
		},
		"no patch": {rows: row("minus", "TestSum"), fails: true, out: "mutant minus: read the patch: "},
		"stray patch": {
			rows:    row("minus", "TestSum"),
			patches: map[string]string{"minus": minus, "left-over": minus}, fails: true,
			out: "no row of the table names\nleft-over.patch",
		},
		"unknown column": {rows: "- {name: minus, reason: none}\n", fails: true, out: `unknown field "reason"`},
		"two of a name":  {rows: row("minus", "TestSum") + row("minus", "TestSum"), fails: true, out: "there are two of that name"},
		"no mutants":     {fails: true, out: "no mutants in "},
		"one of two": {
			rows:    row("minus", "TestSum") + row("typo", "TestSum"),
			patches: map[string]string{"minus": minus, "typo": patch("return a + b", "return c")},
			names:   []string{"minus"}, out: "killed",
		},
		"unknown name": {
			rows: row("minus", "TestSum"), patches: map[string]string{"minus": minus}, names: []string{"plus"}, fails: true,
			out: "the table has no mutant plus",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			root := module(t, tt.rows, tt.patches)
			var out bytes.Buffer
			code := run(t.Context(), root, &out, &out, tt.names)
			if (code != 0) != tt.fails {
				t.Errorf("exit code %d", code)
			}
			for part := range strings.SplitSeq(tt.out, "\n") {
				if !strings.Contains(out.String(), part) {
					t.Errorf("%q is missing in\n%s", part, out.String())
				}
			}
			if content, err := os.ReadFile(filepath.Join(root, "sum", "sum.go")); err != nil || string(content) != sumGo {
				t.Errorf("the source itself has changed: %q, %v", content, err)
			}
		})
	}
}

// module makes a small repository with one package and a table of mutants.
func module(t *testing.T, rows string, patches map[string]string) string {
	t.Helper()
	root := t.TempDir()
	content := map[string]string{
		"go.mod":                  "module example.com/sum\n\ngo 1.26\n",
		"sum/sum.go":              sumGo,
		"sum/sum_test.go":         test,
		folder + "/mutants.yaml":  "mutants:\n" + rows,
		folder + "/README.md":     "",
		"ignored/by/nobody":       "",
		".gitignore":              "*.log\n",
		"a name with blanks.txt":  "x",
		"sum/testdata/ignored.go": "not Go",
	}
	for name, p := range patches {
		content[folder+"/"+name+".patch"] = p
	}
	for name, text := range content {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.CommandContext(t.Context(), "git", "-C", root, "init", "--quiet").CombinedOutput(); err != nil {
		t.Fatalf("git init: %v\n%s", err, out)
	}

	return root
}

func TestCopyTree(t *testing.T) {
	root, dir := t.TempDir(), filepath.Join(t.TempDir(), "tree")
	script := filepath.Join(root, "run.sh")
	if err := os.WriteFile(script, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("run.sh", filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second copy replaces the first
		if err := copyTree(root, dir, []string{"run.sh", "link", "deleted but still in the index"}); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(filepath.Join(dir, "run.sh"))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o100 == 0 {
			t.Error("the copy of a script cannot be run")
		}
		if target, err := os.Readlink(filepath.Join(dir, "link")); err != nil || target != "run.sh" {
			t.Errorf("link leads to %q, %v", target, err)
		}
		if err := os.WriteFile(filepath.Join(dir, "stray"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := copyTree(root, dir, []string{"run.sh"}); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Errorf("the copy holds %v", entries)
	}
}
