package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// folder holds the table and the patches, below the root of the module.
const folder = "testdata/mutants"

// mutant is a row of the table.
type mutant struct {
	// Name is that of the patch, too: testdata/mutants/NAME.patch.
	Name string `json:"name"`
	// Guards is the invariant or guarantee that the test stands for.
	Guards string `json:"guards"`
	// Package is the folder of the test, ./ first.
	Package string `json:"package"`
	// Test is a test function, or one case of it: TestX/case, as go test -v
	// prints it.
	Test string `json:"test"`
}

// function is the name of the test's function.
func (m mutant) function() string {
	name, _, _ := strings.Cut(m.Test, "/")

	return name
}

func (m mutant) patch(root string) string {
	return filepath.Join(root, folder, m.Name+".patch")
}

// load reads the table and checks what can be checked without running a test.
// It returns all faults at once.
func load(root string) ([]mutant, error) {
	path := filepath.Join(root, folder, "mutants.yaml")
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the table: %w", err)
	}
	var table struct {
		Mutants []mutant `json:"mutants"`
	}
	if err := yaml.UnmarshalStrict(content, &table); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if len(table.Mutants) == 0 {
		return nil, fmt.Errorf("no mutants in %s", path)
	}
	errs := []error{strays(root, table.Mutants)}
	seen := map[string]bool{}
	functions := map[string][]string{} // of a package
	for _, m := range table.Mutants {
		if seen[m.Name] {
			errs = append(errs, fmt.Errorf("mutant %s: there are two of that name", m.Name))
		}
		seen[m.Name] = true
		if err := m.check(root, functions); err != nil {
			errs = append(errs, fmt.Errorf("mutant %s: %w", m.Name, err))
		}
	}

	return table.Mutants, errors.Join(errs...)
}

var plainName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// check knows the test functions of the packages that it has met.
func (m mutant) check(root string, functions map[string][]string) error {
	if !plainName.MatchString(m.Name) {
		return errors.New("name is not of the form words-joined-by-hyphens")
	}
	if m.Guards == "" || m.Package == "" || m.Test == "" {
		return errors.New("guards, package and test must be set")
	}
	if !strings.HasPrefix(m.Package, "./") {
		return fmt.Errorf("package %q does not begin with ./", m.Package)
	}
	if _, err := os.Stat(m.patch(root)); err != nil {
		return fmt.Errorf("read the patch: %w", err)
	}
	if functions[m.Package] == nil {
		found, err := testFunctions(filepath.Join(root, m.Package))
		if err != nil {
			return err
		}
		functions[m.Package] = found
	}
	if !slices.Contains(functions[m.Package], m.function()) {
		return fmt.Errorf("package %s has no test %s", m.Package, m.function())
	}

	return nil
}

// testFunctions lists the functions in the test files of a folder.
func testFunctions(dir string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("look for tests: %w", err)
		}
		for _, declaration := range file.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil {
				names = append(names, f.Name.Name)
			}
		}
	}

	return names, nil
}

// strays finds patches that no row names, which would never be tried.
func strays(root string, rows []mutant) error {
	patches, err := filepath.Glob(filepath.Join(root, folder, "*.patch"))
	if err != nil {
		return err
	}
	var errs []error
	for _, path := range patches {
		named := func(m mutant) bool { return m.patch(root) == path }
		if !slices.ContainsFunc(rows, named) {
			errs = append(errs, fmt.Errorf("no row of the table names %s", path))
		}
	}

	return errors.Join(errs...)
}

// choose returns the named rows, or all when there are no names.
func choose(rows []mutant, names []string) ([]mutant, error) {
	if len(names) == 0 {
		return rows, nil
	}
	var chosen []mutant
	for _, name := range names {
		i := slices.IndexFunc(rows, func(m mutant) bool { return m.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("the table has no mutant %s", name)
		}
		chosen = append(chosen, rows[i])
	}

	return chosen, nil
}
