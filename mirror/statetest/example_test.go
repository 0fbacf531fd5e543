package statetest_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/mirror/state"
	"github.com/helm-ferry/ferry/mirror/statetest"
)

// A package with a place of its own runs the suite in a test; Tests are its parts.
func Example() {
	_ = func(t *testing.T) {
		statetest.Run(t, func(t *testing.T) func() state.Place {
			t.Helper()
			dir := t.TempDir()

			return func() state.Place { return state.NewFolder(dir + "/place") }
		})
	}
	fmt.Println(strings.Join(slices.Sorted(maps.Keys(statetest.Tests())), ", "))
	// Output:
	// bad names, conditions, foreign, items, listing, not there, one of many wins, opened twice, parts
}
