package docgen

import "strings"

// markdown turns the long text of a command into Markdown: indented lines are shown as they are.
func markdown(text string) string {
	var out strings.Builder
	shown := false
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		indented := strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "\t")
		switch {
		case indented && !shown:
			out.WriteString("\n```\n")
		case !indented && shown:
			out.WriteString("```\n")
			if line != "" {
				out.WriteString("\n")
			}
		}
		if shown = indented; indented {
			out.WriteString(strings.TrimPrefix(strings.TrimPrefix(line, "\t"), "  ") + "\n")
		} else {
			out.WriteString(prose(line) + "\n")
		}
	}
	if shown {
		out.WriteString("```\n")
	}
	return strings.ReplaceAll(out.String(), "\n\n\n", "\n\n")
}

// prose keeps Markdown from reading signs in a sentence as its own.
func prose(text string) string {
	return strings.NewReplacer("<", `\<`, "|", `\|`, "*", `\*`, "_", `\_`).Replace(text)
}

// unindent removes the indentation that all lines share.
func unindent(text string) string {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	common := -1
	for _, line := range lines {
		if blank := len(line) - len(strings.TrimLeft(line, " ")); line != "" && (common < 0 || blank < common) {
			common = blank
		}
	}
	for i, line := range lines {
		lines[i] = line[min(max(common, 0), len(line)):]
	}
	return strings.Join(lines, "\n")
}
