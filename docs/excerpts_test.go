package docs_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/golden"
	"github.com/helm-ferry/ferry/render"
)

// TestExample renders the release that how-it-works.md follows. -update writes what comes out.
func TestExample(t *testing.T) {
	text, err := os.ReadFile("how-it-works/ferry.yaml")
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := config.Load("ferry.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	release, err := os.ReadFile("how-it-works/release.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rendering, err := render.Render(t.Context(), release, render.Config{
		Ferry: &render.Document{Config: loaded, Text: text}, Image: "ghcr.io/helm-ferry/ferry-hook:0.1.0",
	})
	if err != nil {
		t.Fatal(err)
	}
	masked, err := render.Mask(rendering.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "how-it-works/rendered.yaml", masked)
}

// TestExcerpts compares the blocks that come from files with these files.
func TestExcerpts(t *testing.T) {
	checked := 0
	for _, p := range ours(t) {
		for _, b := range p.blocks() {
			switch {
			case b.marker == "from" && len(b.of) == 1:
				checkExcerpt(t, p, b, b.of[0], b.text)
			case b.marker == "diff" && len(b.of) == 2:
				checkExcerpt(t, p, b, b.of[0], side(b.text, '-'))
				checkExcerpt(t, p, b, b.of[1], side(b.text, '+'))
			case b.marker == "from" || b.marker == "diff":
				t.Errorf("%s:%d: want <!-- from: FILE --> or <!-- diff: OLD NEW -->, got %q", p.path, b.line, b.of)
			default:
				checked--
			}
			checked++
		}
	}
	if checked == 0 {
		t.Fatal("no page has an excerpt")
	}
}

// side returns one side of a diff: the lines that both have and those with the sign, the sign taken away.
func side(diff string, sign byte) string {
	var lines []string
	for line := range strings.SplitSeq(diff, "\n") {
		switch {
		case strings.TrimSpace(line) == ellipsis || line == "":
			lines = append(lines, line)
		case line[0] == ' ' || line[0] == sign:
			lines = append(lines, line[1:])
		}
	}
	return strings.Join(lines, "\n")
}

// checkExcerpt demands that the pieces between two ellipses stand in the file, in their order.
func checkExcerpt(t *testing.T, p page, b block, file, excerpt string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Errorf("%s:%d: %v", p.path, b.line, err)
		return
	}
	rest := "\n" + string(data)
	for _, piece := range pieces(excerpt) {
		_, after, found := strings.Cut(rest, "\n"+piece)
		if !found {
			t.Errorf("%s:%d: %s does not have, after what stands above it:\n%s", p.path, b.line, file, piece)
			return
		}
		rest = "\n" + after
	}
}

// ellipsis stands for what is left out.
const ellipsis = "…"

// pieces cuts an excerpt at the lines that are an ellipsis.
func pieces(excerpt string) []string {
	var found []string
	current := ""
	for line := range strings.Lines(excerpt) {
		if strings.TrimSpace(line) != ellipsis {
			current += line
			continue
		}
		found, current = append(found, current), ""
	}
	found = append(found, current)
	return slices.DeleteFunc(found, func(piece string) bool { return strings.TrimSpace(piece) == "" })
}
