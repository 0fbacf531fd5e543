// Package memory is an S3 store in memory, for tests and examples. It behaves as
// the S3 reference says, and on request as real stores do that fall short of it.
package memory
