// Package docs_test checks the pages of this folder, and the other pages of the repository.
//
//   - Links lead to files and headings that exist, and ARCHITECTURE.md names every folder.
//   - A block below `<!-- from: FILE -->` is an excerpt of that file; one below
//     `<!-- diff: OLD NEW -->` is a change from one file to the other. A line of … stands for lines
//     that are left out.
//   - A block in the language console is typed into a shell, and what it shows must come out: … stands
//     for what differs from run to run. `<!-- world: … -->` names what the shell of a page has, and a
//     block below `<!-- file: NAME -->` is written to a file there.
package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = ".."

// page is a Markdown file.
type page struct {
	path string // from the root of the repository
	text string
}

// block is a fenced block with the comment in front of it.
type block struct {
	line     int // of its first line of text
	language string
	marker   string // what the comment does: from, diff, file; "" without a comment
	of       []string
	text     string
}

// pages reads all pages of the repository.
func pages(t *testing.T) []page {
	t.Helper()
	var found []page
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "bin" || name == "dist"):
			return fs.SkipDir
		case filepath.Ext(name) != ".md":
			return nil
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		found = append(found, read(t, filepath.ToSlash(relative)))
		return nil
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("found %d pages: %v", len(found), err)
	}
	return found
}

// ours are the pages of this folder that people write.
func ours(t *testing.T) []page {
	t.Helper()
	var found []page
	for _, p := range pages(t) {
		if strings.HasPrefix(p.path, "docs/") && !strings.HasPrefix(p.path, "docs/reference/") {
			found = append(found, p)
		}
	}
	return found
}

func read(t *testing.T, path string) page {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return page{path, string(text)}
}

var (
	comment = regexp.MustCompile(`^<!-- ([a-z]+): (.+) -->$`)
	fence   = regexp.MustCompile("^( *)(`{3,})([a-z]*)$")
)

// blocks returns the fenced blocks of the page.
func (p page) blocks() []block {
	var found []block
	var open *block
	var indent, closing string
	var marked []string
	for i, line := range strings.Split(p.text, "\n") {
		switch match := fence.FindStringSubmatch(line); {
		case open != nil && strings.TrimSpace(line) == closing:
			found, open = append(found, *open), nil
		case open != nil:
			open.text += strings.TrimPrefix(line, indent) + "\n"
		case match != nil:
			indent, closing, open = match[1], match[2], &block{line: i + 2, language: match[3]}
			if marked != nil {
				open.marker, open.of = marked[1], strings.Fields(marked[2])
			}
			marked = nil
		case strings.TrimSpace(line) != "":
			marked = comment.FindStringSubmatch(strings.TrimSpace(line))
		}
	}
	return found
}

// world returns the words of the page's world comment.
func (p page) world() []string {
	for line := range strings.Lines(p.text) {
		if match := comment.FindStringSubmatch(strings.TrimSpace(line)); match != nil && match[1] == "world" {
			return strings.Fields(match[2])
		}
	}
	return nil
}

// prose is the text without fenced blocks and without code in a line.
func (p page) prose() []string {
	inFence := false
	lines := strings.Split(p.text, "\n")
	code := regexp.MustCompile("`[^`]*`")
	for i, line := range lines {
		isFence := strings.HasPrefix(strings.TrimSpace(line), "```")
		if isFence {
			inFence = !inFence
		}
		lines[i] = code.ReplaceAllStringFunc(line, func(s string) string { return strings.ReplaceAll(s, "](", "] (") })
		if isFence || inFence {
			lines[i] = ""
		}
	}
	return lines
}
