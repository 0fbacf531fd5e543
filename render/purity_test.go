package render_test

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/helm-ferry/ferry/"

// forbidden are packages by which something else than arguments could get into a rendering.
var forbidden = []string{
	"os", "os/exec", "os/signal", "os/user", "syscall", "plugin", "net", "net/http", "log", "log/slog",
	"math/rand", "math/rand/v2", "crypto/rand",
}

// clock are the functions of package time that do not depend on arguments alone.
var clock = []string{"Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer", "Sleep", "LoadLocation", "Local"}

// Package render and all of this module that it stands on know no environment, no files, no network,
// no clock and no chance: the source is looked at, file by file.
func TestSourceIsPure(t *testing.T) {
	todo, seen := []string{"render"}, map[string]bool{}
	for len(todo) > 0 {
		folder := todo[0]
		todo = todo[1:]
		if seen[folder] {
			continue
		}
		seen[folder] = true
		files, imports := sources(t, folder)
		for _, path := range imports {
			if inner, ours := strings.CutPrefix(path, module); ours {
				todo = append(todo, inner)
			}
			if slices.Contains(forbidden, path) {
				t.Errorf("%s imports %s", folder, path)
			}
		}
		for _, file := range files {
			checkClock(t, file)
		}
	}
	for _, folder := range []string{"internal/config", "internal/manifest", "internal/provider", "internal/release"} {
		if !seen[folder] {
			t.Errorf("render no longer imports %s, or the test no longer follows imports", folder)
		}
	}
}

// sources parses the files of a package that are built into a binary.
func sources(t *testing.T, folder string) ([]*ast.File, []string) {
	t.Helper()
	directory := filepath.Join("..", filepath.FromSlash(folder))
	pkg, err := build.ImportDir(directory, 0)
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range pkg.GoFiles {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(directory, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files, pkg.Imports
}

// checkClock looks for uses of the clock and of the local time zone.
func checkClock(t *testing.T, file *ast.File) {
	t.Helper()
	ast.Inspect(file, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if on, ok := selector.X.(*ast.Ident); ok && on.Name == "time" && slices.Contains(clock, selector.Sel.Name) {
			t.Errorf("%s uses time.%s", file.Name, selector.Sel.Name)
		}
		return true
	})
}
