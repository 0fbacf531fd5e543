package storetest_test

import (
	"fmt"
	"testing"

	"github.com/helm-ferry/ferry/mirror/memory"
	"github.com/helm-ferry/ferry/mirror/storetest"
)

// A driver runs the suite in a test, and says what its server is known to lack. Keys are what a store is
// asked to hold.
func Example() {
	_ = func(t *testing.T) {
		storetest.Run(t, memory.New("mem://a:1", memory.Quirks{}), storetest.Lacks{VersionIDs: true})
	}
	for _, key := range storetest.Keys()[:3] {
		fmt.Printf("%q\n", key)
	}
	// Output:
	// "plain"
	// "sp ace"
	// "pl+us"
}
