package docs_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestCommands types what the pages say one types, and compares what comes out. The commands of a
// page share one shell. A command that fails must be followed by `echo $?` on the page.
func TestCommands(t *testing.T) {
	programs := t.TempDir()
	for _, name := range []string{"ferry", "ferry-hook"} {
		build(t, "cmd/"+name, filepath.Join(programs, name))
	}
	typed := 0
	for _, p := range ours(t) {
		commands := p.commands(t)
		if len(commands) == 0 {
			continue
		}
		typed += len(commands)
		t.Run(p.path, func(t *testing.T) {
			t.Parallel()
			runPage(t, p, commands, newWorld(t, programs, p.world()))
		})
	}
	if typed == 0 {
		t.Fatal("no page has a command")
	}
}

// command is what one types, and what one sees.
type command struct {
	line  int // of the page
	typed string
	shown string
}

// commands returns what the page has one type. A block that is a file becomes a command that writes
// it.
func (p page) commands(t *testing.T) []command {
	t.Helper()
	var found []command
	for _, b := range p.blocks() {
		if b.marker == "file" {
			text := strings.ReplaceAll(b.text, "'", `'\''`)
			found = append(found, command{b.line, fmt.Sprintf("mkdir -p %q && printf %%s '%s' > %s", filepath.Dir(b.of[0]), text, b.of[0]), ""})
		}
		if b.language != "console" {
			continue
		}
		continued := false
		for i, line := range strings.Split(strings.TrimSuffix(b.text, "\n"), "\n") {
			typed, isCommand := strings.CutPrefix(line, "$ ")
			last := len(found) - 1
			switch {
			case isCommand:
				found = append(found, command{b.line + i, typed, ""})
			case continued:
				found[last].typed += "\n" + line
			case i == 0:
				t.Fatalf("%s:%d: the block does not begin with a command", p.path, b.line)
			default:
				found[last].shown += line + "\n"
			}
			continued = strings.HasSuffix(line, `\`) && (isCommand || continued)
		}
	}
	return found
}

// mark ends the output of a command; the exit code follows.
const mark = "\x1e"

func runPage(t *testing.T, p page, commands []command, w *world) {
	t.Helper()
	var script strings.Builder
	for _, c := range commands {
		fmt.Fprintf(&script, "%s\nstatus=$?; printf '%s%%s\\n' $status; (exit $status)\n", c.typed, mark)
	}
	shell := exec.CommandContext(t.Context(), "bash", "-c", script.String())
	shell.Dir, shell.Env = w.folder, w.env
	var output bytes.Buffer
	shell.Stdout, shell.Stderr = &output, &output
	if err := shell.Run(); err != nil && shell.ProcessState == nil {
		t.Fatal(err)
	}
	rest := output.String()
	for i, c := range commands {
		shown, after, ended := strings.Cut(rest, mark)
		status, after, _ := strings.Cut(after, "\n")
		rest = after
		if !ended {
			t.Fatalf("%s:%d: %s\ndid not end; it shows:\n%s", p.path, c.line, c.typed, shown)
		}
		if !matches(c.shown, shown) {
			t.Errorf("%s:%d: %s\nis said to show:\n%s\nand shows:\n%s", p.path, c.line, c.typed, c.shown, shown)
		}
		if failed, _ := strconv.Atoi(status); failed != 0 && (i+1 == len(commands) || commands[i+1].typed != "echo $?") {
			t.Errorf("%s:%d: %s\nexits with %s, and the page does not say so:\n%s", p.path, c.line, c.typed, status, shown)
		}
	}
}

// matches compares output with what a page says of it: an ellipsis in a line stands for a part of
// the line, alone on its line for any lines. Blanks at the end of a line do not count, nor do empty
// lines around the whole.
func matches(said, shown string) bool {
	var pattern strings.Builder
	for line := range strings.SplitSeq(tidy(said), "\n") {
		if strings.TrimSpace(line) == ellipsis {
			pattern.WriteString(`(?:[^\n]*\n)*?`)
			continue
		}
		pattern.WriteString(strings.ReplaceAll(regexp.QuoteMeta(line), ellipsis, `[^\n]*?`) + `\n`)
	}
	return regexp.MustCompile(`\A` + pattern.String() + `\z`).MatchString(tidy(shown) + "\n")
}

func tidy(text string) string {
	return strings.Trim(regexp.MustCompile(`(?m)[ \t]+$`).ReplaceAllString(text, ""), "\n")
}

// TestMatches shows what an ellipsis stands for.
func TestMatches(t *testing.T) {
	for _, c := range []struct {
		said, shown string
		want        bool
	}{
		{"", "", true},
		{"", "a\n", false},
		{"a\n", "a  \n\n", true},
		{"a\n", "b\n", false},
		{"a … c\n", "a b c\n", true},
		{"a … c\n", "a b\nc\n", false},
		{"a\n…\nd\n", "a\nb\nc\nd\n", true},
		{"a\n…\nc\n", "a\nc\n", true},
		{"…\nc\n", "a\nb\n", false},
		{"…\n", "a\nb\n", true},
	} {
		if got := matches(c.said, c.shown); got != c.want {
			t.Errorf("matches(%q, %q) = %t", c.said, c.shown, got)
		}
	}
}

// build makes a program of this module.
func build(t *testing.T, pkg, to string) {
	t.Helper()
	const version = "-X github.com/helm-ferry/ferry/internal/cli.version=0.1.0"
	command := exec.CommandContext(t.Context(), "go", "build", "-ldflags", version, "-o", to, "./"+pkg)
	command.Dir, command.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", pkg, err, out)
	}
}
