package golden_test

import (
	"testing"

	"github.com/helm-ferry/ferry/internal/golden"
)

func ExampleEqual() {
	t := &testing.T{} // in a test: the one it got

	golden.Equal(t, "testdata/cargo.txt", []byte("seven buckets\r\nno loss\n"))
	// Output:
}
