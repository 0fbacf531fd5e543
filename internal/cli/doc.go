// Package cli is the edge between Ferry's commands and the person or program that calls them. It is
// the only place that prints errors, picks exit codes and ends the process.
//
// A binary is one call of [Main] with its [Streams] and a function that builds the root command.
// Commands return errors; Main prints them and turns them into an exit code:
//
//	ferry: error: alias ilum-objectstorage is rendered by the chart
//	hint: set spec.objectStorage.alias.name to another name
//
// An error is of [Kind] Failure unless it says otherwise: with [Kind.Errorf] or [Kind.Wrap] in a
// command, or, in a package that does not know this one, with a method ExitCode() int. A hint comes
// from [Error.WithHint] or from a method Hint() string. What cobra finds wrong before a command
// starts (unknown flag, unknown command, missing argument) is of kind Usage.
//
// Results go to stdout through [Print] in the [Format] that the user asked for, words go to stderr.
//
// Helm 4 hides the stderr of a post-renderer; [Helm4Error] is the way to a user there.
package cli
