package cli

import "fmt"

// Error is an error that knows how the command ends and what to try next.
type Error struct {
	// Kind is the way the command ends; zero when Err decides.
	Kind Kind
	// Err is the cause; nil ends the command without a word.
	Err error
	// Hint says what to do about it, preferably a command to type.
	Hint string
}

// Error returns the text of the cause.
func (e *Error) Error() string {
	if e.Err == nil {
		return ""
	}
	return e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ExitCode returns the number of the kind.
func (e *Error) ExitCode() int { return int(e.Kind) }

// WithHint returns e with a hint.
func (e *Error) WithHint(format string, args ...any) *Error {
	return &Error{Kind: e.Kind, Err: e.Err, Hint: fmt.Sprintf(format, args...)}
}

// WithHint returns err with a hint; its kind stays.
func WithHint(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return (&Error{Err: err}).WithHint(format, args...)
}

// HintOf returns the outermost hint of err, or nothing.
func HintOf(err error) string {
	var hint string
	search(err, func(err error) bool {
		switch e := err.(type) { //nolint:errorlint // search visits every error of the tree
		case *Error:
			hint = e.Hint
		case interface{ Hint() string }:
			hint = e.Hint()
		}
		return hint != ""
	})
	return hint
}
