// Package chartdocs makes the README and the JSON Schema of a Helm chart from its one commented
// values.yaml, and the copies of charts that a chart holds as dependencies.
//
// In values.yaml, comments with two hashes are words and stand directly above the value that they
// describe; a single hash comments a value out:
//
//	objectStorage:
//	  ## Provider that the alias selects.
//	  # activeProvider: auto
//
// A value that is commented out is documented like any other: the chart leaves it unset, and what
// is written there is what holds then. It takes a hash and a space away to set it. Every value
// needs words, at least on the leaves.
//
// Lines of a comment that begin with @ are not words:
//
//	## @default TEXT         what the README shows in place of the value
//	## @enum A B             the values that are allowed
//	## @open                 other keys are allowed, they belong to somebody else
//	## @pattern NAME REGEXP  stands for every key that matches; the README calls it NAME
//	## @required             must be set where the value around it is; what stands there is an example
//
// Values of a dependency are documented below its name, as Helm passes them. Those of a library
// chart belong into the schema of the chart that depends on it, at the top level, because the
// templates of a library read the values of the chart that includes them.
//
// [Generate] computes, [Output.Write] writes, and [Output.Stale] compares.
package chartdocs
