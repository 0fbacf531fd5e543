package testworld_test

import (
	"testing"

	"github.com/helm-ferry/ferry/internal/testworld"
)

// TestWide: what is left to make test-full runs there, and nowhere else.
func TestWide(t *testing.T) {
	for tests, want := range map[string]bool{"": false, "full": true} {
		t.Setenv("FERRY_TESTS", tests)
		ran := false
		t.Run("FERRY_TESTS="+tests, func(t *testing.T) {
			testworld.Wide(t, "another")
			ran = true
		})
		if ran != want || testworld.Full() != want {
			t.Errorf("FERRY_TESTS=%q: run: %t, full: %t", tests, ran, testworld.Full())
		}
	}
}

// TestHelms: a test has one Helm, and the same each time, or both.
func TestHelms(t *testing.T) {
	t.Setenv("FERRY_TESTS", "")
	seen := map[string]bool{}
	for _, name := range []string{"one", "two", "three", "four", "five", "six", "seven", "eight"} {
		first, again := testworld.Helms(t, name), testworld.Helms(t, name)
		if len(first) != 1 || len(again) != 1 {
			t.Fatalf("%s has %v, and then %v", name, first, again)
		}
		for major, path := range first {
			seen[major] = true
			if again[major] != path {
				t.Errorf("%s has %v, and then %v", name, first, again)
			}
		}
	}
	if len(seen) != 2 {
		t.Errorf("of eight names all have Helm %v", seen)
	}
	t.Setenv("FERRY_TESTS", "full")
	if both := testworld.Helms(t, "one"); len(both) != 2 {
		t.Errorf("everything is run, and one has %v", both)
	}
}
