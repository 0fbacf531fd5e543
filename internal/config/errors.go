package config

import (
	"fmt"
	"strings"
)

// Error is one fault of a document: where it is and what to do about it.
type Error struct {
	// Source is the file, or what else the document was read from.
	Source string
	// Line and Column count from 1; both are 0 when the fault is that something is missing everywhere.
	Line, Column int
	// Field is the path of the field, for example spec.mirrors[0].rpo; empty for faults of the YAML.
	Field string
	// Message says what is wrong.
	Message string
}

// Error writes source:line:column: field: message, as editors and CI systems parse it.
func (e *Error) Error() string {
	text := e.Source
	if e.Line > 0 {
		text += fmt.Sprintf(":%d:%d", e.Line, e.Column)
	}
	if e.Field != "" {
		text += ": " + e.Field
	}
	return text + ": " + e.Message
}

// Errors are all faults of one document, in the order of the document.
type Errors []*Error

// Error joins the faults, one a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, fault := range e {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives [errors.As] access to each fault.
func (e Errors) Unwrap() []error {
	list := make([]error, len(e))
	for i, fault := range e {
		list[i] = fault
	}
	return list
}

// suggest returns the candidate nearest to name, if one is near enough to be a slip of the finger.
func suggest(name string, candidates []string) string {
	best, bestDistance := "", len(name)/3+2
	for _, candidate := range candidates {
		if d := distance(strings.ToLower(name), strings.ToLower(candidate)); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitution := diagonal
			if a[i] != b[j] {
				substitution++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitution, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
