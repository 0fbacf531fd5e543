package docs_test

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`^#{1,6} +(.*?) *#*$`)
)

// TestLinks follows every link inside the repository.
func TestLinks(t *testing.T) {
	for _, p := range pages(t) {
		for i, line := range p.prose() {
			for _, match := range link.FindAllStringSubmatch(line, -1) {
				if fault := broken(t, p, match[1]); fault != "" {
					t.Errorf("%s:%d: %s: %s", p.path, i+1, match[1], fault)
				}
			}
		}
	}
}

// broken says what is wrong with a link, or nothing.
func broken(t *testing.T, from page, to string) string {
	t.Helper()
	if strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") {
		return ""
	}
	file, anchor, hasAnchor := strings.Cut(to, "#")
	target := from.path
	if file != "" {
		target = path.Join(path.Dir(from.path), file)
	}
	info, err := os.Stat(filepath.Join(root, target))
	switch {
	case strings.HasPrefix(target, "../"):
		return "leads out of the repository"
	case err != nil:
		return "there is no such file"
	case !hasAnchor:
		return ""
	case info.IsDir():
		return "a folder has no headings"
	}
	if !anchors(read(t, target))[anchor] {
		return fmt.Sprintf("%s has no heading of that name", target)
	}
	return ""
}

// anchors are the names by which the headings of a page can be linked to, as GitHub makes them.
func anchors(p page) map[string]bool {
	found := map[string]bool{}
	for _, line := range page.prose(p) {
		match := heading.FindStringSubmatch(line)
		if match == nil {
			continue
		}
		name := slug(match[1])
		for n := 1; found[name]; n++ {
			name = fmt.Sprintf("%s-%d", slug(match[1]), n)
		}
		found[name] = true
	}
	return found
}

func slug(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		case r == ' ':
			return '-'
		}
		return -1
	}, regexp.MustCompile(`\]\([^)]*\)`).ReplaceAllString(title, ""))
}

// TestArchitectureNamesEveryFolder compares the table of ARCHITECTURE.md with the tree: a folder
// that holds Go code or a chart is named there, or stands below one that is.
func TestArchitectureNamesEveryFolder(t *testing.T) {
	architecture := read(t, "ARCHITECTURE.md")
	named := map[string]bool{}
	for line := range strings.Lines(architecture.text) {
		cell, _, inTable := strings.Cut(strings.TrimPrefix(line, "| "), " |")
		if !inTable {
			continue
		}
		for _, match := range regexp.MustCompile("`([^` ]+)/`").FindAllStringSubmatch(cell, -1) {
			named[match[1]] = true
		}
	}
	for folder := range named {
		if info, err := os.Stat(filepath.Join(root, folder)); err != nil || !info.IsDir() {
			t.Errorf("ARCHITECTURE.md names %s/, which does not exist", folder)
		}
	}
	for _, folder := range folders(t) {
		covered := false
		for at := folder; at != "."; at = path.Dir(at) {
			covered = covered || named[at]
		}
		if !covered {
			t.Errorf("ARCHITECTURE.md does not name %s/", folder)
		}
	}
}

// folders are those that hold Go code or a chart; what is below testdata is data.
func folders(t *testing.T) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if name := entry.Name(); file != root && (strings.HasPrefix(name, ".") || name == "testdata") {
			return fs.SkipDir
		}
		code, err := filepath.Glob(filepath.Join(file, "*.go"))
		if err != nil {
			return err
		}
		chart, err := filepath.Glob(filepath.Join(file, "Chart.yaml"))
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, file)
		if len(code)+len(chart) > 0 && relative != "." {
			found = append(found, filepath.ToSlash(relative))
		}
		return err
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("found %d folders: %v", len(found), err)
	}
	return found
}
