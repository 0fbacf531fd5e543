package chartdocs

import (
	"fmt"
	"regexp"
	"strings"
)

// commentedOut matches a line with a value behind a single hash.
var commentedOut = regexp.MustCompile(`^(\s*)# ?([^#\s].*|\s+\S.*)$`)

// uncomment returns the lines of a values file with every value set; the words stay comments.
func uncomment(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = commentedOut.ReplaceAllString(line, "$1$2")
	}
	return out
}

// comment is what stands above a value.
type comment struct {
	text     string // words, as one paragraph
	fallback string // of @default
	enum     []string
	open     bool
	required bool
	name     string // of @pattern
	pattern  string
}

// commentAbove reads the comment that ends directly above the line of that number, counted from 1.
func commentAbove(lines []string, number int) (comment, error) {
	first := number - 1
	for first > 0 && strings.HasPrefix(strings.TrimSpace(lines[first-1]), "##") {
		first--
	}
	var c comment
	var words []string
	for i := first; i < number-1; i++ {
		text := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(lines[i]), "##"))
		if !strings.HasPrefix(text, "@") {
			words = append(words, text)
			continue
		}
		if err := c.tag(text); err != nil {
			return comment{}, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	c.text = strings.TrimSpace(strings.Join(words, " "))
	return c, nil
}

func (c *comment) tag(text string) error {
	tag, rest, _ := strings.Cut(text, " ")
	switch tag {
	case "@default":
		c.fallback = rest
	case "@enum":
		c.enum = strings.Fields(rest)
	case "@open":
		c.open = true
	case "@required":
		c.required = true
	case "@pattern":
		c.name, c.pattern, _ = strings.Cut(rest, " ")
		if _, err := regexp.Compile(c.pattern); err != nil || c.pattern == "" {
			return fmt.Errorf("@pattern needs a name and a regular expression, has %q", rest)
		}
	default:
		return fmt.Errorf("unknown tag %s: there are @default, @enum, @open, @pattern, @required", tag)
	}
	return nil
}
