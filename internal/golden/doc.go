// Package golden compares what a test got with a committed file.
//
//	golden.Equal(t, "testdata/charts/minio.yaml", rendered)
//
// The comparison is of bytes: Windows line ends, trailing blanks and a missing
// last line end count. A file that does not exist fails the test, so that a
// case cannot pass because its expectation was never committed.
//
//	go test ./render -update
//
// writes the files instead; what they hold is then for the author to read in
// `git diff`.
package golden
