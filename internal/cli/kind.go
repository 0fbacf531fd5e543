package cli

import (
	"errors"
	"fmt"
	"os/exec"
)

// Kind sorts the ends of a command; its number is the exit code.
type Kind int

// The kinds, the same in every command. The zero Kind of an [Error] leaves the choice to its cause.
const (
	Done        Kind = 0   // all is well
	Failure     Kind = 1   // an error
	Usage       Kind = 2   // the command line is wrong
	Differences Kind = 3   // a comparison found differences
	Refused     Kind = 4   // a guard refused
	Partial     Kind = 5   // partly done: what is missing is named
	Interrupted Kind = 130 // ended by a signal
)

// String names the kind, as help does.
func (k Kind) String() string {
	switch k {
	case Done:
		return "done"
	case Usage:
		return "usage"
	case Differences:
		return "differences found"
	case Refused:
		return "refused by a guard"
	case Partial:
		return "partly done"
	case Interrupted:
		return "interrupted"
	default:
		return "error"
	}
}

// exitCodes is the last part of every command's help.
const exitCodes = `Exit codes:
  0    done
  1    error
  2    usage: the command line is wrong
  3    differences found
  4    refused by a guard
  5    partly done
  130  interrupted
`

// ExitCodes returns the list of exit codes as it ends every help text.
func ExitCodes() string { return exitCodes }

// Errorf returns an error of this kind, formatted as [fmt.Errorf] does.
func (k Kind) Errorf(format string, args ...any) *Error {
	return &Error{Kind: k, Err: fmt.Errorf(format, args...)}
}

// Wrap returns err as an error of this kind. With a nil err the command ends with the exit code and
// without a word, for a command whose result on stdout says it all.
func (k Kind) Wrap(err error) *Error { return &Error{Kind: k, Err: err} }

// KindOf returns the kind of err: the outermost that is stated, Failure when none is, Done for nil.
// The exit code of a program that Ferry ran says nothing about Ferry and does not count.
func KindOf(err error) Kind {
	if err == nil {
		return Done
	}
	kind := Failure
	search(err, func(err error) bool {
		switch e := err.(type) { //nolint:errorlint // search visits every error of the tree
		case *exec.ExitError:
			return false
		case interface{ ExitCode() int }:
			if stated(e.ExitCode()) {
				kind = Kind(e.ExitCode())
				return true
			}
		}
		return false
	})
	return kind
}

func stated(code int) bool {
	switch Kind(code) {
	case Failure, Usage, Differences, Refused, Partial, Interrupted:
		return true
	default:
		return false
	}
}

// search walks the tree of err from the outside in, in the order of [errors.As], until found is true.
func search(err error, found func(error) bool) bool {
	if err == nil {
		return false
	}
	if found(err) {
		return true
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range many.Unwrap() {
			if search(one, found) {
				return true
			}
		}
		return false
	}
	return search(errors.Unwrap(err), found)
}
