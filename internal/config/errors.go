package config

import (
	"strconv"
	"strings"
)

// Error is one fault of a document: where it is and what to do about it.
type Error struct {
	// Source is the file, or what else the document was read from.
	Source string
	// Line and Column count from 1. Both are 0 when the fault has no place, Column alone when the
	// YAML parser does not tell it.
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
		text += ":" + strconv.Itoa(e.Line)
	}
	if e.Column > 0 {
		text += ":" + strconv.Itoa(e.Column)
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
