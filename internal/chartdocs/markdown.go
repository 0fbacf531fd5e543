package chartdocs

import (
	"fmt"
	"strings"
)

// Lines between which a README holds the values.
const (
	begin = "<!-- values: generated from values.yaml -->"
	end   = "<!-- end of values -->"
)

// inject returns the README with the values between its two marks.
func inject(readme, values string) (string, error) {
	before, rest, ok := strings.Cut(readme, begin+"\n")
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return "", fmt.Errorf("the lines %q and %q are not both there, in this order", begin, end)
	}
	return before + begin + "\n" + values + "\n" + end + after, nil
}

// markdown is a heading for each top-level value, with a table of what is below it.
func markdown(values []*value) string {
	var out strings.Builder
	for _, v := range values {
		fmt.Fprintf(&out, "\n### `%s`\n", v.name())
		if v.comment.text != "" {
			fmt.Fprintf(&out, "\n%s\n", v.comment.text)
		}
		if v.leaf() {
			fmt.Fprintf(&out, "\nDefault: %s\n", v.defaultText())
			continue
		}
		out.WriteString("\n| value | default | description |\n|---|---|---|\n")
		v.rows(&out, "")
	}
	return out.String()
}

func (v *value) rows(out *strings.Builder, path string) {
	at := strings.TrimPrefix(path+"."+v.name(), ".")
	if v.leaf() {
		text := strings.ReplaceAll(v.comment.text, "|", `\|`)
		if len(v.comment.enum) > 0 {
			text += " One of `" + strings.Join(v.comment.enum, "`, `") + "`."
		}
		fmt.Fprintf(out, "| `%s` | %s | %s |\n", at, v.defaultText(), text)
		return
	}
	fields := v.fields
	if v.items != nil {
		at, fields = at+"[]", v.items.fields
	}
	for _, field := range fields {
		field.rows(out, at)
	}
}

func (v *value) defaultText() string {
	text := "`" + v.shown + "`"
	switch {
	case v.comment.required:
		text = "required, for example " + text
	case v.comment.fallback != "":
		text = v.comment.fallback
	}
	return strings.ReplaceAll(text, "|", `\|`)
}
