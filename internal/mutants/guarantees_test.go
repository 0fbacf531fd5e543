package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var testName = regexp.MustCompile(`\bTest[A-Z]\w+`)

// TestGuarantees reads the guarantees of the mirror where they are listed: each names tests that there
// are, and each of these has a mutant that it kills.
func TestGuarantees(t *testing.T) {
	text, err := os.ReadFile("../../mirror/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, list, found := strings.Cut(string(text), "# Guarantees")
	list, _, ends := strings.Cut(list, "# Limits")
	if !found || !ends {
		t.Fatal("mirror/doc.go lists no guarantees")
	}
	guarantees := strings.Split(list, "\n//   - ")[1:]
	rows, err := load("../..")
	if err != nil {
		t.Fatal(err)
	}
	written := writtenTests(t, "../../mirror", "../../internal/bench", "../../internal/heap")
	for _, guarantee := range guarantees {
		title, _, _ := strings.Cut(guarantee, "\n")
		names := testName.FindAllString(guarantee, -1)
		if len(names) == 0 {
			t.Errorf("%q names no test", title)
		}
		if !slices.ContainsFunc(names, func(name string) bool {
			return slices.ContainsFunc(rows, func(m mutant) bool { return strings.Split(m.Test, "/")[0] == name })
		}) {
			t.Errorf("%q has no mutant", title)
		}
		for _, name := range names {
			if !written[name] {
				t.Errorf("%q: there is no %s", title, name)
			}
		}
	}
	if len(guarantees) < 20 {
		t.Errorf("only %d guarantees are listed", len(guarantees))
	}
}

// TestGuaranteesOnThePage compares the list for people with the one for programmers: the same titles, in the
// same order.
func TestGuaranteesOnThePage(t *testing.T) {
	titles := func(file, from, to string, title *regexp.Regexp) []string {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, list, found := strings.Cut(string(text), from)
		list, _, ends := strings.Cut(list, to)
		if !found || !ends {
			t.Fatalf("%s lists no guarantees", file)
		}
		var all []string
		for _, match := range title.FindAllStringSubmatch(list, -1) {
			all = append(all, match[1])
		}
		return all
	}
	code := titles("../../mirror/doc.go", "# Guarantees", "# Limits", regexp.MustCompile(`(?m)^//   - (.*?\.)(?: |$)`))
	page := titles("../../docs/mirror.md", "## What is guaranteed", "\n## ", regexp.MustCompile(`(?m)^- \*\*(.*?)\*\*`))
	if len(code) == 0 || !slices.Equal(code, page) {
		t.Errorf("mirror/doc.go guarantees\n%q,\ndocs/mirror.md\n%q", code, page)
	}
}

// writtenTests are the names of the tests below some folders.
func writtenTests(t *testing.T, folders ...string) map[string]bool {
	t.Helper()
	function := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	found := map[string]bool{}
	for _, folder := range folders {
		for _, pattern := range []string{"*_test.go", "*/*_test.go"} {
			files, err := filepath.Glob(filepath.Join(folder, pattern))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				for _, match := range function.FindAllStringSubmatch(string(text), -1) {
					found[match[1]] = true
				}
			}
		}
	}

	return found
}
