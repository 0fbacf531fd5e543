package render

import (
	"strings"

	"github.com/helm-ferry/ferry/internal/manifest"
)

// Severity of a finding.
type Severity string

// Findings do not stop a rendering; what does is an [*Error].
const (
	Info    Severity = "info"
	Warning Severity = "warning"
)

// Result is one finding.
type Result struct {
	Severity Severity `json:"severity"`
	// Object is Kind/name (template), empty for findings about the configuration.
	Object string `json:"object,omitempty"`
	// Field is a path in the object or in the configuration.
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

// String writes severity, object, field and message on one line.
func (r Result) String() string {
	parts := []string{string(r.Severity)}
	for _, part := range []string{r.Object, r.Field, r.Message} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ": ")
}

// Results are findings in the order of the filters.
type Results []Result

// forList gives the findings the shape that they have in a KRM ResourceList.
func (r Results) forList() []manifest.Result {
	list := make([]manifest.Result, len(r))
	for i, result := range r {
		list[i] = manifest.Result{Severity: string(result.Severity), Message: result.Message}
		if result.Object != "" {
			list[i].Message = result.Object + ": " + result.Message
		}
		if result.Field != "" {
			list[i].Field = &manifest.Field{Path: result.Field}
		}
	}
	return list
}

// Error is a fault that stops a rendering: where it is, what it is, what to do.
type Error struct {
	// Object is Kind/name (template), empty when the fault is in the configuration.
	Object  string
	Field   string
	Message string
	// Remedy is what to do, said by [Error.Hint].
	Remedy string
}

// Error writes object, field and message.
func (e *Error) Error() string {
	var parts []string
	for _, part := range []string{e.Object, e.Field, e.Message} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ": ")
}

// Hint returns what to do about the fault.
func (e *Error) Hint() string { return e.Remedy }

// Change is one edit of a document that was there already.
type Change struct {
	// Object was edited.
	Object *manifest.Object `json:"-"`
	// Title is Kind/name (template).
	Title string `json:"object"`
	// Field is the path that was edited, for people.
	Field string `json:"field"`
	// Path is the same as mapping keys and list indexes.
	Path []any `json:"-"`
	// Old and New are the values; for Secrets both are masked.
	Old string `json:"old"`
	New string `json:"new"`
	// Why says which filter made the edit and for what.
	Why string `json:"why"`
}
